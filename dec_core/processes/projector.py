"""The UMAP process: one for the whole server, at low priority, kept warm.

Fitting UMAP holds the interpreter's lock, and two fits in one process can abort it; so all maps
are made one after another in a process of their own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.processes.own_process import OwnProcess

Points = NDArray[np.float32]
Callback = Callable[[Points | None, str | None], None]

_ENDED = (
    "The UMAP process ended before it had made the map. The next map starts a new one; PCA needs "
    "no process."
)


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
        self._process: OwnProcess | None = None
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
                job.callback(*self._answer(job))
        finally:
            self._end_process()

    def _next_job(self) -> _Job | None:
        """Wait for one, with the process running meanwhile; None once closed."""
        with self._condition:
            while not self._is_closed:
                self._running_process()
                if self._jobs:
                    return self._jobs.pop(next(iter(self._jobs)))
                self._condition.wait()
        return None

    def _answer(self, job: _Job) -> tuple[Points | None, str | None]:
        """The map or why there is none."""
        process = self._running_process()
        try:
            process.send((job.embedding, job.previous, job.seed))
            points, problem = process.receive()
        except (OSError, EOFError):
            # It may take a moment to die, and must not get the next request.
            self._end_process()
            return None, _ENDED
        return points, problem

    def _running_process(self) -> OwnProcess:
        if self._process is None or self._process.poll() is not None:
            self._end_process()
            self._process = OwnProcess("dec_core.processes.projector_process")
        return self._process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()
