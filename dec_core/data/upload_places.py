"""Where files that were uploaded lie: in the folder that any store of this process keeps.

An upload is named by the SHA-256 of its bytes, so that the same name means the same bytes in
whichever folder it is found.
"""

from __future__ import annotations

import re
from pathlib import Path

_REFERENCE = re.compile(
    r"upload:(?P<fingerprint>[0-9a-f]{64})/(?P<name>(?!\.{1,2}$)[^/\\\x00]{1,200})"
)

_folders: dict[Path, None] = {}


def look_in(folder: Path) -> None:
    """Look for uploads in this folder too, from now on."""
    _folders[folder] = None


def reference(fingerprint: str, name: str) -> str:
    """What ``data.file`` says of an upload."""
    return f"upload:{fingerprint}/{name}"


def is_upload(file: str) -> bool:
    """Whether ``data.file`` names an upload, not a path."""
    return _REFERENCE.fullmatch(file) is not None


def place_in(folder: Path, file: str) -> Path:
    """Where an upload lies in a folder of uploads. Raises ValueError if it names none."""
    found = _REFERENCE.fullmatch(file)
    if found is None:
        raise ValueError(f"An upload must be named upload:SHA256/NAME. Received {file!r}.")
    return folder / found["fingerprint"] / found["name"]


def upload_path(file: str) -> Path | None:
    """The file of an upload; None where no folder has it."""
    places = (place_in(folder, file) for folder in _folders)
    return next((place for place in places if place.is_file()), None)
