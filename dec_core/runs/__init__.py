"""A run in memory: the thread that trains it, the queue of runs, its maps.

    handle, maps          what a run is and shows, whoever trains it
    commands, worker      the thread that trains one run, and what may be asked of it
    execution             from settings to a stored run: execute, train_recorded, train_to_store
    manager, listing      all runs of this process and of the store
    sample_facts, target_inspection   what stored arrays tell of a sample and of P

Law of the room: the only one that trains on threads. A run belongs to the server process, not to a
browser tab; pages read immutable views and send commands.
"""
