"""The IDX format of the MNIST family: a magic number, the sizes, then the bytes.

The magic number is big-endian: two zero bytes, the type of the values (8 is unsigned byte) and
the number of dimensions; each dimension's size follows as a big-endian 32-bit number.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dec_core.errors import DataError

_GZIP_MAGIC = b"\x1f\x8b"
_UNSIGNED_BYTE = 0x08
_MAGIC_BYTES = 4
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
    content = _content(path)
    shape = _shape(path, content, n_dimensions)
    header = _MAGIC_BYTES * (1 + len(shape))
    expected = header + math.prod(shape)
    if len(content) != expected:
        problem = "is truncated" if len(content) < expected else "is too long"
        raise DataError(
            f"{path} {problem}: expected {expected:,} bytes for shape {shape}, "
            f"found {len(content):,}. {_REMEDY}"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def _content(path: Path) -> bytes:
    """The bytes of the file, decompressed where needed."""
    try:
        stored = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path} could not be read: expected a readable IDX file, found "
            f"'{error.strerror or error}'. Check its name and permissions."
        ) from error
    if not stored.startswith(_GZIP_MAGIC):
        if path.suffix != ".gz":
            return stored
        raise DataError(
            f"{path} is not gzip: expected the first bytes {_hexadecimal(_GZIP_MAGIC)}, found "
            f"{_hexadecimal(stored[:2])}. Replace the file, or drop .gz from its name if it "
            "is not compressed."
        )
    try:
        return gzip.decompress(stored)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} is damaged: expected a complete gzip file, found an error in its "
            f"{len(stored):,} bytes ({error}). {_REMEDY}"
        ) from error


def _shape(path: Path, content: bytes, n_dimensions: int | None) -> tuple[int, ...]:
    """The array's shape from the header, after a check of the magic number."""
    magic = content[:_MAGIC_BYTES]
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
    end = _MAGIC_BYTES * (1 + dimensions)
    if len(content) < end:
        raise DataError(
            f"{path} is truncated: expected a header of {end:,} bytes, "
            f"found {len(content):,}. {_REMEDY}"
        )
    return struct.unpack(f">{dimensions}I", content[_MAGIC_BYTES:end])


def _hexadecimal(values: bytes) -> str:
    return f"0x{values.hex()}" if values else "nothing"
