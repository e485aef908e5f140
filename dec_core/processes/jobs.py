"""Work beside training, such as an export: each job is a process of its own.

A job's process reads one request from its standard input and answers in lines of JSON:
``{"name": ..., "done": ..., "total": ...}`` while it works, at the end ``{"left_out": [...]}``
or ``{"error": ...}``. It gives itself a low priority.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dec_core.errors import ExportError
from dec_core.processes.own_process import command_of, environment
from dec_core.store.array_files import remove_stale

# Results that are kept for downloading; the oldest go first.
KEPT_JOBS = 24

_PREFIX = "dec-lab-export-"


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

    def __init__(self, module: str, request: Mapping[str, Any], target: Path) -> None:
        self.target = target
        self._status = JobStatus()
        self._process = subprocess.Popen(
            command_of(module),
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # Ctrl-C in a terminal is for the server, which ends this process itself.
            process_group=0,
        )
        self._thread = threading.Thread(target=self._follow, args=(request,), daemon=True)
        self._thread.start()

    @property
    def status(self) -> JobStatus:
        """How far it is."""
        return self._status

    def cancel(self) -> None:
        """End the process."""
        self._process.kill()
        self.join()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        self._thread.join(timeout)

    def _follow(self, request: Mapping[str, Any]) -> None:
        if self._process.stdin is None or self._process.stdout is None:
            return
        with contextlib.suppress(OSError), self._process.stdin as stream:
            json.dump(request, stream)
        with self._process.stdout as answers:
            for line in answers:
                self._status = _status(json.loads(line))
        self._process.wait()
        if not self._status.is_over:
            sentence = "The process that exports ended before it was done. Try again."
            self._status = JobStatus(is_over=True, problem=sentence)


class Jobs:
    """All jobs of this server process, each under a key that pages find it by again.

    The key says all that was asked for: two that ask for different things never share a job.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[Hashable, Job] = {}
        self._folder: Path | None = None

    def start(
        self,
        key: Hashable,
        module: str,
        filename: str,
        request: Callable[[Path], Mapping[str, Any]],
    ) -> Job:
        """Start a job, or find the one of that key that is still at work.

        Parameters
        ----------
        module : of the process
        filename : of the result
        request : makes the request from the place where the result is to be written

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
            folder = self._new_folder()
            target = folder / filename
            job = self._jobs[key] = Job(module, request(target), target)
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


def _status(answer: Mapping[str, Any]) -> JobStatus:
    if "error" in answer:
        return JobStatus(is_over=True, problem=str(answer["error"]))
    if "left_out" in answer:
        return JobStatus("done", 1.0, is_over=True, left_out=tuple(answer["left_out"]))
    return JobStatus(str(answer["name"]), answer["done"] / max(answer["total"], 1))
