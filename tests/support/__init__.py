"""What several tests share: drawn towns, random graphs, small tables."""
