"""The UMAP process: one for the whole server, at low priority, kept warm.

Fitting UMAP holds the interpreter's lock, and two fits in one process can abort it; so all maps
are made one after another in a process of their own. Messages are arrays in NumPy's format,
each with its length in front.
"""

from __future__ import annotations

import contextlib
import io
import struct
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dec_core.errors import ProjectionError
from dec_core.processes.own_process import command_of, environment

Points = NDArray[np.float32]
Callback = Callable[[Points | None, str | None], None]

_LENGTH = struct.Struct("<q")


@dataclass(frozen=True, eq=False)
class _Job:
    embedding: Points
    previous: Points | None
    seed: int
    callback: Callback


class Projector:
    """Makes maps in the order in which they are asked for, the newest request of each run only."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def warm_up(self) -> None:
        """Start the process, which compiles UMAP while nobody waits for it."""
        with self._condition:
            if self._thread is None and not self._is_closed:
                self._thread = threading.Thread(target=self._work, name="projector", daemon=True)
                self._thread.start()

    def submit(
        self,
        run_id: str,
        embedding: Points,
        previous: Points | None,
        seed: int,
        callback: Callback,
    ) -> None:
        """Ask for a map of ``embedding`` (n, n_dimensions), close to ``previous`` (n, 2) if given.

        ``callback(points, None)`` or ``callback(None, sentence)`` comes on the projector's
        thread; never for a request that a newer one of the same run replaced.
        """
        with self._condition:
            self._jobs[run_id] = _Job(embedding, previous, seed, callback)
            self._condition.notify()
        self.warm_up()

    def close(self) -> None:
        """End the process; requests that wait are dropped."""
        with self._condition:
            self._is_closed = True
            self._condition.notify()
            if self._process is not None:
                self._process.kill()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _work(self) -> None:
        try:
            while (job := self._next_job()) is not None:
                self._answer(job)
        finally:
            self._end_process()

    def _next_job(self) -> _Job | None:
        """Wait for one, with the process running meanwhile; None once closed."""
        with self._condition:
            while not self._is_closed:
                self._ensure_process()
                if self._jobs:
                    return self._jobs.pop(next(iter(self._jobs)))
                self._condition.wait()
        return None

    def _answer(self, job: _Job) -> None:
        try:
            points = self._project(job)
        except ProjectionError as error:
            job.callback(None, str(error))
        else:
            job.callback(points, None)

    def _project(self, job: _Job) -> Points:
        if self._process is None:
            raise ProjectionError("The UMAP process is not there. Restart the server.")
        try:
            return exchange(self._process, job.embedding, job.previous, job.seed)
        except (OSError, EOFError) as error:
            # It may take a moment to die, and must not get the next request.
            self._end_process()
            raise ProjectionError(
                "The UMAP process ended before it had made the map. The next map starts a new "
                "one; PCA needs no process."
            ) from error

    def _ensure_process(self) -> None:
        if self._process is None or self._process.poll() is not None:
            self._end_process()
            self._process = _start_process()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def exchange(
    process: subprocess.Popen[bytes], embedding: Points, previous: Points | None, seed: int
) -> Points:
    """Send one request to a projector process and wait for the map.

    Raises
    ------
    ProjectionError
        If UMAP could not make the map.
    """
    if process.stdin is None or process.stdout is None:
        raise ProjectionError("The UMAP process has no pipes. Start it with both.")
    nothing = np.empty((0, 2), np.float32)
    write_array(process.stdin, embedding)
    write_array(process.stdin, nothing if previous is None else previous)
    write_array(process.stdin, np.array(seed))
    process.stdin.flush()
    points = read_array(process.stdout)
    if points.dtype.kind == "U":
        raise ProjectionError(str(points))
    return points


def write_array(stream: IO[bytes], array: NDArray[Any]) -> None:
    """One length-prefixed array."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    stream.write(_LENGTH.pack(buffer.tell()))
    stream.write(buffer.getbuffer())


def read_array(stream: IO[bytes]) -> NDArray[Any]:
    """The next array.

    Raises
    ------
    EOFError
        If the stream ended.
    """
    (length,) = _LENGTH.unpack(_read_exactly(stream, _LENGTH.size))
    array: NDArray[Any] = np.load(io.BytesIO(_read_exactly(stream, length)), allow_pickle=False)
    return array


def _read_exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("The stream ended within a message.")
    return data


def _start_process() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command_of("dec_core.processes.projector_process"),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C in a terminal is for the server, which ends this process itself.
        process_group=0,
    )
