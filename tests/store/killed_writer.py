"""``python -m dec_core`` that is killed in the middle of its work.

    echo RUNS_DIR KIND COUNT ARGUMENTS... | python -m tests.store.killed_writer

Each line that it reads is a command in a process of its own, which dies at the COUNT-th write of
that KIND with half of it written, or wherever it is once its log has COUNT bytes. ``status`` and
its exit status are printed when it is over. The processes are copies of one that has loaded
TensorFlow and has computed nothing: loading costs seconds.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from typing_extensions import Buffer

from dec_core.cli.main import main
from dec_core.events import frames
from dec_core.store import array_files, checkpoint_files, event_log, frame_files
from dec_core.store.frame_files import FrameWriter


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """True at the COUNT-th call."""

    def __init__(self, count: int) -> None:
        self.count = self._left = count

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


def during_an_append(countdown: Countdown, module: ModuleType) -> None:
    """Half of what is added stands at the end of a file."""
    whole = array_files.append_whole

    def torn(stream: IO[bytes], *parts: Buffer) -> None:
        if countdown.is_over():
            content = b"".join(parts)
            stream.write(content[: len(content) // 2])
            die()
        whole(stream, *parts)

    setattr(module, "append_whole", torn)  # noqa: B010


def before_a_rename(countdown: Countdown, suffix: str) -> None:
    """A file is written, but not yet under its name."""
    rename = Path.replace

    def torn(path: Path, target: str | os.PathLike[str]) -> Path:
        if str(target).endswith(suffix) and countdown.is_over():
            die()
        return rename(path, target)

    setattr(Path, "replace", torn)  # noqa: B010


def during_thinning(countdown: Countdown) -> None:
    """Frames are dropped in memory, and the file without them has not yet its name."""
    for module in (frames, event_log):
        setattr(module, "LABEL_BYTES", 8_000)  # noqa: B010
    remove, rename = FrameWriter.remove, Path.replace

    def torn(writer: FrameWriter, updates: set[int]) -> None:
        # Files are renamed too where a writer opens, which is no thinning.
        before_a_rename(countdown, ".frames")
        remove(writer, updates)
        setattr(Path, "replace", rename)  # noqa: B010

    setattr(FrameWriter, "remove", torn)  # noqa: B010


def at_a_size(countdown: Countdown) -> None:
    """The log is that long; some moments later, whatever is done then."""
    runs_dir = Path(os.environ["DEC_RUNS_DIR"])

    def wait() -> None:
        while max((log.stat().st_size for log in runs_dir.glob("*/*.jsonl")), default=0) < (
            countdown.count
        ):
            time.sleep(0.001)
        time.sleep(countdown.count % 20 / 1_000)
        die()

    threading.Thread(target=wait, daemon=True).start()


KINDS: dict[str, Callable[[Countdown], None]] = {
    "size": at_a_size,
    "checkpoint": during_a_checkpoint,
    "line": partial(during_an_append, module=event_log),
    "frame": partial(during_an_append, module=frame_files),
    "rename": partial(before_a_rename, suffix="kmeans.npz"),
    "thinning": during_thinning,
}


def run(kind: str, count: str, arguments: list[str]) -> int:
    """The exit status of a command that dies there."""
    child = os.fork()
    if child == 0:
        KINDS[kind](Countdown(int(count)))
        os._exit(main(arguments))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for library in ("tensorflow", "keras", "sklearn.cluster"):
        importlib.import_module(library)
    for line in sys.stdin:
        os.environ["DEC_RUNS_DIR"], kind, count, *arguments = line.split()
        print("status", run(kind, count, arguments), flush=True)
