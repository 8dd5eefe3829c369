"""Where another router decides otherwise than we do, and by which rule."""
