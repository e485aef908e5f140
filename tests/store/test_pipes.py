"""A pipe in the place of a run's file: an error that names it, and nobody waits for it."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import RunError
from dec_core.events.events import KMEANS
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.store.test_golden import GOLDEN, RUNS
from tests.store.test_store import stored

NEWEST = "ready-ferret-57d4"


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """A test that would wait for ever fails."""

    def fail(*_: object) -> None:
        pytest.fail("A pipe is read.")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "file",
    [
        "run.json",
        "events.jsonl",
        "arrays/start.npz",
        "arrays/labels-kmeans.z",
        "arrays/labels-000000.frames",
    ],
)
def test_a_pipe_is_an_error_and_holds_up_no_other_run(file: str) -> None:
    store = RunStore()
    for run_id in (GOLDEN.name, NEWEST):
        shutil.copytree(RUNS / run_id, store.root / run_id)
    (store.root / NEWEST / file).unlink()
    os.mkfifo(store.root / NEWEST / file)
    listed = {record.run_id: record.state for record in store.records()}
    assert listed[GOLDEN.name] is RunState.FINISHED
    with pytest.raises(RunError, match=rf"{Path(file).name}.*no ordinary file"):
        store.record(NEWEST)
        _, frames = stored(store, NEWEST)
        frames.frame(KMEANS)
        frames.frame(0)
    store.delete(NEWEST)
    assert [record.run_id for record in store.records()] == [GOLDEN.name]


@pytest.mark.parametrize("mode", ["rb", "wb", "ab"])
def test_opening_a_pipe_waits_for_nobody(tmp_path: Path, mode: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is no ordinary file"):
        open_ordinary(tmp_path / "pipe", mode)
