"""How files are read and written: one module per format."""
