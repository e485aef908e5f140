"""The Diagnose page: what is wrong with a run, and the numbers that show it."""
