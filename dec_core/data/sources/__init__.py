"""Reading files of every format, one format per file.

``open_contents`` is the door: it looks at what a path is, chooses the format and hands the file to
it. Each format is a function from a path (and the part that is asked for) to ``Contents``; it
checks sizes before it unfolds anything, never runs code from a file, and says of a file that it
cannot read what was expected, what was found (row and column where there is one) and what to do.
"""
