"""Measures, their effects, portfolios and survey walks."""
