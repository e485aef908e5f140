"""One manager per test, closed at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dec_core.runs.manager import RunManager


@pytest.fixture
def manager() -> Iterator[RunManager]:
    """Runs of its own; whatever still trains at the end of the test is stopped."""
    manager = RunManager()
    yield manager
    manager.close()
    for handle in manager.handles():
        manager.join(handle, timeout=60)
