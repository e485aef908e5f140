"""The slider sends where the updates of a run stand in few numbers."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from pages.ui.parts.frame_slider import stretches


def spread_out(found: list[tuple[int, int, int]]) -> list[int]:
    return [first + place * step for first, step, count in found for place in range(count)]


@given(st.lists(st.integers(0, 3), max_size=30))
def test_stretches_hold_every_iteration(steps: list[int]) -> None:
    iterations = list(accumulate(steps))
    assert spread_out(stretches(iterations)) == iterations


def test_a_long_run_is_one_stretch_and_its_end() -> None:
    assert stretches([*range(0, 60_000, 30), 59_971]) == [(0, 30, 2_000), (59_971, 0, 1)]
