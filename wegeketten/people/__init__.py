"""People: mobility profiles and their verdicts, homes and how many live in them."""
