"""``python -m dec_core`` that kills itself in the middle of a write.

    python -m tests.runs.killed_writer KIND COUNT ARGUMENTS...

dies at the COUNT-th write of that KIND with half of it written.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from dec_core.cli import main
from dec_core.runs import array_files, checkpoint_files
from dec_core.runs.event_log import EventLog
from dec_core.training.view import View


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """True at the COUNT-th call."""

    def __init__(self, count: int) -> None:
        self._left = count

    def is_over(self) -> bool:
        self._left -= 1
        return self._left == 0


def during_a_checkpoint(countdown: Countdown) -> None:
    """Half of the file lies under its draft's name."""
    whole = array_files.write_arrays

    def torn(path: Path, arrays: Mapping[str, Any]) -> None:
        whole(path, arrays)
        if countdown.is_over():
            content = path.read_bytes()
            path.unlink()
            path.with_name(f".{path.name}.{os.getpid()}.draft").write_bytes(content[::2])
            die()

    setattr(checkpoint_files, "write_arrays", torn)  # noqa: B010


def during_an_append(countdown: Countdown) -> None:
    """Half of a line stands at the end of the log."""

    class Torn:
        def __init__(self, stream: IO[bytes]) -> None:
            self._stream = stream

        def write(self, line: bytes) -> int:
            if countdown.is_over():
                self._stream.write(line[: len(line) // 2])
                die()
            return self._stream.write(line)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._stream, name)

    open_whole = EventLog.open

    def open_torn(self: EventLog, view: View, lines: int) -> None:
        open_whole(self, view, lines)
        self._stream = Torn(self._stream)  # type: ignore[arg-type, assignment]

    setattr(EventLog, "open", open_torn)  # noqa: B010


def before_a_rename(countdown: Countdown) -> None:
    """An array is written, but not yet under its name."""
    rename = Path.replace

    def torn(path: Path, target: str | os.PathLike[str]) -> Path:
        if str(target).endswith(".z") and countdown.is_over():
            die()
        return rename(path, target)

    setattr(Path, "replace", torn)  # noqa: B010


KINDS: dict[str, Callable[[Countdown], None]] = {
    "checkpoint": during_a_checkpoint,
    "append": during_an_append,
    "rename": before_a_rename,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](Countdown(int(sys.argv[2])))
    sys.exit(main(sys.argv[3:]))
