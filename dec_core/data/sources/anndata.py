"""AnnData files (.h5ad), as single-cell analysis writes them: HDF5 with X, layers, obsm and obs.

Read after the format's description (anndata.readthedocs.io, "On-disk format"), its present
layout and those before: categories beside the columns (0.7), tables as compound arrays (0.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dec_core.data.ordinary_files import open_ordinary
from dec_core.data.sources.contents import Contents, Wanted, chosen_part, listed, named
from dec_core.data.sources.limits import FLOAT32, check_fits
from dec_core.data.sources.packed import damage_named
from dec_core.errors import DataError

if TYPE_CHECKING:
    import h5py
    import pyarrow as pa

Numbers = npt.NDArray[Any]
_INDEX_NAMES = ("_index", "index")


def read_anndata(path: Path, wanted: Wanted) -> Contents:
    """X, a layer or an embedding of an AnnData file; ``obs`` are columns, ``var`` names features.

    Raises
    ------
    SettingsError
        If the part that is asked for is not there.
    DataError
        If it is damaged, is no AnnData, or needs more memory than there is.
    """
    import h5py

    raised = (OSError, KeyError, ValueError, TypeError, IndexError, RuntimeError, MemoryError)
    # A stream, as a path could not have letters that are no text.
    with (
        damage_named(path, "AnnData (HDF5)", *raised),
        closing(open_ordinary(path)) as stream,
        h5py.File(stream, "r") as file,
    ):
        parts = tuple(_parts(file))
        part = chosen_part(path.name, parts, next(iter(parts), None), wanted)
        if part is None:
            raise DataError(
                f"{path.name} must hold numbers in X, layers or obsm, as AnnData has them. Found "
                f"{listed(sorted(file)) or 'nothing'}. Choose another file."
            )
        matrix = _matrix(path, _node(file, part), part)
        columns, notes = _obs(file, len(matrix))
        names = None if part.startswith("obsm/") else _feature_names(file, matrix.shape[1])
    if part != "X" and "X" not in parts and wanted.part is None:
        notes += (f"The file has no X; {part} was taken.",)
    contents = Contents(columns, matrix, names, format="AnnData", notes=notes)
    return replace(contents, part=part, parts=parts)


def _parts(file: h5py.File) -> Iterator[str]:
    if "X" in file and _is_matrix(_node(file, "X")):
        yield "X"
    for folder in ("layers", "obsm"):
        if folder in file:
            for name in _node(file, folder):
                if _is_matrix(_node(file, f"{folder}/{name}")):
                    yield f"{folder}/{name}"


def _node(group: h5py.Group, name: str) -> Any:
    """A member of a group; a link to another file is refused, also within a name as "a/b"."""
    import h5py

    node = group
    for step in name.split("/"):
        if isinstance(node.get(step, getlink=True), h5py.ExternalLink):
            raise DataError(
                f"{name} is a link to another file, which is not followed. Save the data within "
                "the file."
            )
        node = node[step]
    if isinstance(node, h5py.Dataset) and (node.external or node.is_virtual):
        raise DataError(
            f"{name} keeps its values in another file, which is not read. Save the data within "
            "the file."
        )
    return node


def _is_matrix(node: Any) -> bool:
    if _sparse_kind(node):
        return True
    return hasattr(node, "shape") and len(node.shape or ()) == 2 and node.dtype.kind in "biuf"


def _sparse_kind(node: Any) -> str:
    """ "csr", "csc" or ""; the second name is that of AnnData before 0.7."""
    kind = node.attrs.get("encoding-type", node.attrs.get("h5sparse_format", ""))
    kind = str(kind).removesuffix("_matrix")
    return kind if kind in {"csr", "csc"} else ""


def _matrix(path: Path, node: Any, part: str) -> Numbers:
    """(n_samples, n_features), dense."""
    kind = _sparse_kind(node)
    stated = node.attrs.get("shape", node.attrs.get("h5sparse_shape")) if kind else node.shape
    shape = tuple(int(size) for size in stated)
    if len(shape) != 2 or min(shape) < 1:
        raise DataError(
            f"{part} of {path.name} must have samples and features. Found the shape {shape}. "
            "Choose another part or file."
        )
    dtype = (_node(node, "data") if kind else node).dtype
    n_values = shape[0] * shape[1]
    what = f"{part} of {path.name} with {shape[0]:,} samples of {shape[1]:,} features"
    check_fits(n_values * max(FLOAT32, dtype.itemsize), f"{what}{', dense,' if kind else ''}")
    return _dense(node, kind, shape) if kind else node[()]


def _dense(node: h5py.Group, kind: str, shape: tuple[int, ...]) -> Numbers:
    from scipy import sparse

    for name in ("data", "indices", "indptr"):
        stored = _node(node, name)
        check_fits(stored.size * stored.dtype.itemsize, f"{name} of a sparse matrix")
    arrays = tuple(_node(node, name)[()] for name in ("data", "indices", "indptr"))
    form = sparse.csr_array if kind == "csr" else sparse.csc_array
    matrix = form(arrays, shape=shape)
    matrix.check_format(full_check=True)
    dense: Numbers = matrix.toarray(order="C")
    return dense


def _obs(file: h5py.File, n_samples: int) -> tuple[pa.Table, tuple[str, ...]]:
    """The columns of ``obs``, first its index; columns that cannot be read are named."""
    import pyarrow as pa

    found: dict[str, pa.Array] = {}
    left_out: list[str] = []
    if "obs" in file:
        for name, column in _table_columns(_node(file, "obs")):
            if column is None or len(column) != n_samples:
                left_out.append(name)
            else:
                found[name] = column
    names, notes = named(found)
    if left_out:
        notes += (f"Columns that could not be read are left out: {listed(left_out)}.",)
    return pa.table(list(found.values()), names), notes


def _table_columns(table: Any) -> Iterator[tuple[str, pa.Array | None]]:
    """Name and values of each column of ``obs`` or ``var``; None for a kind that is not known."""
    import h5py

    if isinstance(table, h5py.Dataset):
        content = table[()]
        for name in content.dtype.names or ():
            yield name.removeprefix("_"), _plain(content[name])
        return
    index = str(table.attrs.get("_index", "_index"))
    order = [str(name) for name in table.attrs.get("column-order", list(table))]
    for name in dict.fromkeys((index, *order)):
        if name in table and name != "__categories":
            shown = "index" if name in _INDEX_NAMES else name
            yield shown, _column(table, name)


def _column(table: h5py.Group, name: str) -> pa.Array | None:
    """A column in each of the ways in which AnnData stores one."""
    import h5py
    import pyarrow as pa

    node = _node(table, name)
    if isinstance(node, h5py.Dataset):
        categories = node.attrs.get("categories")
        values = _values(node)
        if values is None or categories is None:
            return values
        return _categorical(node[()], _values(table.file[categories]))
    if "codes" in node and "categories" in node:
        return _categorical(_node(node, "codes")[()], _values(_node(node, "categories")))
    if "values" in node and "mask" in node:
        import pyarrow.compute as pc

        mask = pa.array(np.asarray(_node(node, "mask")[()], bool))
        values = _values(_node(node, "values"))
        return None if values is None else pc.if_else(mask, pa.scalar(None, values.type), values)
    return None


def _categorical(codes: Numbers, categories: pa.Array | None) -> pa.Array | None:
    import pyarrow as pa

    if categories is None:
        return None
    return categories.take(pa.array(codes.astype(np.int64), mask=codes < 0))


def _values(dataset: h5py.Dataset) -> pa.Array | None:
    if len(dataset.shape or ()) != 1:
        return None
    check_fits(dataset.size * dataset.dtype.itemsize, f"the column {dataset.name}")
    return _plain(dataset[()])


def _plain(values: Numbers) -> pa.Array | None:
    """Numbers and text of one dimension as a column."""
    import pyarrow as pa

    if values.dtype.kind in "OS":
        text = [v.decode(errors="replace") if isinstance(v, bytes) else str(v) for v in values]
        return pa.array(text, pa.string())
    if values.dtype.kind not in "biuf" or values.ndim != 1:
        return None
    return pa.array(np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="))))


def _feature_names(file: h5py.File, n_features: int) -> tuple[str, ...] | None:
    """The index of ``var``; None where there is none for each feature."""
    if "var" not in file:
        return None
    _, index = next(_table_columns(_node(file, "var")), ("", None))
    if index is None or len(index) != n_features:
        return None
    return tuple(named(str(name) for name in index.to_pylist())[0])
