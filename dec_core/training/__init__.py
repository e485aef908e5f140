"""Time: training as a generator of events.

Law of the room: it advances weights and yields what happened. No thread, no print, no figure,
no file. Importing the package loads no TensorFlow; ``trainer`` does, when training starts.
"""
