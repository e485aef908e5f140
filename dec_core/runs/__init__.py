"""A run in memory: the thread that trains it, the queue of runs, its maps.

Law of the room: the only one that trains on threads. A run belongs to the server process, not to a
browser tab; pages read immutable views and send commands.
"""
