"""Active time of a run, by phase."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from dec_core.training.events import Event, Phase


class ActiveTime:
    """Seconds spent in each phase; time between two events, such as a pause, does not count."""

    def __init__(self, seconds: dict[Phase, float]) -> None:
        self._seconds = dict.fromkeys(Phase, 0.0) | seconds
        self._running: Phase | None = None
        self._since = 0.0

    def timed(self, phase: Phase, events: Iterator[Event]) -> Iterator[Event]:
        """Pass ``events`` on and count the time that it takes to make them."""
        iterator = iter(events)
        while True:
            self._running, self._since = phase, perf_counter()
            event = next(iterator, None)
            self._seconds[phase] += perf_counter() - self._since
            self._running = None
            if event is None:
                return
            yield event

    def seconds(self, phase: Phase) -> float:
        """Active seconds in ``phase`` until now."""
        running = perf_counter() - self._since if phase is self._running else 0.0
        return self._seconds[phase] + running

    def by_phase(self) -> dict[Phase, float]:
        """Active seconds of every phase."""
        return {phase: self.seconds(phase) for phase in Phase}
