"""Work beside training, such as an export: each job is a process of its own, at low priority."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dec_core.errors import ExportError
from dec_core.processes.own_process import OwnProcess
from dec_core.store.array_files import remove_stale

# Results that are kept for downloading; the oldest go first.
KEPT_JOBS = 24

_PREFIX = "dec-lab-export-"

# Called in the other process, so it must be possible to pickle it, with ``target``, where the
# result is to be written, and ``progress``, which takes the step, the parts done and of how many.
# What it returns has ``left_out``, see ``JobStatus``.
Work = Callable[..., Any]


@dataclass(frozen=True)
class JobStatus:
    """How far a job is.

    Attributes
    ----------
    step, share : what it makes now, and how much is done, in [0, 1]
    is_over : it has succeeded, failed or been cancelled
    problem : why it failed, as a sentence
    left_out : a sentence for each part that could not be made
    """

    step: str = ""
    share: float = 0.0
    is_over: bool = False
    problem: str = ""
    left_out: tuple[str, ...] = ()


class Job:
    """One process; ``status`` is replaced as a whole, so any thread may read it."""

    def __init__(self, work: Work, target: Path) -> None:
        self.target = target
        self.status = JobStatus()
        self._process = OwnProcess("dec_core.processes.job_process")
        self._thread = threading.Thread(target=self._follow, args=(work,), daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """End the process."""
        self._process.kill()
        self.join()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        self._thread.join(timeout)

    def _follow(self, work: Work) -> None:
        with contextlib.suppress(OSError, EOFError):
            self._process.send(partial(work, target=self.target))
            while not self.status.is_over:
                self.status = self._process.receive()
        self._process.communicate()
        if not self.status.is_over:
            sentence = "The process that exports ended before it was done. Try again."
            self.status = JobStatus(is_over=True, problem=sentence)


class Jobs:
    """All jobs of this server process, each under a key that pages find it by again.

    The key says all that was asked for: two that ask for different things never share a job.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[Hashable, Job] = {}
        self._folder: Path | None = None

    def start(self, key: Hashable, filename: str, work: Work) -> Job:
        """Start a job, or find the one of that key that is still at work.

        Parameters
        ----------
        filename : of the result

        Raises
        ------
        ExportError
            If the folder for temporary files cannot be written.
        """
        with self._lock:
            known = self._jobs.get(key)
            if known is not None and not known.status.is_over:
                return known
            self._drop(key)
            job = self._jobs[key] = Job(work, self._new_folder() / filename)
            for oldest in list(self._jobs)[:-KEPT_JOBS]:
                if self._jobs[oldest].status.is_over:
                    self._drop(oldest)
            return job

    def get(self, key: Hashable) -> Job | None:
        """The job of that key, at work or over."""
        with self._lock:
            return self._jobs.get(key)

    def drop(self, key: Hashable) -> None:
        """Cancel a job and forget its result."""
        with self._lock:
            self._drop(key)

    def close(self) -> None:
        """Cancel all jobs and remove their results."""
        with self._lock:
            for key in list(self._jobs):
                self._drop(key)
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _drop(self, key: Hashable) -> None:
        job = self._jobs.pop(key, None)
        if job is not None:
            job.cancel()
            shutil.rmtree(job.target.parent, ignore_errors=True)

    def _new_folder(self) -> Path:
        try:
            if self._folder is None or not self._folder.is_dir():
                _remove_orphans()
                self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
            return Path(tempfile.mkdtemp(dir=self._folder))
        except OSError as error:
            raise ExportError(
                f"An export needs room in {tempfile.gettempdir()}. {error.strerror or error}. "
                "Free space, or name another folder with TMPDIR and start again."
            ) from error


def _remove_orphans() -> None:
    """Results of a server that was killed have nobody else to remove them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdecimal() and not _is_alive(int(number)):
            remove_stale([folder])


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
