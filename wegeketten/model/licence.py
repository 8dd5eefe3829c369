"""What the licence of the data demands of everything made from it."""

ATTRIBUTION = "© OpenStreetMap contributors"
"""Credit that every output carries (Open Database License, section 4.3)."""
