"""Turns a run that is over, or its view, into files for other programs.

Law of the room: a view or a stored run in, bytes or one file out; the run itself never changes.
No Streamlit, no network, no process of its own but the browser that draws images; whoever calls
decides at which priority.
"""
