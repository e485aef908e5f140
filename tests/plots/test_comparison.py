"""Which run does better? Do two runs find the same clusters?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dec_core.analysis.agreement import compare_labels
from dec_core.analysis.measures import MEASURES, Measure
from dec_core.events.view import View
from dec_core.plots.agreement import agreement_sentence, draw_agreement
from dec_core.plots.comparison import draw_comparison
from dec_core.plots.comparison_curves import (
    Along,
    Series,
    curve_of,
    headline_measures,
    lacks,
    series_curve,
    start_of,
)
from dec_core.plots.palette import run_colors
from dec_core.plots.style import Plot
from tests.plots.figures import as_sent, texts
from tests.plots.scripted import scripted_view


def series(*views: View, key: str = "calm-fox-0001", is_baseline: bool = False) -> Series:
    number = int(key[-4:]) - 1
    return Series(key, f"run {key}", run_colors(9)[number], views, is_baseline)


def two() -> list[Series]:
    return [
        series(scripted_view()),
        series(scripted_view(n_updates=2), key="calm-fox-0002", is_baseline=True),
    ]


def traces(plot: Plot, run: str) -> list[Any]:
    return [trace for trace in plot.figure.data if trace.legendgroup == run]


def lines(plot: Plot, run: str) -> list[Any]:
    """The curves alone, without bands and starts."""
    return [trace for trace in traces(plot, run) if trace.hovertemplate]


def test_the_measures_of_a_run() -> None:
    view = scripted_view()
    nmi = curve_of(view, MEASURES["nmi"], Along.ITERATIONS)
    assert nmi.x.tolist() == [0, 10, 20]
    np.testing.assert_allclose(nmi.y, [0.25, 0.27, 0.29])
    clusters = curve_of(view, MEASURES["effective_clusters"], Along.SECONDS)
    assert clusters.x.tolist() == [0, 1, 2]
    assert clusters.y[-1] == pytest.approx(1)


@pytest.mark.parametrize("measure", [MEASURES["loss"], MEASURES["delta_label"]])
def test_the_first_update_has_no_loss_and_no_change(measure: Measure) -> None:
    assert curve_of(scripted_view(), measure, Along.ITERATIONS).x.tolist() == [10, 20]


def test_a_series_of_two_runs_is_their_mean() -> None:
    both = series(scripted_view(), scripted_view(n_updates=2))
    curve = series_curve(both, MEASURES["nmi"], Along.ITERATIONS)
    assert (curve.count, curve.x.tolist()) == (2, [0, 10])
    assert start_of(both, MEASURES["acc"]) == 0.5
    assert start_of(both, MEASURES["loss"]) is None


def test_without_true_labels_there_is_no_score() -> None:
    one = series(scripted_view(is_scored=False))
    assert not len(series_curve(one, MEASURES["acc"], Along.ITERATIONS).x)
    assert start_of(one, MEASURES["acc"]) is None
    assert len(series_curve(one, MEASURES["loss"], Along.ITERATIONS).x)


def test_every_measure_has_its_axes_and_every_run_its_color() -> None:
    plot = draw_comparison(two(), headline_measures())
    assert texts(plot) == [measure.label for measure in headline_measures()]
    for one in two():
        drawn = lines(plot, one.key)
        assert len({trace.xaxis for trace in drawn}) == len(headline_measures())
        assert {trace.line.color for trace in traces(plot, one.key)} == {one.color}
        assert sum(trace.showlegend for trace in drawn) == 1


def test_the_baseline_is_drawn_wider() -> None:
    plot = draw_comparison(two(), [MEASURES["nmi"]])
    (thin,), (wide,) = lines(plot, "calm-fox-0001"), lines(plot, "calm-fox-0002")
    assert wide.line.width > thin.line.width


def test_the_k_means_start_of_every_run_is_dashed() -> None:
    plot = draw_comparison(two(), [MEASURES["nmi"], MEASURES["loss"]])
    starts = [t for t in plot.figure.data if t.line.dash == "dash"]
    assert [list(t.y) for t in starts] == [[0.25, 0.25]] * 2
    assert [t.x[-1] for t in starts] == [20, 10]
    assert {t.yaxis for t in starts} == {"y"}


def test_folded_runs_have_a_band_and_say_how_many_they_are() -> None:
    one = series(scripted_view(), scripted_view(is_scored=True, n_updates=2))
    plot = draw_comparison([one], [MEASURES["loss"]])
    (band,) = [trace for trace in plot.figure.data if trace.fill == "toself"]
    assert len(band.y) == 2 * len(lines(plot, one.key)[0].y)
    assert "one standard deviation" in as_sent(plot)["layout"]["title"]["text"]
    assert "mean of 2 seeds" in plot.alternative
    assert (
        "standard deviation"
        not in as_sent(draw_comparison(two(), headline_measures()))["layout"]["title"]["text"]
    )


@pytest.mark.parametrize("along", Along)
def test_the_axis_says_what_the_curves_run_along(along: Along) -> None:
    layout = as_sent(draw_comparison(two(), headline_measures(), along))["layout"]
    titles = {layout[f"xaxis{n}"]["title"]["text"] for n in (4, 5, 6)}
    assert titles == {"iteration" if along is Along.ITERATIONS else "seconds of clustering"}
    assert list(layout["meta"]["columns"].values())[:2] == [titles.pop().replace(" ", "_"), "value"]


def test_panels_do_not_overlap() -> None:
    layout = as_sent(draw_comparison(two(), headline_measures()))["layout"]
    domains = [(layout[f"xaxis{n}"]["domain"], layout[f"yaxis{n}"]["domain"]) for n in range(2, 7)]
    domains.append((layout["xaxis"]["domain"], layout["yaxis"]["domain"]))
    for n, (x, y) in enumerate(domains):
        assert 0 <= x[0] < x[1] <= 1
        assert 0 <= y[0] < y[1] <= 1
        for other_x, other_y in domains[n + 1 :]:
            is_beside = x[1] < other_x[0] or other_x[1] < x[0]
            assert is_beside or y[1] < other_y[0] or other_y[1] < y[0]


def test_curves_travel_as_typed_arrays() -> None:
    for trace in as_sent(draw_comparison(two(), headline_measures()))["data"]:
        assert trace["x"]["dtype"] == trace["y"]["dtype"] == "f4"


def test_the_alternative_names_every_run_with_its_figures() -> None:
    plot = draw_comparison([*two(), series(View(), key="calm-fox-0003")], [MEASURES["nmi"]])
    assert "run calm-fox-0001: NMI 0.290." in plot.alternative
    assert "run calm-fox-0002: NMI 0.270." in plot.alternative
    assert "run calm-fox-0003: no update yet." in plot.alternative
    assert draw_comparison([], [MEASURES["nmi"]]).alternative.endswith("none yet.")


def test_a_measure_that_a_run_did_not_record_is_said_to_be_missing() -> None:
    plot = draw_comparison(two(), [MEASURES["purity"]])
    assert plot.alternative.count("not recorded.") == 2
    assert "0.000" not in plot.alternative
    one, other = two()
    assert lacks(one, MEASURES["purity"])
    assert not lacks(other, MEASURES["nmi"])
    assert not lacks(series(View()), MEASURES["purity"])


def test_a_title_is_no_markup() -> None:
    one = Series("calm-fox-0001", "<b>mine</b>", "#d97716", (scripted_view(),))
    for trace in draw_comparison([one], [MEASURES["nmi"]]).figure.data:
        assert "<b>" not in trace.name
        assert "<b>" not in (trace.hovertemplate or "")
    alike = compare_labels(np.array([0, 1]), np.array([0, 1]))
    axis = draw_agreement(alike, "<b>mine</b>", "other").figure.layout.yaxis
    assert "<b>" not in axis.title.text


def test_the_figures_name_no_color_of_text_or_background() -> None:
    for plot in (draw_comparison(two(), headline_measures()), agreement_plot()):
        layout = as_sent(plot)["layout"]
        assert not layout.keys() & {"paper_bgcolor", "plot_bgcolor"}
        assert "color" not in layout["font"]


def agreement_plot() -> Plot:
    first, second = np.array([0, 0, 1, 1, 1]), np.array([1, 1, 0, 0, 1])
    return draw_agreement(compare_labels(first, second), "calm-fox", "wild-owl")


def test_agreement_is_drawn_with_matched_clusters_on_the_diagonal() -> None:
    plot = agreement_plot()
    (heat,) = plot.figure.data
    cells = dict(zip(zip(heat.y, heat.x, strict=True), heat.z, strict=True))
    assert cells == {("0", "1"): 2, ("0", "0"): 0, ("1", "1"): 1, ("1", "0"): 2}
    assert list(plot.figure.layout.xaxis.categoryarray) == ["1", "0"]
    assert list(plot.figure.layout.yaxis.categoryarray) == ["0", "1"]


def test_agreement_in_words() -> None:
    result = compare_labels(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    assert agreement_sentence(result) == (
        "100.0% of 4 samples are in matched clusters: ARI 1.000, NMI 1.000."
    )
    assert "calm-fox, wild-owl" in agreement_plot().alternative


def test_many_clusters_are_drawn_without_numbers() -> None:
    many = np.arange(40) % 20
    (heat,) = draw_agreement(compare_labels(many, many), "a", "b").figure.data
    assert not any(heat.text)


def test_empty_cells_are_empty() -> None:
    (heat,) = agreement_plot().figure.data
    assert list(heat.text) == ["2", "", "1", "2"]
