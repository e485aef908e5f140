"""How many steps make a chunk."""

from __future__ import annotations

from dec_core.training.pace import Pace


def test_first_chunk_is_short_and_never_more_than_wanted() -> None:
    pace = Pace()
    assert pace.steps(1000) == 8
    assert pace.steps(3) == 3


def test_chunks_follow_the_measured_speed_after_compilation() -> None:
    pace = Pace()
    pace.record(8, 100.0)
    assert pace.steps(1000) == 8
    pace.record(10, 10 * pace.target_seconds / 40)
    assert pace.steps(1000) == 40
    pace.record(1, 60.0)
    assert pace.steps(1000) == 1


def test_limit_holds_whatever_the_speed() -> None:
    pace = Pace()
    pace.limit = 1
    assert pace.steps(100) == 1
    pace.record(1, 1.0)
    pace.record(1, 1e-9)
    assert pace.steps(100) == 1
    pace.limit = None
    assert pace.steps(100) == 100


def test_a_new_phase_begins_with_a_short_chunk_again() -> None:
    pace = Pace()
    pace.limit = 100
    pace.record(8, 1.0)
    pace.record(8, 1e-6)
    assert pace.steps(1000) == 100
    pace.restart()
    assert pace.steps(1000) == 8
    pace.record(8, 1.0)
    assert pace.steps(1000) == 8
