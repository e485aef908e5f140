"""Other processes: the one that makes UMAP maps, those that export, and programs that help them.

Law of the room: the only one that starts processes. They run at low priority, unless
``DEC_STEP_BACK=0`` is set, and one that dies costs its result and nothing else.
"""
