"""What people read: tables, maps, district profiles."""
