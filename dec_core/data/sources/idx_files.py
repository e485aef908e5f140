"""IDX files of one's own: any number of dimensions and type, with the labels that lie beside."""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from dec_core.data.sources.arrays import contents_of_array
from dec_core.data.sources.contents import Contents, Wanted
from dec_core.data.sources.limits import FLOAT32, check_fits
from dec_core.data.sources.packed import opened
from dec_core.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

IDX_TYPES = {8: ">u1", 9: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_IMAGES = re.compile(r"images([-.])idx\d")


def read_idx_file(path: Path, _wanted: Wanted) -> Contents:
    """An array, and the column "label" where the file of labels lies beside it.

    Images are called ``NAME-images-idx3-ubyte`` and their labels ``NAME-labels-idx1-ubyte``, both
    gzipped (.gz) or not.

    Raises
    ------
    DataError
        If a file is damaged, or there are not as many labels as samples.
    """
    array = _array(path)
    return contents_of_array(array, "IDX", _labels(path, len(array)))


def labels_beside(path: Path) -> Path | None:
    """The file of labels that belongs to a file of images, or None."""
    name, n_found = _IMAGES.subn(r"labels\1idx1", path.name)
    if not n_found:
        return None
    plain = name.removesuffix(".gz")
    places = (path.with_name(plain), path.with_name(f"{plain}.gz"))
    return next((place for place in places if place.is_file()), None)


def _labels(path: Path, n_samples: int) -> pa.Table | None:
    import pyarrow as pa

    place = labels_beside(path)
    if place is None:
        return None
    labels = _array(place)
    if labels.shape != (n_samples,):
        raise DataError(
            f"{place.name} must hold {n_samples:,} labels, one for each sample in {path.name}. "
            f"Found the shape {labels.shape}. Replace both files with a pair that belongs together."
        )
    return pa.table({"label": pa.array(labels.astype(labels.dtype.newbyteorder("=")))})


def _array(path: Path) -> npt.NDArray[Any]:
    with opened(path) as stream:
        dtype, shape = _header(path, stream)
        n_bytes = math.prod(shape) * dtype.itemsize
        check_fits(math.prod(shape) * max(FLOAT32, dtype.itemsize), f"{path.name} of shape {shape}")
        content = stream.read(n_bytes)
        is_longer = bool(stream.read(1))
    if is_longer or len(content) < n_bytes:
        raise DataError(
            f"{path.name} is {'too long' if is_longer else 'truncated'}: expected {n_bytes:,} "
            f"bytes for shape {shape}, found {'more' if is_longer else f'{len(content):,}'}. "
            "Replace it with an undamaged copy."
        )
    return np.frombuffer(content, dtype).reshape(shape)


def _header(path: Path, stream: BinaryIO) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = stream.read(4)
    n_dimensions = magic[3] if len(magic) == 4 else 0
    sizes = stream.read(4 * n_dimensions)
    if not is_idx(magic) or len(sizes) < 4 * n_dimensions:
        raise DataError(
            f"{path.name} is no IDX file: expected two zero bytes, the type of the values, the "
            f"number of dimensions and their sizes, found 0x{(magic + sizes).hex()}. Replace it "
            "with an undamaged copy."
        )
    shape = struct.unpack(f">{n_dimensions}I", sizes)
    if not all(shape):
        raise DataError(f"{path.name} holds no samples: its shape is {shape}. Choose another file.")
    return np.dtype(IDX_TYPES[magic[2]]), shape


def is_idx(magic: bytes) -> bool:
    """Whether the first four bytes of a file are those of IDX, with 1 to 8 dimensions."""
    return len(magic) == 4 and magic[:2] == b"\0\0" and magic[2] in IDX_TYPES and 0 < magic[3] <= 8
