"""Which format a path has, and reading it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dec_core.data.sources.contents import ANYTHING, Contents, Wanted
from dec_core.data.sources.delimited import read_delimited
from dec_core.errors import DataError


class Format(NamedTuple):
    """A format: its name in words, the ends of its files' names, and its reader."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, Wanted], Contents]


FORMATS = (Format("CSV", (".csv", ".csv.gz"), read_delimited),)


def open_contents(path: Path, wanted: Wanted = ANYTHING) -> Contents:
    """What a file or folder holds.

    Raises
    ------
    SettingsError
        If the part that is asked for is not there.
    DataError
        If the path is of no known format, cannot be read, or needs more memory than there is.
    """
    for format_ in FORMATS:
        if path.name.lower().endswith(format_.suffixes):
            return format_.read(path, wanted)
    known = ", ".join(suffix for one in FORMATS for suffix in one.suffixes)
    raise DataError(
        f"The name of a file must end in one of {known}. Received {path.name}. Save it in one of "
        "these formats."
    )
