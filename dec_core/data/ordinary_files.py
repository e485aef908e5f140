"""Files are opened only if they are ordinary: opening a pipe would wait for its writer."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import IO


def open_ordinary(path: Path, mode: str = "rb", buffering: int = -1) -> IO[bytes]:
    """Open a file of bytes as ``open`` does; one to be written may be new.

    Raises
    ------
    OSError
        If it cannot be opened, or is a folder, a pipe, a device or a socket.
    """
    if path.exists():
        check_ordinary(path.stat().st_mode)
    # Typed as what all modes have in common.
    stream: IO[bytes] = path.open(mode, buffering)
    return stream


def check_ordinary(mode: int) -> None:
    """Raise OSError unless ``st_mode`` is that of an ordinary file."""
    if not stat.S_ISREG(mode):
        kind = " but a directory" if stat.S_ISDIR(mode) else ""
        raise OSError(f"it is no ordinary file{kind}")
