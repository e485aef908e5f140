"""The UMAP maps of one run: which updates get one, and what has been made so far."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dec_core.errors import RunError
from dec_core.events.frames import MapFrame

if TYPE_CHECKING:
    from dec_core.events.events import TargetUpdated
    from dec_core.events.frames import Frames
    from dec_core.processes.projector import Projector

MAX_FRAMES = 200


class MapRate(StrEnum):
    """When a UMAP map is made."""

    OFF = "off"
    LIVE = "live"
    END = "end"


class Maps:
    """Frames arrive from the projector's thread; pages read the immutable ``frames``.

    Live means: always the newest update as soon as the process is free, at most every
    ``every``-th update.
    """

    def __init__(self, run_id: str, projector: Projector, seed: int) -> None:
        self.frames: tuple[MapFrame, ...] = ()
        self.error: str | None = None
        self.rate = MapRate.OFF
        self.every = 1
        self.keep: Callable[[MapFrame], None] = lambda _: None
        self.drop: Callable[[MapFrame], None] = lambda _: None
        self._waiting_for: int | None = None
        self._failed: int | None = None
        self._run_id = run_id
        self._projector = projector
        self._seed = seed
        self._lock = threading.Lock()

    def update_arrived(self, update: TargetUpdated, frames: Frames) -> None:
        """Ask for a map if the rate says so."""
        if self.rate is MapRate.LIVE and update.update % self.every == 0:
            self.request(update, frames)

    def run_ended(self, update: TargetUpdated, frames: Frames) -> None:
        """The last update always gets its map unless maps are off."""
        if self.rate is not MapRate.OFF:
            self.request(update, frames)

    def request(self, update: TargetUpdated, frames: Frames) -> None:
        """Ask for the map of one update; an older request that still waits is dropped."""
        if update.update in (self._waiting_for, self._failed) or self.has(update.update):
            return
        try:
            embedding = frames.embedding(update.update)
        except RunError as error:
            self._failed, self.error = update.update, str(error)
            return

        def done(points: NDArray[np.float32] | None, error: str | None) -> None:
            self.error = error
            if points is None:
                self._failed = update.update
            else:
                self._add(MapFrame(update.update, points))
            with self._lock:
                if self._waiting_for == update.update:
                    self._waiting_for = None

        with self._lock:
            self._waiting_for = update.update
        previous = self.frames[-1].points if self.frames else None
        self._projector.submit(self._run_id, embedding, previous, self._seed, done)

    def forget(self, first: int) -> None:
        """Forget the maps of the updates from ``first`` on: the run goes on from before them."""
        with self._lock:
            self.frames = tuple(frame for frame in self.frames if frame.update < first)

    @property
    def is_waiting(self) -> bool:
        """Whether a map that was asked for has not come yet."""
        return self._waiting_for is not None

    def has(self, update: int) -> bool:
        """Whether the map of that update is made."""
        return any(frame.update == update for frame in self.frames)

    def nearest(self, update: int) -> MapFrame | None:
        """The newest frame that is not after ``update``, else the first one."""
        before = [frame for frame in self.frames if frame.update <= update]
        return before[-1] if before else next(iter(self.frames), None)

    def _add(self, frame: MapFrame) -> None:
        self.keep(frame)
        with self._lock:
            frames = sorted((*self.frames, frame), key=lambda f: f.update)
            dropped = frames[1:-1:2] if len(frames) > MAX_FRAMES else []
            self.frames = tuple(frame for frame in frames if frame not in dropped)
        for one in dropped:
            self.drop(one)
