"""Other processes: the one that makes UMAP maps, those that export, and programs that help them.

Law of the room: the only one that starts processes. They run at low priority, and one that dies
costs its result and nothing else.
"""
