"""The arrays of a stored run: each is read when it is looked at, and damage harms no other."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.events.events import KMEANS, Event, RunStarted
from dec_core.events.frames import MemoryFrames
from dec_core.events.view import View, replay
from dec_core.store import stored_frames
from dec_core.store.array_files import write_whole
from dec_core.store.event_log import EventLog
from dec_core.store.frame_files import SEGMENT, Place, read_index
from dec_core.store.stored_frames import FrameCache, StoredFrames
from tests.plots.scripted import START_SIZES, embedding, events, framed, labels_of
from tests.store.former_files import write_z

COUNT = SEGMENT + 6


def happened(n_updates: int) -> list[Event]:
    """The scripted run with the network whose embeddings the script has."""
    script = events(n_updates=n_updates)
    start = script[1]
    assert isinstance(start, RunStarted)
    config = start.config.with_values({"autoencoder.units": (8, 3)})
    return [script[0], replace(start, config=config), *script[2:]]


def write(folder: Path, n_updates: int) -> Path:
    """A run of so many updates; returns its folder of arrays."""
    folder.mkdir(exist_ok=True)
    log = EventLog(folder)
    log.open(MemoryFrames(), 0, 0)
    for event in happened(n_updates):
        log.append(event)
    log.close()
    return folder / "arrays"


def finished(n_updates: int) -> View:
    return replay(happened(n_updates))


def unfinished(n_updates: int) -> View:
    return replay(happened(n_updates)[:-1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, COUNT)


@pytest.fixture
def frames(folder: Path) -> StoredFrames:
    return StoredFrames(folder, finished(COUNT))


@pytest.fixture(autouse=True)
def fresh_cache(monkeypatch: pytest.MonkeyPatch) -> FrameCache:
    """One that has read nothing yet."""
    cache = FrameCache(1_000_000)
    monkeypatch.setattr(stored_frames, "CACHE", cache)
    return cache


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the files of which arrays or indexes were read, in order."""
    asked: list[str] = []
    originals = {name: getattr(stored_frames, name) for name in ("read_index", "read_place")}

    def watched(name: str) -> None:
        def read(path: Path, what: str | Place) -> object:
            asked.append(f"{name} {path.name}")
            return originals[name](path, what)

        monkeypatch.setattr(stored_frames, name, read)

    for name in originals:
        watched(name)
    yield asked


def flip(path: Path, place: int) -> None:
    """Another bit at that place of a file, which keeps its number, size and time."""
    status = path.stat()
    with path.open("r+b") as stream:
        stream.seek(place)
        (value,) = stream.read(1)
        stream.seek(place)
        stream.write(bytes([value ^ 1]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_every_array_is_the_one_that_was_written(frames: StoredFrames) -> None:
    assert frames.kept() == list(range(COUNT))
    for update in (COUNT - 1, 0, SEGMENT, SEGMENT - 1, 7):
        _, labels, sampled, _ = frames.frame(update)
        np.testing.assert_array_equal(labels, framed(update).labels)
        np.testing.assert_array_equal(sampled, embedding(update))
    np.testing.assert_array_equal(frames.embedding(KMEANS), embedding(99))
    np.testing.assert_array_equal(frames.samples.sample_ids, np.arange(8))


def test_only_what_is_looked_at_is_read(frames: StoredFrames, read: list[str]) -> None:
    assert read == []
    frames.labels(3)
    segment = "labels-000000.frames"
    assert read == [f"read_index {segment}", f"read_place {segment}"]
    frames.labels(3)
    frames.labels(4)
    assert read[2:] == [f"read_place {segment}"]
    read.clear()
    assert len(frames.kept_labels) == COUNT
    assert read == [f"read_index labels-{SEGMENT:06d}.frames"]


def test_all_runs_share_a_bounded_memory(
    folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_frames, "CACHE", FrameCache(3 * 8))
    frames = StoredFrames(folder, finished(COUNT))
    for update in (0, 1, 2, 0, 3):
        frames.labels(update)
    read.clear()
    for update in (0, 2, 3):
        StoredFrames(folder, finished(COUNT)).labels(update)
    assert read == []
    frames.labels(1)
    assert read == ["read_place labels-000000.frames"]


@pytest.mark.parametrize("name", ["labels", "embedding_sample"])
def test_a_damaged_array_costs_no_other(folder: Path, name: str) -> None:
    path = folder / f"{name}-000000.frames"
    place = read_index(path, name).places[5]
    flip(path, place.end - 1)
    frames = StoredFrames(folder, finished(COUNT))
    assert frames.kept() == list(range(COUNT))
    look = frames.labels if name == "labels" else frames.embedding
    for ask in (look, look, frames.frame):
        with pytest.raises(RunError, match=rf"{path.name} is damaged \(an array is not what"):
            ask(5)
    for update in {KMEANS, *range(COUNT)} - {5}:
        frames.frame(update)


def test_a_damaged_line_costs_what_stands_behind_it(folder: Path) -> None:
    path = folder / "labels-000000.frames"
    flip(path, read_index(path, "labels").places[5].begin)
    frames = StoredFrames(folder, finished(COUNT))
    for ask in (lambda: frames.kept_labels, lambda: frames.labels(5), lambda: frames.labels(6)):
        with pytest.raises(RunError, match=rf"{path.name} is damaged \(a line is not what"):
            ask()
    for update in (KMEANS, 0, 4, SEGMENT, COUNT - 1):
        np.testing.assert_array_equal(
            frames.labels(update),
            labels_of(START_SIZES) if update == KMEANS else framed(update).labels,
        )
    assert list(frames.kept_embeddings) == list(range(COUNT))


@pytest.mark.parametrize("is_finished", [False, True])
def test_the_torn_end_of_a_run_that_grows_is_no_damage(folder: Path, is_finished: bool) -> None:
    path = folder / f"labels-{SEGMENT:06d}.frames"
    last = read_index(path, "labels").places[COUNT - 1]
    whole = path.read_bytes()
    view = finished(COUNT) if is_finished else unfinished(COUNT - 1)
    for length in range(last.begin + 1, len(whole)):
        path.write_bytes(whole[:length])
        frames = StoredFrames(folder, view)
        if is_finished:
            with pytest.raises(RunError, match=rf"{path.name} is damaged \(it ends within a"):
                _ = frames.kept_labels
        else:
            assert list(frames.kept_labels) == list(range(COUNT - 1))
        np.testing.assert_array_equal(frames.labels(COUNT - 2), framed(COUNT - 2).labels)


def test_damage_behind_a_place_costs_nothing_before_it(folder: Path) -> None:
    """A run that goes on from an earlier checkpoint does not need what came later."""
    path = folder / f"labels-{SEGMENT:06d}.frames"
    flip(path, read_index(path, "labels").places[COUNT - 2].begin)
    assert list(StoredFrames(folder, unfinished(COUNT - 2)).kept_labels) == list(range(COUNT - 2))
    with pytest.raises(RunError, match=rf"{path.name} is damaged \(a line is not what"):
        _ = StoredFrames(folder, unfinished(COUNT - 1)).kept_labels


def test_a_torn_end_before_the_last_file_is_damage(folder: Path) -> None:
    path = folder / "labels-000000.frames"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RunError, match=rf"{path.name} is damaged \(it ends within an array"):
        _ = StoredFrames(folder, unfinished(COUNT)).kept_labels


def test_a_file_that_was_replaced_is_read_anew(folder: Path, frames: StoredFrames) -> None:
    np.testing.assert_array_equal(frames.labels(1), framed(1).labels)
    path = folder / "labels-000000.frames"
    places = read_index(path, "labels").places
    content = path.read_bytes()
    write_whole(path, b"".join(content[places[u].begin : places[u].end] for u in places if u != 1))
    with pytest.raises(RunError, match="update 1 are not kept"):
        frames.labels(1)
    np.testing.assert_array_equal(frames.labels(2), framed(2).labels)
    again = StoredFrames(folder, finished(COUNT))
    assert list(again.kept_labels) == [update for update in range(COUNT) if update != 1]
    assert again.nearest(1) == again.nearest_labels(1) == 0


def test_a_file_that_grows_is_read_on(tmp_path: Path, read: list[str]) -> None:
    writer = EventLog(tmp_path)
    writer.open(MemoryFrames(), 0, 0)
    for event in happened(3):
        writer.append(event)
    folder = tmp_path / "arrays"
    first = StoredFrames(folder, unfinished(3))
    assert first.kept() == [0, 1, 2]
    first.labels(2)
    writer.append(framed(3))
    read.clear()
    second = StoredFrames(folder, unfinished(4))
    assert second.kept() == [0, 1, 2, 3]
    second.labels(2)
    assert not [one for one in read if one.startswith("read_place")]
    # What the log does not yet name is not there.
    assert StoredFrames(folder, unfinished(3)).kept() == [0, 1, 2]
    with pytest.raises(RunError, match="update 3 are not kept"):
        first.labels(3)
    with pytest.raises(RunError, match="update 3 are not kept"):
        first.embedding(3)
    writer.close()


def test_the_first_and_the_newest_must_be_there(folder: Path) -> None:
    for update in (0, COUNT - 1):
        path = folder / f"labels-{update // SEGMENT * SEGMENT:06d}.frames"
        whole, place = path.read_bytes(), read_index(path, "labels").places[update]
        write_whole(path, whole[: place.begin] + whole[place.end :])
        frames = StoredFrames(folder, finished(COUNT))
        with pytest.raises(RunError, match=f"must hold the labels of update {update}"):
            _ = frames.kept_labels
        frames.labels(1)
        write_whole(path, whole)


def test_a_run_that_has_not_begun_has_no_arrays(tmp_path: Path) -> None:
    frames = StoredFrames(tmp_path / "arrays", View())
    assert frames.kept() == []
    for update in (KMEANS, 0):
        with pytest.raises(RunError):
            frames.labels(update)
    with pytest.raises(RunError, match=r"start.npz"):
        _ = frames.samples


def first_version(folder: Path, frames: StoredFrames, count: int) -> Path:
    """The same arrays in files of their own."""
    folder.mkdir(parents=True)
    for update in range(count):
        write_z(folder / f"labels-{update:06d}.z", frames.labels(update))
        write_z(folder / f"embedding_sample-{update:06d}.z", frames.embedding(update))
    write_z(folder / "labels-kmeans.z", frames.labels(KMEANS))
    write_z(folder / "embedding_sample-kmeans.z", frames.embedding(KMEANS))
    return folder


def test_files_of_the_first_version_are_read(tmp_path: Path, frames: StoredFrames) -> None:
    folder = first_version(tmp_path / "old" / "arrays", frames, 4)
    old = StoredFrames(folder, finished(4))
    assert old.kept() == [0, 1, 2, 3]
    for update in range(KMEANS, 4):
        np.testing.assert_array_equal(old.labels(update), frames.labels(update))
        np.testing.assert_array_equal(old.embedding(update), frames.embedding(update))


def test_files_that_are_taken_over_while_they_are_read(
    tmp_path: Path, frames: StoredFrames
) -> None:
    folder = first_version(tmp_path / "old" / "arrays", frames, 4)
    (folder / "labels-000001.z").unlink()
    old = StoredFrames(folder, finished(4))
    assert list(old.kept_labels) == [0, 2, 3]
    np.testing.assert_array_equal(old.labels(0), frames.labels(0))
    memory = MemoryFrames()
    for update in range(4):
        memory.take(framed(update))
    log = EventLog(tmp_path / "old")
    log.open(old, 0, 4)
    log.close()
    assert sorted(path.name for path in folder.iterdir()) == [
        "embedding_sample-000000.frames",
        "embedding_sample-kmeans.z",
        "labels-000000.frames",
        "labels-kmeans.z",
    ]
    for update in (0, 2, 3):
        np.testing.assert_array_equal(old.labels(update), memory.labels(update))
    with pytest.raises(RunError, match="update 1 are not kept"):
        old.labels(1)


def test_several_threads_may_look_at_once(frames: StoredFrames) -> None:
    wrong: list[int] = []

    def look() -> None:
        for update in range(COUNT):
            if not np.array_equal(frames.labels(update), framed(update).labels):
                wrong.append(update)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
