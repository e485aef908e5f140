"""Frames of many updates in one file: what was appended is read, and nothing else is believed."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.runs.array_files import write_compressed
from dec_core.runs.frame_files import SEGMENT, FrameReader, FrameWriter
from dec_core.training import view as view_module
from dec_core.training.events import TargetUpdated
from dec_core.training.view import thin
from tests.training.test_view import updated

LABELS = np.array([0, 15, 3, 9, 10], np.uint8)


def with_labels(number: int, labels: np.ndarray | None = LABELS) -> TargetUpdated:
    return replace(updated(number), labels=labels)


def write(folder: Path, updates: Sequence[TargetUpdated], name: str = "labels") -> None:
    """From the beginning, one after the other, as a run does."""
    writer = FrameWriter(folder, name)
    writer.open([])
    for update in updates:
        writer.append(update)
    writer.close()


def kept(folder: Path, count: int, name: str = "labels") -> list[int]:
    """Those of the first updates whose array is there."""
    reader = FrameReader(folder, name)
    return [update for update in range(count) if reader.read(update) is not None]


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
    write(tmp_path, [with_labels(0), with_labels(1, array), with_labels(2)])
    reader = FrameReader(tmp_path, "labels")
    for number, expected in enumerate([LABELS, array, LABELS]):
        read = reader.read(number)
        assert read is not None and read.dtype == expected.dtype
        np.testing.assert_array_equal(read, expected)
    assert reader.read(3) is None


def test_labels_of_up_to_sixteen_clusters_take_half_a_byte(tmp_path: Path) -> None:
    write(tmp_path, [with_labels(0, np.full(10_000, 15, np.uint8))])
    (content,) = contents(tmp_path).values()
    assert 5_000 < len(content) < 5_100


def test_many_updates_share_a_file(tmp_path: Path) -> None:
    write(tmp_path, [updated(number) for number in range(SEGMENT + 2)], "embedding_sample")
    names = ["embedding_sample-000000.frames", f"embedding_sample-{SEGMENT:06d}.frames"]
    assert sorted(contents(tmp_path)) == names
    reader = FrameReader(tmp_path, "embedding_sample")
    for number in (SEGMENT + 1, 0, SEGMENT, SEGMENT - 1):
        np.testing.assert_array_equal(reader.read(number), updated(number).embedding_sample)


def test_what_came_after_the_place_is_forgotten(tmp_path: Path) -> None:
    updates = [with_labels(number) for number in range(2 * SEGMENT + 3)]
    write(tmp_path, updates)
    writer = FrameWriter(tmp_path, "labels")
    writer.open(updates[: SEGMENT + 2])
    assert kept(tmp_path, len(updates)) == list(range(SEGMENT + 2))
    writer.append(with_labels(SEGMENT + 2, LABELS[:2]))
    writer.close()
    assert kept(tmp_path, len(updates)) == list(range(SEGMENT + 3))
    write(tmp_path, [])
    assert contents(tmp_path) == {}


def test_arrays_are_dropped_with_those_of_the_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_module, "LABEL_BYTES", 8 * (SEGMENT + 10))
    writer, updates = FrameWriter(tmp_path, "labels"), tuple[TargetUpdated, ...]()
    writer.open(updates)
    for number in range(3 * SEGMENT):
        updates = thin((*updates, updated(number)))
        writer.append(updates[-1])
        writer.thin(updates)
        in_view = [update.update for update in updates if update.labels is not None]
        assert kept(tmp_path, len(updates)) == in_view
    writer.close()
    assert len(in_view) < SEGMENT + 10
    reader = FrameReader(tmp_path, "labels")
    for number in in_view:
        np.testing.assert_array_equal(reader.read(number), updates[number].labels)


def test_a_file_without_arrays_goes(tmp_path: Path) -> None:
    updates = [with_labels(number) for number in range(2 * SEGMENT)]
    writer = FrameWriter(tmp_path, "labels")
    writer.open(updates)
    writer.thin([updates[0], *(with_labels(n, None) for n in range(1, 2 * SEGMENT))])
    assert list(contents(tmp_path)) == ["labels-000000.frames"]
    assert kept(tmp_path, 2 * SEGMENT) == [0]


def test_files_of_the_first_version_are_read_and_taken_over(tmp_path: Path) -> None:
    updates = [with_labels(number) for number in range(3)]
    for update in (*updates, with_labels(3)):
        write_compressed(tmp_path / f"labels-{update.update:06d}.z", LABELS)
    write_compressed(tmp_path / "labels-kmeans.z", LABELS)
    assert kept(tmp_path, 4) == [0, 1, 2, 3]
    FrameWriter(tmp_path, "labels").open(updates)
    assert sorted(contents(tmp_path)) == ["labels-000000.frames", "labels-kmeans.z"]
    assert kept(tmp_path, 4) == [0, 1, 2]


def test_files_that_are_taken_over_while_they_are_read(tmp_path: Path) -> None:
    updates = [with_labels(0), with_labels(1, None), with_labels(2)]
    for number in (0, 2):
        write_compressed(tmp_path / f"labels-{number:06d}.z", LABELS)
    reader = FrameReader(tmp_path, "labels", growing=2)
    assert reader.read(0) is not None
    assert reader.read(1) is None
    FrameWriter(tmp_path, "labels").open(updates)
    assert reader.read(2) is not None


def test_who_shares_a_file_does_not_see_what_another_adds(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent", tmp_path / "child"
    parent.mkdir()
    child.mkdir()
    updates = [with_labels(number) for number in range(SEGMENT + 3)]
    writer = FrameWriter(parent, "labels")
    writer.open(updates[:-1])
    for path in parent.iterdir():
        os.link(path, child / path.name)
    branched = FrameWriter(child, "labels")
    branched.open(updates[: SEGMENT + 1])
    branched.append(with_labels(SEGMENT + 1, LABELS[:1]))
    writer.append(updates[-1])
    assert kept(parent, SEGMENT + 5) == list(range(SEGMENT + 3))
    assert kept(child, SEGMENT + 5) == list(range(SEGMENT + 2))
    first = "labels-000000.frames"
    assert (parent / first).samefile(child / first)
    writer.close()
    branched.close()


def test_an_array_that_is_just_being_written_is_not_there_yet(tmp_path: Path) -> None:
    write(tmp_path, [with_labels(0), with_labels(1)])
    ((name, content),) = contents(tmp_path).items()
    half = len(content) // 2
    for length in range(half, len(content)):
        (tmp_path / name).write_bytes(content[:length])
        reader = FrameReader(tmp_path, "labels", growing=1)
        assert reader.read(0) is not None
        assert reader.read(1) is None
        if length > half:
            for growing in (None, SEGMENT):
                reader = FrameReader(tmp_path, "labels", growing)
                assert reader.read(0) is not None
                with pytest.raises(RunError, match=rf"{name} is damaged \(it ends within a"):
                    reader.read(1)


def test_damage_harms_nothing_before_it(tmp_path: Path) -> None:
    write(tmp_path, [with_labels(number) for number in (0, 1, 3, 4)])
    ((name, content),) = contents(tmp_path).items()
    (tmp_path / name).write_bytes(content[:-1] + b"x")
    reader = FrameReader(tmp_path, "labels", growing=4)
    read = [reader.read(number) is not None for number in range(4)]
    assert read == [True, True, False, True]
    with pytest.raises(RunError, match=rf"{name} is damaged"):
        reader.read(4)


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
        (record(b"0 |u1 -1", b""), "its shape is -1"),
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
    path = tmp_path / "labels-000000.frames"
    path.write_bytes(content)
    with pytest.raises(RunError, match=rf"{path.name} is damaged \(.*{reason}"):
        FrameReader(tmp_path, "labels").read(2)


def test_a_flipped_bit_is_never_believed(tmp_path: Path) -> None:
    write(tmp_path, [with_labels(0), with_labels(1)])
    ((name, content),) = contents(tmp_path).items()
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        (tmp_path / name).write_bytes(flipped)
        with pytest.raises(RunError, match="is damaged"):
            FrameReader(tmp_path, "labels").read(1)


def gone(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def in_the_way(folder: Path) -> None:
    (folder / f"labels-{SEGMENT:06d}.frames").mkdir()


@pytest.mark.parametrize(("fault", "first"), [(gone, 1), (in_the_way, SEGMENT)])
def test_a_folder_that_refuses_is_said(
    tmp_path: Path, fault: Callable[[Path], None], first: int
) -> None:
    writer = FrameWriter(tmp_path, "labels")
    writer.open([])
    for number in range(first):
        writer.append(with_labels(number))
    fault(tmp_path)
    with pytest.raises(OSError):
        writer.append(with_labels(first))
    writer.close()
