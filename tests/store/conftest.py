"""A manager and a store with a finished run, as the tests of runs have them."""

from __future__ import annotations

from tests.runs.conftest import golden_store, manager

__all__ = ["golden_store", "manager"]
