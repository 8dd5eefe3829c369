"""What every room speaks: the edge table, readings with bounds, answers."""
