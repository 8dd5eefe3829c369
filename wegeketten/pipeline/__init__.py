"""From an extract to a city folder: stations, second process, cache."""
