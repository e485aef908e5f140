"""Which format a path has, by its first bytes and its name, and reading it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from dec_core.data.ordinary_files import check_ordinary, open_ordinary
from dec_core.data.sources.anndata import read_anndata
from dec_core.data.sources.arrays import read_npy, read_npz
from dec_core.data.sources.arrow_tables import read_arrow, read_parquet
from dec_core.data.sources.contents import ANYTHING, Contents, Wanted
from dec_core.data.sources.delimited import read_delimited
from dec_core.data.sources.idx_files import is_idx, labels_beside, read_idx_file
from dec_core.data.sources.image_files import walked
from dec_core.data.sources.images import read_images
from dec_core.data.sources.packed import damage_named, opened
from dec_core.errors import DataError

_HEAD = 16
_ASCII = re.compile(rb"[\t\n\r -~]*")


class Format(NamedTuple):
    """A format: its name in words, the ends of its files' names, and its reader."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, Wanted], Contents]


_TEXT = Format(
    "CSV",
    tuple(f".{end}{gz}" for end in ("csv", "tsv", "txt", "tab") for gz in ("", ".gz")),
    read_delimited,
)
_PARQUET = Format("Parquet", (".parquet", ".pq"), read_parquet)
_ARROW = Format("Arrow", (".arrow", ".feather", ".ipc", ".arrows"), read_arrow)
_NPY = Format("NPY", (".npy",), read_npy)
_NPZ = Format("NPZ", (".npz",), read_npz)
_ANNDATA = Format("AnnData", (".h5ad", ".h5", ".hdf5"), read_anndata)
_IDX = Format("IDX", ("-ubyte", "-ubyte.gz", ".idx", ".idx.gz"), read_idx_file)
_IMAGES = Format("zip archive of images", (".zip",), read_images)
FORMATS = (_TEXT, _PARQUET, _ARROW, _NPY, _NPZ, _ANNDATA, _IDX, _IMAGES)

_BEGINNINGS = (
    (b"PAR1", _PARQUET),
    (b"ARROW1", _ARROW),
    (b"\xff\xff\xff\xff", _ARROW),
    (b"\x93NUMPY", _NPY),
    (b"\x89HDF\r\n\x1a\n", _ANNDATA),
)
_PICKLE = "a pickle, which is not read, as it can run code"
_OTHERS = (
    *((b"\x80%c" % protocol, _PICKLE, "Save it as NPY or CSV") for protocol in range(2, 6)),
    (b"\xfd7zXZ", "packed with xz", "Unpack it, or pack it with gzip"),
    (b"BZh", "packed with bzip2", "Unpack it, or pack it with gzip"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "Unpack it, or pack it with gzip"),
    (b"7z\xbc\xaf", "a 7z archive", "Save it as a zip archive"),
    (b"%PDF", "a PDF document", "Save its table as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old document of Microsoft Office", "Save its table as CSV"),
    (b"SQLite format 3", "an SQLite database", "Save one of its tables as CSV"),
    (b"FEA1", "Feather of version 1", "Save it as Feather of version 2"),
    (b"\x89PNG", "one image", "Choose the folder that it lies in"),
    (b"\xff\xd8\xff", "one image", "Choose the folder that it lies in"),
    (b"GIF8", "one image", "Choose the folder that it lies in"),
)


def open_contents(path: Path, wanted: Wanted = ANYTHING) -> Contents:
    """What a file or folder holds.

    The first bytes decide, as a name may be wrong; text is a table if it is named so.

    Raises
    ------
    SettingsError
        If the part that is asked for is not there.
    DataError
        If the path is of no known format, cannot be read, or needs more memory than there is.
    """
    try:
        mode = path.stat().st_mode
        if path.is_dir():
            return read_images(path, wanted)
        check_ordinary(mode)
        format_ = _format_of(path)
        contents = format_.read(path, wanted)
    except OSError as error:
        raise DataError(could_not_be_opened(path, error)) from error
    if not path.name.lower().endswith(format_.suffixes):
        note = f"By its first bytes {path.name} is {format_.name}, and was read as that."
        contents = replace(contents, notes=(note, *contents.notes))
    return contents


def could_not_be_opened(path: Path, error: OSError) -> str:
    """What is said of a path that is not there, may not be read or is no ordinary file."""
    found = error.strerror or str(error)
    if path.is_symlink() and not path.exists():
        found = "it is a link to a file that is not there"
    return (
        f"{path.name or path} could not be opened: {found} ({path.parent}). Bring the file back, "
        "check its permissions, or choose another one."
    )


def state_of(path: Path) -> tuple[int, ...]:
    """What changes whenever the file, a file below the folder or one read beside it changes.

    Raises
    ------
    OSError
        If it is not there.
    """
    beside = None if path.is_dir() else labels_beside(path)
    state = _state(path) if beside is None else _state(path) + _state(beside)
    if not path.is_dir():
        return state
    return (*state, hash(frozenset((e.path, e.stat().st_mtime_ns) for e in walked(path))))


def _state(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _format_of(path: Path) -> Format:
    """By the first bytes, and for text by the name."""
    with closing(open_ordinary(path)) as stream:
        head = stream.read(_HEAD)
    # A table may begin with any word.
    if path.name.lower().endswith(_TEXT.suffixes) and _ASCII.fullmatch(head):
        return _TEXT
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return _kind_of_zip(path)
    found = next((f for start, f in _BEGINNINGS if head.startswith(start)), None)
    # UTF-16 begins with bytes that no other format has.
    if found is None and is_idx(_unpacked_head(path)[:4]):
        found = _IDX
    if found is not None:
        return found
    for start, what, remedy in _OTHERS:
        if head.startswith(start):
            raise DataError(f"{path.name} is {what}. {remedy}, and choose that.")
    return _by_name(path, head)


def _by_name(path: Path, head: bytes) -> Format:
    """The format of a file that may be text."""
    named = next((f for f in FORMATS if path.name.lower().endswith(f.suffixes)), None)
    if named is _TEXT:
        return named
    if named is not None:
        begins = f"begins with 0x{head[:4].hex()}" if head else "is empty"
        raise DataError(
            f"{path.name} is named as {named.name}, but it {begins}, as no such file does. Replace "
            "it with an undamaged copy, or give it the name of its own format."
        )
    known = ", ".join(suffix for one in FORMATS for suffix in one.suffixes)
    raise DataError(
        f"The name of a file must end in one of {known}. Received {path.name}. Save it in one of "
        "these formats."
    )


def _unpacked_head(path: Path) -> bytes:
    with opened(path) as stream:
        return stream.read(4)


def _kind_of_zip(path: Path) -> Format:
    """NPZ, images, or an Excel workbook, which is refused."""
    names = list(_names_in_zip(path))
    if any(name == "[Content_Types].xml" for name in names):
        raise DataError(
            f"{path.name} is a document of Microsoft Office. Save its table as CSV, and choose "
            "that."
        )
    is_npz = path.suffix.lower() == ".npz" or any(name.endswith(".npy") for name in names)
    return _NPZ if is_npz else _IMAGES


def _names_in_zip(path: Path) -> Iterator[str]:
    with damage_named(path, "zip"), zipfile.ZipFile(path) as archive:
        yield from archive.namelist()
