"""Extracts of OpenStreetMap: reading, projecting, fetching."""
