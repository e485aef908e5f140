"""What could never be read to its end, in the place of a run's file."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import RunError
from dec_core.events.events import KMEANS
from dec_core.runs.manager import RunManager
from dec_core.store.array_files import LARGEST_FILE
from dec_core.store.pretrained_cache import PretrainedCache
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from dec_core.training.checkpoint import Pretrained
from tests.runs.short_runs import small_config
from tests.store.test_golden import GOLDEN, RUNS
from tests.store.test_store import stored

NEWEST = "ready-ferret-57d4"
Put = Callable[[Path], None]


def huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)


def endless(path: Path) -> None:
    # A terminal at which nobody types: unlike zeros it fills no memory where it is read.
    path.symlink_to("/dev/ptmx")


def silent(path: Path) -> None:
    """A socket; its name may not be as long as a path."""
    before = Path.cwd()
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path.name)
    os.chdir(before)


def no_file_of_its_own(path: Path) -> None:
    path.symlink_to(path.with_name("run.json"))


@pytest.fixture(autouse=True)
def no_endless_reading() -> Iterator[None]:
    """A test that would wait for ever fails."""

    def fail(*_: object) -> None:
        pytest.fail("What could be endless is read.")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def store() -> RunStore:
    """A whole run, and beside it one in whose folder something is put."""
    store = RunStore()
    for run_id in (GOLDEN.name, NEWEST):
        shutil.copytree(RUNS / run_id, store.root / run_id)
    return store


def put_in(store: RunStore, file: str, put: Put) -> None:
    path = store.root / NEWEST / file
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    put(path)


@pytest.mark.parametrize(
    ("file", "put"),
    [
        *(
            (file, os.mkfifo)
            for file in (
                "lock",
                "run.json",
                "notes.json",
                "requested.json",
                "events.jsonl",
                "arrays/start.npz",
                "arrays/labels-kmeans.z",
                "arrays/labels-000000.frames",
                "arrays/labels-000064.frames",
                "checkpoints/clustering-00000020.npz",
                "maps/000000.z",
                "maps/.000001.z.7.draft",
                "anything",
            )
        ),
        ("lock", endless),
        ("lock", silent),
        ("lock", Path.mkdir),
        ("lock", no_file_of_its_own),
        ("events.jsonl", endless),
        ("arrays/start.npz", silent),
    ],
)
@pytest.mark.parametrize("state", ["finished", "running"])
def test_a_run_with_what_is_no_file_is_damaged_and_holds_up_nothing(
    store: RunStore, manager: RunManager, file: str, put: Put, state: str
) -> None:
    record = store.root / NEWEST / "run.json"
    record.write_text(record.read_text().replace('"finished"', f'"{state}"'))
    put_in(store, file, put)
    listed = {record.run_id: record for record in store.records()}
    assert listed[GOLDEN.name].state is RunState.FINISHED
    assert listed[NEWEST].state is RunState.DAMAGED
    assert f"{Path(file).name} is damaged (it is no ordinary file" in listed[NEWEST].problem
    for ask in (manager.get, manager.resume):
        with pytest.raises(RunError, match="no ordinary file"):
            ask(NEWEST)
    assert not store.is_locked(NEWEST)
    store.maps(NEWEST, store.view(GOLDEN.name))
    store.delete(NEWEST)
    assert [record.run_id for record in store.records()] == [GOLDEN.name]


@pytest.mark.parametrize(
    "file",
    ["events.jsonl", "arrays/start.npz", "arrays/labels-kmeans.z", "arrays/labels-000000.frames"],
)
@pytest.mark.parametrize(
    ("put", "reason"),
    [
        (os.mkfifo, "no ordinary file"),
        (Path.mkdir, "no ordinary file"),
        (huge, "it has 2,147,483,649 bytes"),
    ],
)
def test_reading_it_is_refused(store: RunStore, file: str, put: Put, reason: str) -> None:
    put_in(store, file, put)
    with pytest.raises(RunError, match=f"{Path(file).name} .*{reason}"):
        _, frames = stored(store, NEWEST)
        frames.frame(KMEANS)
        frames.frame(0)
    assert len(store.records()) == 2


@pytest.mark.parametrize("put", [os.mkfifo, endless, Path.mkdir, huge])
def test_a_record_that_could_be_endless_is_refused(store: RunStore, put: Put) -> None:
    put_in(store, "run.json", put)
    record = store.records()[-1]
    assert (record.run_id, record.state) == (NEWEST, RunState.DAMAGED)
    assert "run.json" in record.problem


@pytest.mark.parametrize("mode", ["rb", "wb", "ab"])
def test_opening_a_pipe_waits_for_nobody(tmp_path: Path, mode: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is no ordinary file"):
        open_ordinary(tmp_path / "pipe", mode)


def test_a_pretrained_autoencoder_that_is_none_is_not_read(tmp_path: Path) -> None:
    cache, config = PretrainedCache(tmp_path), small_config()
    cache.put(config, "0", Pretrained((), (0.5,)))
    (path,) = tmp_path.glob("*.npz")
    path.unlink()
    os.mkfifo(path)
    assert cache.get(config, "0", 64) is None
