"""NumPy's files: one array (NPY, mapped into memory) or several with names (NPZ)."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tokenize import TokenError
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from dec_core.data.ordinary_files import open_ordinary
from dec_core.data.sources.contents import (
    Contents,
    Wanted,
    chosen_part,
    image_shape_of,
    listed,
    named,
)
from dec_core.data.sources.limits import FLOAT32, check_fits
from dec_core.data.sources.packed import opened_zip
from dec_core.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

Numbers = npt.NDArray[Any]
# Arrays of samples are often called so, in this order.
_USUAL_PARTS = ("x", "X", "x_train", "X_train", "data", "images", "features", "arr_0")


class Header(NamedTuple):
    """What an NPY file states of its array before the values."""

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype[Any]

    @property
    def n_bytes(self) -> int:
        """That the values take."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_npy(path: Path, _wanted: Wanted) -> Contents:
    """An array, (n_samples,), (n_samples, n_features), images or volumes, mapped and not copied.

    Raises
    ------
    DataError
        If it is damaged or a pickle, or holds no real numbers.
    """
    with open_ordinary(path) as stream:
        header = _header(stream, path.name)
        begin = stream.tell()
    _check_numbers(header, path.name)
    _check_size(header, path.name)
    found = path.stat().st_size - begin
    if found < header.n_bytes:
        raise DataError(_truncated(path.name, header, found))
    array = np.memmap(
        path, header.dtype, "r", begin, header.shape, "F" if header.is_fortran else "C"
    )
    return contents_of_array(array, "NPY")


def read_npz(path: Path, wanted: Wanted) -> Contents:
    """One array of several; those of one dimension and as many values are columns beside it.

    Raises
    ------
    SettingsError
        If the part that is asked for is not there.
    DataError
        If it is damaged, or holds no real numbers.
    """
    with opened_zip(path, "NPZ") as archive:
        members = _members(archive, path)
        headers = {name: _member_header(archive, info) for name, info in members.items()}
        return _contents_of_npz(path, archive, members, headers, wanted)


def contents_of_array(
    array: Numbers, format_: str, columns: pa.Table | None = None, notes: tuple[str, ...] = ()
) -> Contents:
    """An array of samples as ``Contents``: images or volumes where its shape is theirs."""
    import pyarrow as pa

    return Contents(
        pa.table({}) if columns is None else columns,
        array.reshape(len(array), -1),
        image_shape=image_shape_of(array.shape, array.dtype),
        format=format_,
        notes=notes,
    )


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    infos = {info.filename: info for info in archive.infolist()}
    arrays = {n.removesuffix(".npy"): info for n, info in infos.items() if n.endswith(".npy")}
    if not arrays:
        raise DataError(
            f"{path.name} must hold arrays, whose names end in .npy. Found "
            f"{listed(list(infos)) or 'nothing'}. Save it with numpy.savez."
        )
    return arrays


def _member_header(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Header:
    with archive.open(info) as stream:
        return _header(stream, info.filename)


def _contents_of_npz(
    path: Path,
    archive: zipfile.ZipFile,
    members: Mapping[str, zipfile.ZipInfo],
    headers: Mapping[str, Header],
    wanted: Wanted,
) -> Contents:
    """Only what is asked for is unpacked."""
    parts = tuple(n for n, h in headers.items() if len(h.shape) > 1 and h.dtype.kind in "biuf")
    part = chosen_part(path.name, parts, _proposed(parts, headers), wanted)
    lone = [n for n, h in headers.items() if len(h.shape) == 1 and h.dtype.kind in "biufU"]
    if part is None and not lone:
        raise DataError(_no_samples(path, headers))
    n_samples = headers[lone[0] if part is None else part].shape[0]
    beside = [name for name in lone if headers[name].shape[0] == n_samples]
    columns = _columns(archive, {name: members[name] for name in beside}, headers)
    left_out = [name for name in headers if name not in {*parts, *beside}]
    notes = (f"Left out, as they do not belong to the samples: {listed(left_out)}.",)
    if part is None:
        return Contents(columns, format="NPZ", notes=notes * bool(left_out))
    array = _array(archive, members[part], headers[part])
    contents = contents_of_array(array, "NPZ", columns, notes * bool(left_out))
    return replace(contents, part=part, parts=parts)


def _proposed(parts: tuple[str, ...], headers: Mapping[str, Header]) -> str | None:
    usual = [name for name in _USUAL_PARTS if name in parts]
    largest = sorted(parts, key=lambda name: -headers[name].n_bytes)
    return next(iter(usual + largest), None)


def _no_samples(path: Path, headers: Mapping[str, Header]) -> str:
    found = [f"{name} of shape {header.shape}" for name, header in headers.items()]
    objects = any(header.dtype.hasobject for header in headers.values())
    why = ", which are Python objects and not read, as they can run code" if objects else ""
    return (
        f"{path.name} must hold an array of real numbers with a row for each sample. Found "
        f"{listed(found)}{why}. Save it with such an array."
    )


def _columns(
    archive: zipfile.ZipFile,
    members: Mapping[str, zipfile.ZipInfo],
    headers: Mapping[str, Header],
) -> pa.Table:
    """The arrays of one dimension as columns."""
    import pyarrow as pa

    arrays = [_array(archive, info, headers[name]) for name, info in members.items()]
    native = [array.astype(array.dtype.newbyteorder("=")) for array in arrays]
    return pa.table([pa.array(array) for array in native], named(members)[0])


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, header: Header) -> Numbers:
    if header.dtype.kind != "U":
        _check_numbers(header, info.filename)
    _check_size(header, info.filename)
    with archive.open(info) as stream:
        _header(stream, info.filename)
        found = info.file_size - stream.tell()
        if found < header.n_bytes:
            raise DataError(_truncated(info.filename, header, found))
        content = stream.read(header.n_bytes)
        # Only the end of a member tells whether its check sum is right.
        stream.read(1)
    if len(content) < header.n_bytes:
        raise DataError(_truncated(info.filename, header, len(content)))
    array = np.frombuffer(content, header.dtype)
    return array.reshape(header.shape, order="F" if header.is_fortran else "C")


def _header(stream: IO[bytes], name: str) -> Header:
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        return Header(*read(stream))
    # NumPy takes the header apart as Python does.
    except (ValueError, TypeError, EOFError, SyntaxError, TokenError) as error:
        raise DataError(
            f"{name} could not be read: expected an array as numpy.save writes it, found "
            f"{str(error).partition(chr(10))[0].rstrip('.')}. Replace it with an undamaged copy."
        ) from error


def _check_numbers(header: Header, name: str) -> None:
    if header.dtype.hasobject:
        raise DataError(
            f"{name} must hold numbers. It holds Python objects, which are not read, as they can "
            "run code. Save it as an array of one type of number, all rows of one length."
        )
    if header.dtype.kind not in "biuf":
        raise DataError(
            f"{name} must hold real numbers. Found the type {header.dtype}. Convert it, for "
            "instance to float32."
        )


def _check_size(header: Header, name: str) -> None:
    if not header.shape or min(header.shape) < 1:
        raise DataError(
            f"{name} must hold at least one sample and one feature. Found the shape "
            f"{header.shape}. Save an array with a row for each sample."
        )
    check_fits(
        max(FLOAT32, header.dtype.itemsize) * math.prod(header.shape),
        f"{name} of shape {_in_words(header)}",
    )


def _truncated(name: str, header: Header, found: int) -> str:
    return (
        f"{name} is truncated: expected {header.n_bytes:,} bytes for an array of shape "
        f"{_in_words(header)} and type {header.dtype}, found {found:,}. Replace it with an "
        "undamaged copy."
    )


def _in_words(header: Header) -> str:
    return " x ".join(f"{size:,}" for size in header.shape)
