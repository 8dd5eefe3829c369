"""Cutting extracts of areas out of an extract of a country."""
