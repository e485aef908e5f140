"""Small files of every format that can be read, written into a temporary folder."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from scipy import sparse

from dec_core.data.sources.contents import ANYTHING, Contents, Wanted
from dec_core.data.sources.formats import open_contents
from dec_core.errors import DataError

_REMEDY = re.compile(r"\b(Choose|Save|Replace|Correct|Make|Convert|Bring|Unpack)\b.*\.$")


def write(path: Path, content: str | bytes) -> Path:
    """Write text as UTF-8, or bytes; gzipped if the name ends in .gz."""
    content = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def columns(contents: Contents) -> dict[str, list[Any]]:
    """The columns as lists."""
    return contents.columns.to_pydict()


def rejected(path: Path, *words: str, wanted: Wanted = ANYTHING) -> str:
    """Check that a file is refused with these words, among others, and give back the sentence."""
    with pytest.raises(DataError) as caught:
        open_contents(path, wanted)
    sentence = str(caught.value)
    for word in words:
        assert word in sentence, sentence
    # It ends in what to do.
    assert _REMEDY.search(sentence), sentence
    return sentence


def table(**values: Any) -> Contents:
    """A table with these columns."""
    return Contents(pa.table(values))


def npy_bytes(array: np.ndarray) -> bytes:
    """An array as an NPY file holds it."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def npy_header(shape: tuple[int, ...], dtype: str = "<f4") -> bytes:
    """The beginning of an NPY file of any shape, without the values."""
    stream = io.BytesIO()
    stated = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, stated)
    return stream.getvalue()


def picture(size: tuple[int, int], color: Any, mode: str = "RGB") -> Image.Image:
    """An image of one colour; ``size`` is width and height."""
    return Image.new(mode, size, color)


def image_bytes(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    """An image as a file holds it."""
    stream = io.BytesIO()
    image.save(stream, format_, **options)
    return stream.getvalue()


def write_images(folder: Path, images: Mapping[str, Image.Image | bytes]) -> Path:
    """Write images, or bytes, by their paths below a folder; the suffix says the format."""
    for name, image in images.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(image, bytes):
            path.write_bytes(image)
        else:
            image.save(path)
    return folder


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    """Write a compressed zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_matrix(group: h5py.Group, name: str, matrix: Any) -> None:
    """A matrix as AnnData stores it: dense, or sparse as CSR or CSC."""
    if not sparse.issparse(matrix):
        group[name] = matrix
        return
    folder = group.create_group(name)
    folder.attrs["encoding-type"] = f"{matrix.format}_matrix"
    folder.attrs["shape"] = matrix.shape
    for part in ("data", "indices", "indptr"):
        folder[part] = getattr(matrix, part)


def write_h5ad(
    path: Path,
    x: Any = None,
    layers: Mapping[str, Any] | None = None,
    obsm: Mapping[str, Any] | None = None,
) -> Path:
    """An AnnData file with three cells: obs has a category, a number and one with a gap."""
    with h5py.File(path, "w") as file:
        if x is not None:
            write_matrix(file, "X", x)
        for folder, matrices in (("layers", layers), ("obsm", obsm)):
            for name, matrix in (matrices or {}).items():
                write_matrix(file.require_group(folder), name, matrix)
        obs = file.create_group("obs")
        obs.attrs["_index"] = "cell"
        obs.attrs["column-order"] = ["kind", "depth", "batch"]
        obs["cell"] = ["AAA", "CCC", "GGG"]
        obs["depth"] = [1.5, 2.5, 3.5]
        kind = obs.create_group("kind")
        kind["codes"], kind["categories"] = np.array([1, 0, -1], np.int8), ["B", "T"]
        batch = obs.create_group("batch")
        batch["values"], batch["mask"] = np.array([7, 8, 9]), np.array([False, True, False])
        var = file.create_group("var")
        var.attrs["_index"] = "gene"
        var["gene"] = ["g1", "g2"]
    return path
