"""Choosing data, looking at them, and bringing them to Train."""
