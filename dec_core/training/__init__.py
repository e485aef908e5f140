"""Time: training as a generator of events.

    checkpoint, shapes, memory, resident        what a run is made of
    clock, pace, requests, context              what every phase gets from outside
    batches, compiled_*, kmeans_restarts        the work itself
    evaluating, dissolving, resetting           what happens between two gradient steps
    networks                                    compiled graphs, kept from run to run
    phases                                      pretraining, k-means, clustering: work as events
    trainer                                     the phases in their order
    legs, repeat                                a run again, exactly

Each line may import those above it. Law of the room: it advances weights and yields what happened.
No thread, no print, no figure, no file. Importing the package loads no TensorFlow; ``trainer``
does, when training starts.
"""
