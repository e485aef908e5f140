"""Life cycle: the store, the thread of a run, the queue of runs, processes for maps and exports.

Law of the room: the only one with threads and processes. A run belongs to the server process,
not to a browser tab; pages read immutable views and send commands.
"""
