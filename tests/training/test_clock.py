"""Active time by a scripted clock: pauses between two events do not count."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dec_core.events.events import Event, Phase, Progress
from dec_core.training.clock import ActiveTime


def test_pauses_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("dec_core.training.clock.perf_counter", lambda: now)
    clock = ActiveTime({Phase.DATA: 1.5})
    seen = []

    def work() -> Iterator[Event]:
        nonlocal now
        for done in (1, 2):
            now += 3
            seen.append(clock.seconds(Phase.KMEANS))
            yield Progress(Phase.KMEANS, done, 2)
        now += 1

    for _ in clock.timed(Phase.KMEANS, work()):
        now += 1000
    assert seen == [3.0, 6.0]
    assert clock.by_phase() == {
        Phase.DATA: 1.5,
        Phase.PRETRAINING: 0.0,
        Phase.KMEANS: 7.0,
        Phase.CLUSTERING: 0.0,
    }
    assert clock.training_seconds == 7.0
