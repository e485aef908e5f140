"""IDX files that the test writes: read back as written, and every damage named."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dec_core.data import read_idx
from dec_core.errors import DataError
from tests.data.conftest import idx_bytes, write_idx

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("name", ["images", "images.gz"])
def test_round_trip(tmp_path: Path, name: str) -> None:
    read = read_idx(write_idx(tmp_path / name, IMAGES), 3)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, IMAGES)


@given(array=arrays(np.uint8, array_shapes(max_dims=4, max_side=4)), packed=st.booleans())
def test_round_trip_of_any_shape(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, packed: bool
) -> None:
    path = tmp_path_factory.mktemp("idx") / ("any.gz" if packed else "any")
    np.testing.assert_array_equal(read_idx(write_idx(path, array), array.ndim), array)


def test_gzip_without_the_suffix_is_read(tmp_path: Path) -> None:
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(idx_bytes(IMAGES)))
    np.testing.assert_array_equal(read_idx(path, 3), IMAGES)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "wrong magic number: expected 0x00000803, found nothing"),
        (b"\0\0", "wrong magic number: expected 0x00000803, found 0x0000"),
        (b"\0\0\x0d\x03" + bytes(40), "expected 0x00000803, found 0x00000d03"),
        (idx_bytes(IMAGES[0, 0]), "expected 0x00000803, found 0x00000801"),
        (idx_bytes(IMAGES)[:10], "is truncated: expected a header of 16 bytes, found 10"),
        (idx_bytes(IMAGES)[:-1], r"is truncated: expected 40 bytes .*, found 39"),
        (idx_bytes(IMAGES) + b"xy", r"is too long: expected 40 bytes .*, found 42"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "is truncated: expected 79,228,162,458,924,"),
    ],
)
@pytest.mark.parametrize("name", ["images", "images.gz"])
def test_damage_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if path.suffix else content)
    with pytest.raises(DataError, match=message) as error:
        read_idx(path, 3)
    assert str(error.value).startswith(str(path))


def test_a_plain_file_named_gz_is_not_gzip(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(idx_bytes(IMAGES))
    with pytest.raises(
        DataError, match="is not gzip: expected the first bytes 0x1f8b, found 0x0000"
    ):
        read_idx(path, 3)


def test_corrupt_gzip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    packed = gzip.compress(idx_bytes(IMAGES))
    flipped = bytearray(packed)
    flipped[-6] ^= 0xFF  # within the checksum
    for damaged in (packed[:2], packed[:-12], bytes(flipped), packed[:10] + b"\xff" * 20):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="is damaged: expected a complete gzip file"):
            read_idx(path, 3)


def test_what_is_no_ordinary_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "images")
    with pytest.raises(DataError, match=r"could not be read.*no ordinary file"):
        read_idx(tmp_path / "images", 3)


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"could not be read.*No such file"):
        read_idx(tmp_path / "absent", 3)
    with pytest.raises(DataError, match=r"could not be read.*directory"):
        read_idx(tmp_path, 3)
