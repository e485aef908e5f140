"""What could never be read to its end, in the place of a run's file."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dec_core.errors import RunError
from dec_core.runs.array_files import LARGEST_FILE
from dec_core.runs.record import RunState
from dec_core.runs.store import RunStore
from tests.runs.test_golden import GOLDEN, RUNS


def huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)


def endless(path: Path) -> None:
    # A terminal at which nobody types: unlike zeros it fills no memory where it is read.
    path.symlink_to("/dev/ptmx")


ENDLESS = pytest.mark.parametrize(
    ("put", "reason"),
    [
        (os.mkfifo, "no ordinary file"),
        (endless, "no ordinary file"),
        (Path.mkdir, "no ordinary file"),
        (huge, "it has 2,147,483,649 bytes"),
    ],
)


@pytest.fixture
def no_endless_reading() -> Iterator[None]:
    """A test that would wait for ever fails."""

    def fail(*_: object) -> None:
        pytest.fail("What could be endless is read.")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("no_endless_reading")
@ENDLESS
@pytest.mark.parametrize(
    ("run_id", "file"),
    [
        ("steady-puffin-cbfc", "events.jsonl"),
        ("steady-puffin-cbfc", "arrays/start.npz"),
        ("steady-puffin-cbfc", "arrays/labels-kmeans.z"),
        ("steady-puffin-cbfc", "arrays/labels-000000.z"),
        ("ready-ferret-57d4", "arrays/labels-000000.frames"),
    ],
)
def test_what_could_be_endless_is_refused(
    run_id: str, file: str, put: Callable[[Path], None], reason: str
) -> None:
    store = RunStore()
    shutil.copytree(RUNS / run_id, store.root / run_id)
    path = store.root / run_id / file
    path.unlink()
    put(path)
    with pytest.raises(RunError, match=f"{path.name} .*{reason}"):
        store.view(run_id)
    (record,) = store.records()
    assert record.run_id == run_id


@pytest.mark.usefixtures("no_endless_reading")
@ENDLESS
def test_a_record_that_could_be_endless_is_refused(
    golden_store: RunStore, put: Callable[[Path], None], reason: str
) -> None:
    path = golden_store.root / GOLDEN.name / "run.json"
    path.unlink()
    put(path)
    (record,) = golden_store.records()
    assert record.state is RunState.DAMAGED
    assert "must hold a readable run.json" in record.problem
    assert reason in record.problem
