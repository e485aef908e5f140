"""Published results behind the curves of runs."""

from __future__ import annotations

from typing import Any

import pytest

from dec_core.analysis.measures import MEASURES
from dec_core.analysis.published import references
from dec_core.config import get_preset
from dec_core.export.figure_csv import figure_csv
from dec_core.plots.comparison import draw_comparison
from dec_core.plots.comparison_curves import Along, Series
from dec_core.plots.style import Plot
from tests.plots.figures import as_sent, texts
from tests.plots.scripted import scripted_view

PANELS = [MEASURES[name] for name in ("loss", "acc", "nmi")]
DEC_KERAS = get_preset("dec-keras").config


def drawn(along: Along = Along.ITERATIONS, **values: Any) -> Plot:
    """A run before what was published for the reference settings, with these changed."""
    run = Series("calm-fox-0001", "run", "#d97716", (scripted_view(),))
    named = {name.replace("__", "."): value for name, value in values.items()}
    return draw_comparison(
        [run], PANELS, along, references=references(DEC_KERAS.with_values(named))
    )


@pytest.mark.parametrize(("along", "ends"), [(Along.ITERATIONS, (0, 20)), (Along.LOG, (10, 20))])
def test_the_same_experiment_is_a_band_of_its_trials(along: Along, ends: tuple[int, int]) -> None:
    plot = drawn(along)
    bands = [trace for trace in plot.figure.data if trace.fill == "toself"]
    assert [band.meta for band in bands] == ["ACC", "NMI"]
    assert (min(bands[0].x), max(bands[0].x)) == ends
    assert (min(bands[0].y), max(bands[0].y)) == pytest.approx((0.83019, 0.96359))
    assert {band.yaxis for band in bands} == {"y2", "y3"}
    # Behind the curves, and none of the runs.
    kinds = [trace.legendgroup for trace in plot.figure.data if trace.yaxis == "y2"]
    assert kinds[0] is None
    assert set(kinds[1:]) == {"calm-fox-0001"}
    assert "Grey band: the published trials of DEC-keras on mnist" in _aid(plot)
    assert texts(plot).count("DEC-keras on mnist") == 2


def test_other_settings_are_a_dashed_line_that_says_so() -> None:
    plot = drawn(data__n_samples=7_000)
    assert not [trace for trace in plot.figure.data if trace.fill == "toself"]
    dashed = [trace for trace in plot.figure.data if trace.line and trace.line.dash == "longdash"]
    assert [trace.y[0] for trace in dashed] == pytest.approx([0.911991, 0.869227])
    assert "published with other settings or data" in _aid(plot)
    assert "DEC-keras on mnist, published on all 70,000 samples" in figure_csv(plot)


def test_without_scores_nothing_is_said_of_published_results() -> None:
    run = Series("calm-fox-0001", "run", "#d97716", (scripted_view(),))
    plot = draw_comparison([run], PANELS[:1], references=references(DEC_KERAS))
    assert "rey " not in _aid(plot)
    assert texts(plot) == ["Clustering loss"]


def _aid(plot: Plot) -> str:
    text: str = as_sent(plot)["layout"]["title"]["text"]
    return text
