"""Several runs with one purpose.

The law of this room: it asks the manager of ``runs`` for one run after another and learns from
what became of them. Nothing here trains, judges or draws; what a plan wants and what it concludes
is in ``analysis``.
"""
