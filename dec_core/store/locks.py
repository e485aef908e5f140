"""The lock of a run: whoever holds it trains the run or has it in its queue.

The system gives it back when the process ends.
"""

from __future__ import annotations

import contextlib
import fcntl
from pathlib import Path

from filelock import FileLock, Timeout

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import RunError

_LOCK_SECONDS = 1.0


def lock_in(folder: Path) -> FileLock:
    """The lock of the run in that folder, not yet taken."""
    return FileLock(folder / "lock", timeout=0, thread_local=False)


def take_lock(lock: FileLock, run_id: str) -> None:
    """Take a run's lock or raise RunError."""
    folder = Path(lock.lock_file).parent
    try:
        # Whoever only asks whether the lock is held holds it for that moment.
        lock.acquire(timeout=_LOCK_SECONDS, poll_interval=0.02)
    except Timeout:
        raise RunError(
            "This needs a run that neither trains nor waits in a queue. "
            f"{run_id} does now. Stop it first, or wait until it has ended."
        ) from None
    except OSError as error:
        raise RunError(refusal(run_id, folder.parent, error)) from error
    if _is_empty(folder):
        _give_back(lock)
        raise RunError(
            f"There is no run {run_id} any more. It was deleted just now. "
            "Choose another run, or start a new one."
        )


def is_held(folder: Path) -> bool:
    """Whether some process holds the lock of the run in that folder, as far as can be seen.

    Any number of processes may ask at once: none takes another for the one that trains.
    """
    with contextlib.suppress(OSError), open_ordinary(folder / "lock") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return True
    return False


def refusal(run_id: str, root: Path, error: OSError) -> str:
    """The sentence for a disk that refuses to change a run."""
    return (
        f"{run_id} cannot be written: {error.strerror or error} ({root}). Free space or make the "
        "folder writable, or copy the run to another one and name that with DEC_RUNS_DIR."
    )


def _give_back(lock: FileLock) -> None:
    """Taking a lock makes the folder of a run that was deleted meanwhile anew; nothing stays."""
    lock.release()
    folder = Path(lock.lock_file).parent
    if _is_empty(folder):
        with contextlib.suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)
            folder.rmdir()


def _is_empty(folder: Path) -> bool:
    """Whether there is nothing but the lock."""
    if (folder / "run.json").exists():
        return False
    with contextlib.suppress(OSError):
        return {path.name for path in folder.iterdir()} <= {"lock"}
    return False
