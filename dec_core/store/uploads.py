"""Files that a person uploaded, kept once each under the folder of the runs.

    .uploads/<SHA-256 of the bytes>/<name>

A run names its file by this fingerprint, so that it can be resumed and branched whatever becomes of
the browser tab or of the file on the person's machine. An upload is whole or not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import IO, NamedTuple

from dec_core.data.ordinary_files import open_ordinary
from dec_core.data.upload_places import look_in, place_in, reference
from dec_core.errors import DataError
from dec_core.store.array_files import remove_stale

_PIECE = 2**20
_LONGEST_NAME = 120


class Upload(NamedTuple):
    """A kept file: ``file`` is what the setting ``data.file`` says of it."""

    file: str
    name: str
    n_bytes: int


class Uploads:
    """All uploads of one store. Safe for several threads and processes.

    Parameters
    ----------
    folder : it need not exist
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        look_in(folder)

    def keep(self, stream: IO[bytes], name: str) -> Upload:
        """Keep what a stream holds from its beginning; what is kept already is not kept again.

        Raises
        ------
        DataError
            If it is empty.
        OSError
            If the folder cannot be written or the disk is full; nothing is left of it then.
        """
        stream.seek(0)
        self._folder.mkdir(parents=True, exist_ok=True)
        remove_stale(self._folder.glob(".*.draft"))
        draft = self._folder / f".{os.getpid()}-{id(stream):x}.draft"
        try:
            digest, n_bytes = _copy(stream, draft)
            if not n_bytes:
                raise DataError(f"{name} must hold data. Received 0 bytes. Choose another file.")
            file = reference(digest, safe_name(name))
            place = place_in(self._folder, file)
            place.parent.mkdir(exist_ok=True)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        return Upload(file, place.name, n_bytes)

    def all(self) -> list[Upload]:
        """By name."""
        found = [
            Upload(reference(path.parent.name, path.name), path.name, path.stat().st_size)
            for path in self._folder.glob("[0-9a-f]*/*")
            if path.is_file()
        ]
        return sorted(found, key=lambda upload: (upload.name.lower(), upload.file))

    def remove(self, file: str) -> None:
        """Remove an upload; one that is not there is no error.

        Runs that were trained on it stay, but cannot go on until it is uploaded again.

        Raises
        ------
        ValueError
            If ``file`` names no upload.
        OSError
            If it cannot be removed.
        """
        place = place_in(self._folder, file)
        place.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            place.parent.rmdir()


def safe_name(name: str) -> str:
    """A name for the disk and for screens: without folders and control characters, not too long;
    its end, which tells the format, stays."""
    last = name.replace("\\", "/").rpartition("/")[2]
    printable = "".join(letter for letter in last if letter.isprintable()).strip().lstrip(".")
    return printable[-_LONGEST_NAME:] or "file"


def _copy(stream: IO[bytes], target: Path) -> tuple[str, int]:
    """The SHA-256 and the number of the bytes that were copied."""
    digest, n_bytes = hashlib.sha256(), 0
    with open_ordinary(target, "wb") as copy:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            n_bytes += len(piece)
            copy.write(piece)
    return digest.hexdigest(), n_bytes
