"""Arrays and small texts in files that are either whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from typing_extensions import Buffer

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import RunError

# What a process that was killed has left is this old; nothing takes so long to write.
STALE_SECONDS = 86_400

Array = NDArray[Any]


def write_whole(path: Path, content: bytes) -> None:
    """Write under another name, then rename.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; ``path`` is then as it was.
    """
    with _draft_of(path) as stream:
        stream.write(content)


def append_whole(stream: IO[bytes], *parts: Buffer) -> None:
    """Add to the end of an unbuffered file.

    Raises
    ------
    OSError
        If the file was removed or the disk is full; nothing was added then, as far as the disk
        lets it be taken back.
    """
    status = os.fstat(stream.fileno())
    if status.st_nlink == 0:
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
    try:
        if os.writev(stream.fileno(), parts) != sum(memoryview(part).nbytes for part in parts):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        with contextlib.suppress(OSError):
            stream.truncate(status.st_size)
        raise


def read_whole(path: Path) -> bytes:
    """All of an ordinary file. Raises OSError."""
    with open_ordinary(path) as stream:
        return stream.read()


def remove_drafts(folder: Path, sparing: str) -> None:
    """Remove what writers that died have left under a folder that nobody writes now, but for the
    file ``sparing``, which may be written at any moment."""
    for path in folder.rglob(".*.draft"):
        if path.name.startswith(f".{sparing}."):
            remove_stale([path])
        else:
            path.unlink(missing_ok=True)


def remove_stale(paths: Iterable[Path]) -> None:
    """Remove files and folders that nobody has touched for a day, as far as that can be done."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - STALE_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Named arrays in NumPy's npz format, whole or not at all. Raises OSError."""
    with _draft_of(path) as stream:
        np.savez(stream, allow_pickle=False, **arrays)


@contextlib.contextmanager
def _draft_of(path: Path) -> Iterator[IO[bytes]]:
    """What is written becomes the file at the end; where that fails, nothing is left of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with open_ordinary(draft, "wb") as stream:
            yield stream
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """What ``write_arrays`` wrote.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    try:
        with open_ordinary(path) as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except Exception as error:  # a single flipped bit has raised a dozen kinds
        raise RunError(damaged(path, error)) from error


def damaged(path: Path, error: Exception) -> str:
    """The sentence for a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return missing(path)
    return f"{path.name} is damaged ({in_words(error)}). Copy the run again, or delete it."


def missing(path: Path) -> str:
    """The sentence for a file that is not there."""
    return f"The run must hold {path.name}. It is missing. Copy the run again or delete it."


def in_words(error: Exception) -> str:
    """What is wrong with a file; of what pydantic finds, the first."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error) or type(error).__name__
