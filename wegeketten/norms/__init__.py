"""Norms as data: clauses read from ``data/norms`` and held against every edge of a city."""
