"""The export dialog, which several pages open."""
