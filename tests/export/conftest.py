"""One finished run on a few digits, shared by all tests of the room; none of them changes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from dec_core.events.frames import Frames, MapFrame
from dec_core.events.view import View
from dec_core.runs.execution import train_to_store
from dec_core.store.record import RunRecord
from dec_core.store.store import RunStore
from tests.runs.short_runs import small_config


@dataclass(frozen=True)
class Finished:
    """A stored run, its numbers and its arrays."""

    store: RunStore
    run_id: str
    view: View
    frames: Frames

    @property
    def record(self) -> RunRecord:
        return self.store.record(self.run_id)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    store = RunStore(tmp_path_factory.mktemp("exported"))
    run_id = train_to_store(small_config(), store, "digits")
    points = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    store.write_map(run_id, MapFrame(4, points))
    store.annotate(run_id, title="A <b>bold</b> title")
    view = store.view(run_id)
    return Finished(store, run_id, view, store.frames(run_id, view))
