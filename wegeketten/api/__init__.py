"""The commands as functions: the same names and options, taking a city, returning a result."""
