"""Who reaches what: scans, routes, chains and reasons."""
