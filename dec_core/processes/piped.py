"""A program of this machine that takes its input through a pipe."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, cast


def complaint_of(command: Sequence[str], pieces: Iterable[bytes]) -> str:
    """Run a program to its end, write all pieces to it, and return the last line it complained of.

    Returns
    -------
    Empty if it succeeded. Where it failed without a word, its exit status.

    Raises
    ------
    OSError
        If it cannot be started.
    """
    # A file takes its complaints: of two pipes one could be full while the other is written.
    with TemporaryFile() as complaints:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints
        )
        # Where it ends early and takes no more, its own words say why.
        with suppress(BrokenPipeError), process:
            for piece in pieces:
                cast(IO[bytes], process.stdin).write(piece)
        if process.returncode == 0:
            return ""
        complaints.seek(0)
        lines = complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {process.returncode}"
