"""Long curves are drawn as bands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dec_core.events.view import View, replay
from dec_core.plots.curves import BAND_AID, band_of, is_long
from dec_core.plots.learning import draw_learning
from dec_core.plots.scores import draw_successive
from dec_core.plots.style import Plot
from tests.plots.figures import as_sent, by_name
from tests.plots.scripted import events, updated

VALUES = st.lists(st.floats(-1e6, 1e6, width=32) | st.just(float("nan")), min_size=2, max_size=60)


@given(VALUES, st.integers(2, 8), st.data())
def test_a_band_holds_every_value_at_its_place(
    numbers: list[float], n_bins: int, data: st.DataObject
) -> None:
    steps = data.draw(st.lists(st.integers(1, 50), min_size=len(numbers), max_size=len(numbers)))
    x, y = np.cumsum(steps, dtype=np.int32), np.array(numbers, np.float32)
    band = band_of(x, y, n_bins)
    assert len(band.x) <= n_bins
    assert band.x[-1] == x[-1]
    edges = np.linspace(x[0], x[-1], n_bins + 1)
    assert np.diff(np.searchsorted(edges[1:-1], band.x, side="right")).min(initial=1) >= 1
    for place, low, median, high in zip(band.x, band.low, band.median, band.high, strict=True):
        own = y[
            np.searchsorted(edges[1:-1], x, side="right")
            == np.searchsorted(edges[1:-1], place, side="right")
        ]
        finite = np.sort(own[np.isfinite(own)])
        if len(finite):
            assert (low, high) == (finite[0], finite[-1])
            assert median == finite[(len(finite) - 1) // 2]
        else:
            assert np.isnan([low, median, high]).all()


def long_run(n_updates: int) -> View:
    """Label changes that jump between 0 and 0.5 from update to update."""
    made = (
        replace(one, measures={**one.measures, "delta_label": 0.5 * (one.update % 2)})
        for one in map(updated, range(n_updates))
    )
    return replay([*events(n_updates=0)[:-1], *made])


def points_sent(plot: Plot) -> int:
    return sum(len(trace.x) for trace in plot.figure.data)


@pytest.mark.parametrize("draw", [draw_learning, draw_successive])
def test_the_points_of_a_long_run_are_bounded_and_the_band_is_said(draw: object) -> None:
    assert callable(draw)
    short, long, longer = (draw(long_run(count)) for count in (300, 2_100, 4_000))
    assert points_sent(longer) < points_sent(short) + 3 * 3 * 500
    assert points_sent(longer) < points_sent(long) * 1.05
    said = [BAND_AID in as_sent(plot)["layout"]["title"]["text"] for plot in (short, long, longer)]
    assert said == [False, True, True]
    assert as_sent(longer)["layout"]["legend"]["traceorder"] == "normal"


def test_zero_changes_lie_in_the_band_at_the_place_of_zero() -> None:
    plot = draw_learning(long_run(2_100))
    traces = by_name(plot.figure)
    zero = as_sent(plot)["layout"]["yaxis3"]["tickvals"][0]
    assert set(traces["label changes, minimum"].y[:-1]) == {np.float32(zero)}
    assert set(traces["label changes, maximum"].y[:-1]) == {0.5}
    assert traces["label changes, maximum"].fill == "tonexty"


def test_short_curves_stay_as_they_are() -> None:
    assert not is_long(1_000, 500)
    assert is_long(1_001, 500)
