"""Chains of errands: for one home and for every home."""
