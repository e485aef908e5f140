"""Time: training as a generator of events.

    events, view                                what happens, and the fold of it
    checkpoint, shapes, memory                  what a run is made of
    clock, pace, requests, context              what every phase gets from outside
    batches, compiled_*, kmeans_restarts        the work itself
    phases                                      pretraining, k-means, clustering: work as events
    trainer                                     the phases in their order
    legs, repeat                                a run again, exactly

Each line may import those above it; ``outcome``, ``log`` and ``table`` read views for others. Law
of the room: it advances weights and yields what happened. No thread, no print, no figure, no
file. Importing the package loads no TensorFlow; ``trainer`` does, when training starts.
"""
