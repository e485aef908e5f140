"""The IDX format of the MNIST family: a magic number, the sizes, then the bytes.

The magic number is big-endian: two zero bytes, the type of the values (8 is unsigned byte) and
the number of dimensions; each dimension's size follows as a big-endian 32-bit number.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import DataError

Stream = IO[bytes] | gzip.GzipFile

_GZIP_MAGIC = b"\x1f\x8b"
_UNSIGNED_BYTE = 0x08
_MAGIC_BYTES = 4
# No deflated byte becomes more than 1,032; with the header of gzip never more than this.
_LARGEST_GZIP_RATIO = 1_032
_PIECE = 1 << 20
_REMEDY = "Replace the file with an undamaged copy."


def read_idx(path: str | Path, n_dimensions: int | None = None) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, gzipped or not.

    Parameters
    ----------
    path : str or Path
        A name that ends in ``.gz`` must be gzipped; any other file may be.
    n_dimensions : int or None
        How many dimensions the array must have (images 3, labels 1); None takes any number.

    Returns
    -------
    uint8 array, read-only, in the shape that the file states.

    Raises
    ------
    DataError
        If the file cannot be read, is not gzip although named so, has another magic number, or
        holds fewer or more bytes than it states.
    """
    path = Path(path)
    try:
        with open_ordinary(path) as stored:
            return _read_stored(path, stored, n_dimensions)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"{path} is damaged: expected a complete gzip file, found an error in its "
            f"{path.stat().st_size:,} bytes ({error}). {_REMEDY}"
        ) from error
    except OSError as error:
        raise DataError(
            f"{path} could not be read: expected a readable IDX file, found "
            f"'{error.strerror or error}'. Check its name and permissions."
        ) from error


def _read_stored(path: Path, stored: IO[bytes], n_dimensions: int | None) -> npt.NDArray[np.uint8]:
    """The array of an open file, gzipped or not."""
    size = os.fstat(stored.fileno()).st_size
    first = stored.read(len(_GZIP_MAGIC))
    stored.seek(0)
    if first == _GZIP_MAGIC:
        with gzip.GzipFile(fileobj=stored) as content:
            return _read(path, content, n_dimensions, at_most=_LARGEST_GZIP_RATIO * size)
    if path.suffix == ".gz":
        raise DataError(
            f"{path} is not gzip: expected the first bytes {_hexadecimal(_GZIP_MAGIC)}, found "
            f"{_hexadecimal(first)}. Replace the file, or drop .gz from its name if it "
            "is not compressed."
        )
    return _read(path, stored, n_dimensions, at_most=size)


def _read(
    path: Path, stream: Stream, n_dimensions: int | None, *, at_most: int
) -> npt.NDArray[np.uint8]:
    """The array of a stream, of which no more is unpacked than its header promises."""
    shape = _shape(path, stream, n_dimensions)
    header = _MAGIC_BYTES * (1 + len(shape))
    promised = math.prod(shape)
    expected = f"expected {header + promised:,} bytes for shape {shape}"
    # Before room is made for it: a damaged header may promise anything.
    if header + promised > at_most:
        raise DataError(f"{path} is truncated: {expected}, found {at_most:,}. {_REMEDY}")
    values = np.empty(promised, np.uint8)
    filled = _fill(values, stream)
    if filled < promised:
        found = f"{header + filled:,}"
        raise DataError(f"{path} is truncated: {expected}, found {found}. {_REMEDY}")
    if surplus := len(stream.read(_PIECE)):
        found = f"{header + promised + surplus:,}" + (" or more" if surplus == _PIECE else "")
        raise DataError(f"{path} is too long: {expected}, found {found}. {_REMEDY}")
    values.flags.writeable = False
    return values.reshape(shape)


def _fill(values: npt.NDArray[np.uint8], stream: Stream) -> int:
    """Read into all of ``values`` piece by piece; how many bytes there were."""
    filled = 0
    while piece := stream.read(min(_PIECE, len(values) - filled)):
        values[filled : filled + len(piece)] = np.frombuffer(piece, np.uint8)
        filled += len(piece)
    return filled


def _shape(path: Path, stream: Stream, n_dimensions: int | None) -> tuple[int, ...]:
    """The array's shape from the header, after a check of the magic number."""
    magic = stream.read(_MAGIC_BYTES)
    found = magic[-1] if len(magic) == _MAGIC_BYTES else 0
    dimensions = n_dimensions if n_dimensions is not None else max(found, 1)
    expected = bytes((0, 0, _UNSIGNED_BYTE, dimensions))
    if magic != expected:
        anything = " (the last byte may be any number from 1)" if n_dimensions is None else ""
        raise DataError(
            f"{path} has the wrong magic number: expected {_hexadecimal(expected)}{anything}, "
            f"found {_hexadecimal(magic)}. Check that it is an IDX file of unsigned bytes and "
            "bears its own name."
        )
    sizes = stream.read(_MAGIC_BYTES * dimensions)
    if len(sizes) < _MAGIC_BYTES * dimensions:
        raise DataError(
            f"{path} is truncated: expected a header of {_MAGIC_BYTES * (1 + dimensions):,} bytes, "
            f"found {_MAGIC_BYTES + len(sizes):,}. {_REMEDY}"
        )
    return struct.unpack(f">{dimensions}I", sizes)


def _hexadecimal(values: bytes) -> str:
    return f"0x{values.hex()}" if values else "nothing"
