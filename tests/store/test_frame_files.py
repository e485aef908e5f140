"""Frames of many updates in one file: what was appended is read, and nothing else is believed."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from dec_core.events.frames import MemoryFrames
from dec_core.store.frame_files import SEGMENT, FrameWriter, read_index, segment_file
from dec_core.store.stored_frames import FrameCache
from tests.plots.scripted import embedding, framed

LABELS = np.array([0, 15, 3, 9, 10], np.uint8)
BOUND = 1_000_000


def writer_at(
    folder: Path, kept: Iterable[int] = (), updates: int = 0, name: str = "labels"
) -> FrameWriter:
    """One that goes on after so many updates, all of whose ``kept`` arrays are ``LABELS``."""
    writer = FrameWriter(folder, name, BOUND)
    writer.open(list(kept), lambda _: LABELS, updates)
    return writer


def write(folder: Path, arrays: Iterable[np.ndarray], name: str = "labels") -> None:
    """From the beginning, one after the other, as a run does."""
    writer = writer_at(folder, name=name)
    for update, array in enumerate(arrays):
        writer.append(update, array)
    writer.close()


def read(folder: Path, update: int, name: str = "labels") -> np.ndarray | None:
    """An update's array by a reader that has seen nothing before."""
    return FrameCache(BOUND).array(folder / segment_file(name, update), name, update)


def kept(folder: Path, count: int, name: str = "labels") -> list[int]:
    """Those of the first updates whose array is there."""
    return [update for update in range(count) if read(folder, update, name) is not None]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    "array",
    [
        LABELS,
        LABELS[:4],
        np.zeros(1, np.uint8),
        np.empty(0, np.uint8),
        np.array([16, 3], np.uint8),
        np.array([65_535, 3], np.uint16),
        np.array([1, 2, 3], np.int64),
        np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3),
        np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4).T,
        np.array([[np.nan, np.inf]], np.float32),
        np.zeros((0, 2), np.float32),
        np.zeros((2, 2), np.uint8),
    ],
    ids=str,
)
def test_what_was_written_is_read(tmp_path: Path, array: np.ndarray) -> None:
    write(tmp_path, [LABELS, array, LABELS])
    for number, expected in enumerate([LABELS, array, LABELS]):
        found = read(tmp_path, number)
        assert found is not None and found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    assert read(tmp_path, 3) is None


def test_labels_of_up_to_sixteen_clusters_take_half_a_byte(tmp_path: Path) -> None:
    write(tmp_path, [np.full(10_000, 15, np.uint8)])
    (content,) = contents(tmp_path).values()
    assert 5_000 < len(content) < 5_100


def test_many_updates_share_a_file(tmp_path: Path) -> None:
    write(tmp_path, map(embedding, range(SEGMENT + 2)), "embedding_sample")
    names = ["embedding_sample-000000.frames", f"embedding_sample-{SEGMENT:06d}.frames"]
    assert sorted(contents(tmp_path)) == names
    for number in (SEGMENT + 1, 0, SEGMENT, SEGMENT - 1):
        found = read(tmp_path, number, "embedding_sample")
        np.testing.assert_array_equal(found, embedding(number))


def test_what_came_after_the_place_is_forgotten(tmp_path: Path) -> None:
    count = 2 * SEGMENT + 3
    write(tmp_path, [LABELS] * count)
    writer = writer_at(tmp_path, range(SEGMENT + 2), SEGMENT + 2)
    assert kept(tmp_path, count) == list(range(SEGMENT + 2))
    writer.append(SEGMENT + 2, LABELS[:2])
    writer.close()
    assert kept(tmp_path, count) == list(range(SEGMENT + 3))
    write(tmp_path, [])
    assert contents(tmp_path) == {}


def test_arrays_are_dropped_with_those_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 8 * (SEGMENT + 10)
    monkeypatch.setattr("dec_core.events.frames.LABEL_BYTES", limit)
    writer, memory = FrameWriter(tmp_path, "labels", limit), MemoryFrames()
    writer.open([], memory.labels, 0)
    for number in range(3 * SEGMENT):
        memory.take(framed(number))
        writer.append(number, memory.labels(number))
        assert kept(tmp_path, number + 1) == memory.kept_labels
    writer.close()
    assert len(memory.kept_labels) < SEGMENT + 10
    for number in memory.kept_labels:
        np.testing.assert_array_equal(read(tmp_path, number), memory.labels(number))


def test_a_writer_that_goes_on_thins_as_one_that_never_stopped(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "stopped").mkdir()
    whole, stopped = (
        FrameWriter(tmp_path / name, "labels", 5 * 8) for name in ("whole", "stopped")
    )
    for writer in (whole, stopped):
        writer.open([], embedding, 0)
    for number in range(9):
        for writer in (whole, stopped):
            writer.append(number, LABELS)
    before = kept(tmp_path / "stopped", 9)
    stopped.open(before, lambda _: LABELS, 9)
    for number in range(9, 30):
        for writer in (whole, stopped):
            writer.append(number, LABELS)
        assert kept(tmp_path / "stopped", number + 1) == kept(tmp_path / "whole", number + 1)
    for writer in (whole, stopped):
        writer.close()


def test_a_file_without_arrays_goes(tmp_path: Path) -> None:
    write(tmp_path, [LABELS] * (2 * SEGMENT))
    writer = writer_at(tmp_path, range(2 * SEGMENT), 2 * SEGMENT)
    writer.remove(set(range(1, 2 * SEGMENT)))
    assert list(contents(tmp_path)) == ["labels-000000.frames"]
    assert kept(tmp_path, 2 * SEGMENT) == [0]


def test_who_shares_a_file_does_not_lose_what_another_drops(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent", tmp_path / "child"
    parent.mkdir()
    child.mkdir()
    writer = writer_at(parent)
    for number in range(SEGMENT + 2):
        writer.append(number, LABELS)
    for path in parent.iterdir():
        os.link(path, child / path.name)
    branched = writer_at(child, range(SEGMENT + 1), SEGMENT + 1)
    branched.append(SEGMENT + 1, LABELS[:1])
    writer.append(SEGMENT + 2, LABELS)
    assert kept(parent, SEGMENT + 5) == list(range(SEGMENT + 3))
    assert kept(child, SEGMENT + 5) == list(range(SEGMENT + 2))
    first = "labels-000000.frames"
    assert (parent / first).samefile(child / first)
    branched.remove({1})
    assert 1 not in kept(child, SEGMENT)
    assert kept(parent, SEGMENT) == list(range(SEGMENT))
    writer.close()
    branched.close()


def test_an_array_that_is_just_being_written_is_not_there_yet(tmp_path: Path) -> None:
    write(tmp_path, [LABELS, LABELS])
    ((name, content),) = contents(tmp_path).items()
    half = len(content) // 2
    for length in range(half, len(content)):
        (tmp_path / name).write_bytes(content[:length])
        index = read_index(tmp_path / name, "labels")
        assert list(index.places) == [0]
        np.testing.assert_array_equal(read(tmp_path, 0), LABELS)
        assert isinstance(index.fault, EOFError if length > half else type(None))
        if index.fault:
            with pytest.raises(EOFError, match="it ends within a"):
                read(tmp_path, 1)


def test_damage_harms_no_other_array(tmp_path: Path) -> None:
    writer = writer_at(tmp_path)
    for number in (0, 1, 3, 4):
        writer.append(number, LABELS)
    writer.close()
    ((name, content),) = contents(tmp_path).items()
    places = read_index(tmp_path / name, "labels").places
    for broken, place in places.items():
        damaged = bytearray(content)
        damaged[place.end - 1] ^= 1
        (tmp_path / name).write_bytes(damaged)
        for number in {0, 1, 3, 4} - {broken}:
            np.testing.assert_array_equal(read(tmp_path, number), LABELS)
        with pytest.raises(ValueError, match="an array is not what was written"):
            read(tmp_path, broken)
        assert read(tmp_path, 2) is None


def record(head: bytes, content: bytes) -> bytes:
    head += b" %d" % zlib.crc32(content)
    return head + b" %d\n" % zlib.crc32(head) + content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\n", "invalid literal"),
        (b"0 |u1 2 0 0\nab", "a line is not what was written"),
        (record(b"0 |u1 2", b"ab")[:-1] + b"c", "an array is not what was written"),
        (record(b"0 |u1 2", b"ab") + b"\n", "invalid literal"),
        (record(b"0 xyz 2", b"ab"), "'xyz'"),
        (record(b"0 |O 1", bytes(8)), "OBJECT"),
        (record(b"0 |u1 x", b"ab"), "invalid literal"),
        (record(b"0 |u1", b"ab"), "not enough values"),
        (record(b"0 pairs 2,2", b"a"), "cannot reshape"),
        (record(b"0 |u1 99999999999999", b"ab"), "it ends within an array"),
        (record(b"\xff |u1 2", b"ab"), "ascii"),
        (record(b"0 |u1 " + 99 * b"9," + b"9", b"ab"), "a line does not end"),
        (record(b"1 |u1 2", b"ab") + record(b"0 |u1 2", b"ab"), "update 0 does not belong here"),
        (record(b"0 |u1 2", b"ab") * 2, "update 0 does not belong here"),
        (record(b"64 |u1 2", b"ab"), "update 64 does not belong here"),
        (record(b"-1 |u1 2", b"ab"), "update -1 does not belong here"),
    ],
)
def test_damage_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "labels-000000.frames").write_bytes(content)
    is_of_an_array = read_index(tmp_path / "labels-000000.frames", "labels").fault is None
    with pytest.raises(Exception, match=reason):
        read(tmp_path, 0 if is_of_an_array else 2)


def test_a_flipped_bit_is_never_believed(tmp_path: Path) -> None:
    write(tmp_path, [LABELS, LABELS])
    ((name, content),) = contents(tmp_path).items()
    first, second = read_index(tmp_path / name, "labels").places.values()
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        (tmp_path / name).write_bytes(flipped)
        # An array stands where the lines of those before it say.
        harmed = {0, 1} if place < first.values else {0} if place < first.end else {1}
        for number in (0, 1):
            if number in harmed:
                with pytest.raises((ValueError, EOFError)):
                    read(tmp_path, number)
            else:
                np.testing.assert_array_equal(read(tmp_path, number), LABELS)
    assert second.end == len(content)


def gone(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def in_the_way(folder: Path) -> None:
    (folder / f"labels-{SEGMENT:06d}.frames").mkdir()


@pytest.mark.parametrize(("fault", "first"), [(gone, 1), (in_the_way, SEGMENT)])
def test_a_folder_that_refuses_is_said(
    tmp_path: Path, fault: Callable[[Path], None], first: int
) -> None:
    writer = writer_at(tmp_path)
    for number in range(first):
        writer.append(number, LABELS)
    fault(tmp_path)
    with pytest.raises(OSError):
        writer.append(first, LABELS)
    writer.close()
