"""Active time of a run, by phase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import NamedTuple

from dec_core.events.events import Event, Phase


class _Count(NamedTuple):
    """Seconds of finished work, and the phase at work with the time since when, if any."""

    seconds: Mapping[Phase, float]
    running: Phase | None = None
    since: float = 0.0


class ActiveTime:
    """Seconds spent in each phase; time between two events, such as a pause, does not count.

    Another thread may read it at any moment.
    """

    def __init__(self, seconds: dict[Phase, float]) -> None:
        self._count = _Count(dict.fromkeys(Phase, 0.0) | seconds)

    def timed(self, phase: Phase, events: Iterator[Event]) -> Iterator[Event]:
        """Pass ``events`` on and count the time that it takes to make them."""
        iterator = iter(events)
        while True:
            seconds, since = self._count.seconds, perf_counter()
            self._count = _Count(seconds, phase, since)
            event = next(iterator, None)
            # Replaced as a whole, so that no reader counts the same work twice or not at all.
            self._count = _Count({**seconds, phase: seconds[phase] + perf_counter() - since})
            if event is None:
                return
            yield event

    def seconds(self, phase: Phase) -> float:
        """Active seconds in ``phase`` until now."""
        return self.by_phase()[phase]

    def by_phase(self) -> dict[Phase, float]:
        """Active seconds of every phase."""
        count, now = self._count, perf_counter()
        return {
            phase: seconds + (now - count.since if phase is count.running else 0.0)
            for phase, seconds in count.seconds.items()
        }

    @property
    def training_seconds(self) -> float:
        """Active seconds until now, without loading the data."""
        return sum(seconds for phase, seconds in self.by_phase().items() if phase is not Phase.DATA)
