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

from dec_core.data.ordinary_files import open_ordinary
from dec_core.data.sources.packed import GZIP_MAGIC
from dec_core.errors import DataError

_UNSIGNED_BYTE = 0x08
_MAGIC_BYTES = 4
_REMEDY = "Replace the file with an undamaged copy."


def read_idx(path: Path, n_dimensions: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, gzipped or not.

    Parameters
    ----------
    path : Path
        A name that ends in ``.gz`` must be gzipped; any other file may be.
    n_dimensions : int
        How many dimensions the array must have: images 3, labels 1.

    Returns
    -------
    uint8 array, read-only, in the shape that the file states.

    Raises
    ------
    DataError
        If the file cannot be read, is not gzip although named so, has another magic number, or
        holds fewer or more bytes than it states.
    """
    content = _content(path)
    shape = _shape(path, content, n_dimensions)
    header = _MAGIC_BYTES * (1 + len(shape))
    promised = header + math.prod(shape)
    if len(content) != promised:
        problem = "truncated" if len(content) < promised else "too long"
        raise DataError(
            f"{path} is {problem}: expected {promised:,} bytes for shape {shape}, "
            f"found {len(content):,}. {_REMEDY}"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _content(path: Path) -> bytes:
    """All bytes of a file, unpacked where they are gzipped."""
    try:
        with open_ordinary(path) as stored:
            content = stored.read()
        if content.startswith(GZIP_MAGIC):
            return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"{path} is damaged: expected a complete gzip file, found an error in its "
            f"{len(content):,} bytes ({error}). {_REMEDY}"
        ) from error
    except OSError as error:
        raise DataError(
            f"{path} could not be read: expected a readable IDX file, found "
            f"'{error.strerror or error}'. Check its name and permissions."
        ) from error
    if path.suffix == ".gz":
        raise DataError(
            f"{path} is not gzip: expected the first bytes {_hexadecimal(GZIP_MAGIC)}, found "
            f"{_hexadecimal(content[:2])}. Replace the file, or drop .gz from its name if it "
            "is not compressed."
        )
    return content


def _shape(path: Path, content: bytes, n_dimensions: int) -> tuple[int, ...]:
    """The array's shape from the header, after a check of the magic number."""
    magic = content[:_MAGIC_BYTES]
    expected = bytes((0, 0, _UNSIGNED_BYTE, n_dimensions))
    if magic != expected:
        raise DataError(
            f"{path} has the wrong magic number: expected {_hexadecimal(expected)}, "
            f"found {_hexadecimal(magic)}. Check that it is an IDX file of unsigned bytes and "
            "bears its own name."
        )
    header = _MAGIC_BYTES * (1 + n_dimensions)
    if len(content) < header:
        raise DataError(
            f"{path} is truncated: expected a header of {header:,} bytes, found {len(content):,}. "
            f"{_REMEDY}"
        )
    return struct.unpack_from(f">{n_dimensions}I", content, _MAGIC_BYTES)


def _hexadecimal(values: bytes) -> str:
    return f"0x{values.hex()}" if values else "nothing"
