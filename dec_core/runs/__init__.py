"""Life cycle: the thread of a run, the queue of runs, the process that makes UMAP maps.

Law of the room: the only one with threads and processes. A run belongs to the server process,
not to a browser tab; pages read immutable views and send commands.
"""
