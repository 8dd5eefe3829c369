"""What the commands have in common: options, exit codes."""
