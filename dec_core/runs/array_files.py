"""Arrays and small texts in files that are either whole or not there."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.errors import RunError

# What a process that was killed has left is this old; nothing takes so long to write.
STALE_SECONDS = 86_400

_UNREADABLE = (OSError, ValueError, EOFError, KeyError, zlib.error, zipfile.BadZipFile)


def write_whole(path: Path, content: bytes) -> None:
    """Write under another name, then rename.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; ``path`` is then as it was.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def remove_drafts(folder: Path) -> None:
    """Remove what writers that died have left under a folder that nobody writes now."""
    for path in folder.rglob(".*.draft"):
        path.unlink(missing_ok=True)


def remove_stale(paths: Iterable[Path]) -> None:
    """Remove files and folders that nobody has touched for a day, as far as that can be done."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - STALE_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Named arrays in NumPy's npz format, whole or not at all. Raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
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
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except _UNREADABLE as error:
        raise RunError(_damaged(path, error)) from error


def write_compressed(path: Path, array: NDArray[Any]) -> None:
    """One array, compressed as far as costs little time. Raises OSError."""
    header = f"{array.dtype.str} {','.join(map(str, array.shape))}\n".encode()
    # Measured numbers shrink by a tenth only, and that takes longer than all the rest.
    level = 0 if array.dtype.kind == "f" else 1
    write_whole(path, header + zlib.compress(np.ascontiguousarray(array).tobytes(), level))


def read_compressed(path: Path) -> NDArray[Any]:
    """What ``write_compressed`` wrote.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    try:
        header, _, content = path.read_bytes().partition(b"\n")
        kind, _, shape = header.decode("ascii").partition(" ")
        values = np.frombuffer(zlib.decompress(content), np.dtype(kind))
        return values.reshape([int(length) for length in shape.split(",")])
    except _UNREADABLE as error:
        raise RunError(_damaged(path, error)) from error


def _damaged(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"The run must hold {path.name}. The file is missing. Copy the run again."
    return f"{path.name} is damaged ({error}). Copy the run again, or delete it."
