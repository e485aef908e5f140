"""Tests and benchmarks; before NumPy comes what asks its threads to sleep while they wait."""

import dec_core  # noqa: F401
