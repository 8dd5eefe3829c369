"""Services and districts."""
