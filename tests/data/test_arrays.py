"""NPY, NPZ and IDX files: which arrays are images, what lies beside them, what is refused."""

from __future__ import annotations

import gzip
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from dec_core.data.sources.contents import Wanted
from dec_core.data.sources.formats import open_contents
from dec_core.errors import SettingsError
from tests.data.conftest import idx_bytes, write_idx
from tests.data.small_files import columns, npy_bytes, npy_header, rejected, write, write_zip


@pytest.mark.parametrize(
    ("shape", "dtype", "image_shape"),
    [
        ((6,), "f8", None),
        ((6, 4), "i8", None),
        ((6, 4, 3), "u1", (4, 3, 1)),
        ((6, 4, 3), "f4", (4, 3, 1)),
        ((6, 4, 3), "i4", None),
        ((6, 4, 2, 3), "u1", (4, 2, 3)),
        ((6, 4, 2, 4), ">f4", (4, 2, 4)),
        ((6, 4, 2, 3), "i2", None),
        ((6, 4, 3, 2), "u1", (4, 3, 2, 1)),
        ((6, 4, 3, 2), "i2", (4, 3, 2, 1)),
        ((6, 4, 2, 3, 3), "f4", (4, 2, 3, 3)),
        ((6, 4, 2, 3, 2), "u1", None),
        ((6, 2), "?", None),
        ((6, 2), "f2", None),
    ],
)
def test_arrays_of_every_shape(
    tmp_path: Path, shape: tuple[int, ...], dtype: str, image_shape: tuple[int, ...] | None
) -> None:
    array = (np.arange(np.prod(shape)) % 120).reshape(shape).astype(dtype)
    for order in ("C", "F"):
        np.save(tmp_path / "a.npy", np.asarray(array, order=order))
        contents = open_contents(tmp_path / "a.npy")
        assert contents.matrix is not None
        assert contents.matrix.dtype == np.dtype(dtype)
        assert np.array_equal(contents.matrix, array.reshape(6, -1))
        assert contents.image_shape == image_shape
        assert (contents.n_samples, contents.column_names) == (6, ())


def test_an_array_is_mapped_and_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((50, 4, 4), np.uint8))
    matrix = open_contents(tmp_path / "a.npy").matrix
    assert isinstance(matrix, np.memmap)
    assert not matrix.flags.writeable


def test_npz_has_parts_and_columns(tmp_path: Path) -> None:
    labels, x = np.array([2, 0, 1]), np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    np.savez_compressed(
        tmp_path / "a.npz", z=np.ones((3, 9)), x=x, y=labels, names=list("abc"), other=np.ones(7)
    )
    contents = open_contents(tmp_path / "a.npz")
    assert (contents.part, contents.parts) == ("x", ("z", "x"))
    assert contents.image_shape == (2, 2, 1)
    assert np.array_equal(np.asarray(contents.matrix), x.reshape(3, 4))
    assert columns(contents) == {"y": [2, 0, 1], "names": ["a", "b", "c"]}
    assert "other" in contents.notes[0]
    chosen = open_contents(tmp_path / "a.npz", Wanted(part="z"))
    assert np.array_equal(np.asarray(chosen.matrix), np.ones((3, 9)))
    with pytest.raises(SettingsError, match=r"Received 'q'. It has z, x"):
        open_contents(tmp_path / "a.npz", Wanted(part="q"))


def test_npz_without_a_table_is_columns(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", u=np.arange(3.0), v=np.arange(3))
    contents = open_contents(tmp_path / "a.npz")
    assert (contents.matrix, contents.parts) == (None, ())
    assert columns(contents) == {"u": [0.0, 1.0, 2.0], "v": [0, 1, 2]}


OBJECTS = np.array([[1], [2, 3]], object)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (npy_bytes(OBJECTS), "holds Python objects, which are not read"),
        (pickle.dumps([1, 2]), "a.npy is a pickle, which is not read, as it can run code"),
        (npy_bytes(np.zeros((2, 2), complex)), "Found the type complex128"),
        (npy_bytes(np.zeros(3, "i4,f4")), "must hold real numbers"),
        (npy_bytes(np.zeros((0, 3))), "Found the shape (0, 3)"),
        (npy_bytes(np.array(3.0)), "Found the shape ()"),
        (npy_bytes(np.ones((9, 9)))[:-8], "expected 648 bytes for an array of shape 9 x 9"),
        (npy_header((10**12, 784)), "a.npy of shape 1,000,000,000,000 x 784 would need"),
        (npy_header((-5, 3)), "Found the shape (-5, 3)"),
        (b"\x93NUMPY\x01\x00\x10", "could not be read: expected an array as numpy.save writes"),
        (b"\x93NUMPY\x09\x00\x10\x00{}", "could not be read"),
        (npy_header((3, 4)).replace(b"}", b"("), "could not be read: expected an array"),
        (b"", "is named as NPY, but it is empty"),
        (b"junk", "begins with 0x6a756e6b, as no such file does"),
    ],
)
def test_an_array_that_cannot_be_read(tmp_path: Path, content: bytes, words: str) -> None:
    rejected(write(tmp_path / "a.npy", content), words)


def test_members_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    good = npy_bytes(np.ones((40, 40)))
    rejected(write_zip(path, {"x.npy": npy_header((10**9, 10**3)) + b"\0" * 99}), "would need")
    rejected(write_zip(path, {"x.npy": good[:-8]}), "x.npy is truncated: expected 12,800 bytes")
    rejected(
        write_zip(path, {"x.npy": npy_bytes(OBJECTS)[:-1]}),
        "x of shape (2,), which are Python objects",
    )
    rejected(write_zip(path, {"t.txt": b"a"}), "must hold arrays", "Found t.txt")
    rejected(write_zip(path, {"x.npy": npy_bytes(np.array(1.0))}), "Found x of shape ()")
    whole = write_zip(path, {"x.npy": good}).read_bytes()
    rejected(write(path, whole[:-30]), "damaged: expected a complete")
    rejected(write(path, whole.replace(whole[60:70], b"\xff" * 10)), "damaged: expected a complete")


def test_idx_files_of_other_types_and_their_labels(tmp_path: Path) -> None:
    images = np.arange(24, dtype=np.uint8).reshape(3, 4, 2)
    path = write_idx(tmp_path / "t10k-images-idx3-ubyte.gz", images)
    alone = open_contents(path)
    assert (alone.image_shape, alone.column_names) == ((4, 2, 1), ())
    assert np.array_equal(np.asarray(alone.matrix), images.reshape(3, 8))
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", np.array([5, 0, 4]))
    assert columns(open_contents(path)) == {"label": [5, 0, 4]}
    floats = bytes((0, 0, 0x0D, 2)) + struct.pack(">2I4f", 2, 2, 1.5, 2, 3, 4)
    found = open_contents(write(tmp_path / "table.idx", floats))
    assert np.asarray(found.matrix).tolist() == [[1.5, 2], [3, 4]]
    assert found.image_shape is None


def test_idx_files_that_cannot_be_read(tmp_path: Path) -> None:
    path, whole = tmp_path / "x-images-idx3-ubyte", idx_bytes(np.zeros((3, 2, 2)))
    rejected(write(path, whole[:-1]), "is truncated: expected 12 bytes", "found 11")
    rejected(write(path, whole + b"\0"), "is too long")
    rejected(write(path, whole[:9]), "is no IDX file", "found 0x00000803")
    rejected(write(path, bytes((0, 0, 8, 3)) + struct.pack(">3I", *[2**31] * 3)), "would need")
    rejected(write(path, idx_bytes(np.zeros((0, 2)))), "holds no samples")
    rejected(write(path, gzip.compress(whole)[:-9]), "expected a complete gzip file")
    write(path, whole)
    write_idx(tmp_path / "x-labels-idx1-ubyte", np.zeros(4))
    rejected(path, "x-labels-idx1-ubyte must hold 3 labels", "(4,)")
