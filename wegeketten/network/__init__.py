"""Ways and barriers become edges."""
