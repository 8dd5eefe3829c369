"""The graph on which a single edge can be changed: doors, searches, remedies."""
