"""Arrays on disk: what was written is read, and whatever else lies there is one kind of error."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.store.array_files import (
    read_arrays,
    write_arrays,
)
from dec_core.store.checkpoint_files import CheckpointFiles
from dec_core.store.former_versions import read_array
from tests.store.former_files import write_z
from tests.store.test_golden import GOLDEN

CHECKPOINTS = GOLDEN / "checkpoints"


@pytest.mark.parametrize(
    "array",
    [
        np.arange(7, dtype=np.uint8),
        np.empty(0, np.uint8),
        np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3),
        np.zeros((0, 2), np.float32),
    ],
    ids=str,
)
def test_what_was_written_is_read(tmp_path: Path, array: np.ndarray) -> None:
    write_z(tmp_path / "x.z", array)
    write_arrays(tmp_path / "x.npz", {"x": array})
    for read in (read_array(tmp_path / "x.z"), read_arrays(tmp_path / "x.npz")["x"]):
        assert read is not None
        assert read.dtype == array.dtype
        np.testing.assert_array_equal(read, array)


def with_byte(place: int, value: int) -> Callable[[bytes], bytes]:
    """Another byte at a place of the first entry of a zip file's directory."""

    def damage(content: bytes) -> bytes:
        at = content.index(b"PK\x01\x02") + place
        return content[:at] + bytes([value]) + content[at + 1 :]

    return damage


def one_array_alone(_: bytes) -> bytes:
    stream = BytesIO()
    np.save(stream, np.zeros(3))
    return stream.getvalue()


def cut_short(content: bytes) -> bytes:
    return content[:-30]


@pytest.mark.parametrize(
    "damage",
    [
        with_byte(8, 1),
        with_byte(10, 99),
        one_array_alone,
        cut_short,
        lambda _: b"",
        lambda _: b"PK",
    ],
    ids=["encrypted", "unknown method", "npy", "short", "empty", "no directory"],
)
def test_a_damaged_newest_checkpoint_is_passed_over(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    older, newest = sorted(CHECKPOINTS.iterdir())
    (tmp_path / older.name).write_bytes(older.read_bytes())
    (tmp_path / newest.name).write_bytes(damage(newest.read_bytes()))
    checkpoint, _ = CheckpointFiles(tmp_path).read()
    assert checkpoint.iteration == 20
    with pytest.raises(RunError, match="is damaged"):
        CheckpointFiles(tmp_path).read(60)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not enough values"),
        (b"xyz 3\n" + zlib.compress(b"abc"), "'xyz'"),
        (b"|O 1\n" + zlib.compress(bytes(8)), "OBJECT"),
        (b"|u1 x\n" + zlib.compress(b"abc"), "invalid literal"),
        (b"|u1 4\n" + zlib.compress(b"abc"), "cannot reshape"),
        (b"|u1 3\n" + zlib.compress(b"abc")[:-1], "incomplete"),
        (b"|u1 3\n" + zlib.compress(b"abc")[:-1] + b"x", "incorrect data check"),
    ],
)
def test_damaged_frames_are_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "labels-000001.z"
    path.write_bytes(content)
    with pytest.raises(RunError, match=f"labels-000001.z is damaged .*{reason}"):
        read_array(path)


@pytest.mark.parametrize("name", ["checkpoints/clustering-00000060.npz", "arrays/labels-000001.z"])
def test_a_flipped_bit_anywhere_is_one_kind_of_error(tmp_path: Path, name: str) -> None:
    whole = (GOLDEN / name).read_bytes()
    path = tmp_path / Path(name).name
    read = read_arrays if path.suffix == ".npz" else read_array
    generator = np.random.default_rng(0)
    refused = 0
    for place in generator.choice(len(whole), 120):
        content = bytearray(whole)
        content[place] ^= 1 << int(generator.integers(8))
        path.write_bytes(content)
        try:
            read(path)
        except RunError:
            refused += 1
    assert refused > 60
