"""The command line: ``python -m dec_core``."""
