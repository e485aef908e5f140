"""Files that others may have put there: only ordinary ones are opened.

Opening a pipe waits until somebody writes into it, and a device may do whatever it likes.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import IO


def open_ordinary(path: Path, mode: str = "rb", buffering: int = -1) -> IO[bytes]:
    """Open a file of bytes as ``open`` does, without ever waiting for it.

    Raises
    ------
    OSError
        If it cannot be opened, or is a folder, a pipe, a device or a socket.
    """
    # Typed as what all modes have in common.
    stream: IO[bytes] = open(path, mode, buffering, opener=_descriptor)  # noqa: SIM115
    return stream


def check_ordinary(mode: int) -> None:
    """Raise OSError unless ``st_mode`` is that of an ordinary file."""
    if stat.S_ISDIR(mode):
        raise OSError("it is no ordinary file but a directory")
    if not stat.S_ISREG(mode):
        raise OSError("it is no ordinary file")


def _descriptor(path: str, flags: int) -> int:
    # Asked before, as opening a device may already change something; one to be written may be new.
    with contextlib.suppress(FileNotFoundError):
        check_ordinary(os.stat(path).st_mode)  # noqa: PTH116
    descriptor = os.open(path, flags | os.O_NONBLOCK, 0o666)
    try:
        check_ordinary(os.fstat(descriptor).st_mode)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
