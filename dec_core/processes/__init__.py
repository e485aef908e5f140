"""Other processes: the one that makes UMAP maps, and those that export.

Law of the room: the only one that starts processes. They run at low priority, and one that dies
costs its result and nothing else.
"""
