"""One manager per test, closed at its end; a store with a finished run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from dec_core.runs.manager import RunManager
from dec_core.store.store import RunStore
from tests.store.test_golden import GOLDEN


@pytest.fixture
def manager() -> Iterator[RunManager]:
    """Runs of its own; whatever still trains at the end of the test is stopped."""
    manager = RunManager()
    yield manager
    manager.close()
    for session in manager.handles():
        manager.join(session, timeout=60)


@pytest.fixture
def golden_store() -> RunStore:
    """This test's own store, which holds the run of the golden folder."""
    store = RunStore()
    shutil.copytree(GOLDEN, store.root / GOLDEN.name)
    return store
