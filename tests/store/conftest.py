"""A store with a finished run; a manager, for what only a run that trains can show."""

from __future__ import annotations

import shutil

import pytest

from dec_core.store.store import RunStore
from tests.runs.conftest import manager
from tests.store.test_golden import GOLDEN

__all__ = ["golden_store", "manager"]


@pytest.fixture
def golden_store() -> RunStore:
    """This test's own store, which holds the run of the golden folder."""
    store = RunStore()
    shutil.copytree(GOLDEN, store.root / GOLDEN.name)
    return store
