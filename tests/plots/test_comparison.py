"""Which run does better? Do two runs find the same clusters?"""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dec_core.analysis.agreement import compare_labels
from dec_core.analysis.measure import Measure
from dec_core.analysis.measures import MEASURES
from dec_core.events.events import CentersInitialized
from dec_core.events.view import View
from dec_core.export.figure_csv import figure_csv
from dec_core.plots.agreement import agreement_sentence, draw_agreement
from dec_core.plots.comparison import draw_comparison, logarithmic_ticks
from dec_core.plots.comparison_curves import (
    Along,
    Series,
    curve_of,
    further_measures,
    headline_measures,
    lacks,
    series_curve,
    smoothed,
    start_of,
)
from dec_core.plots.palette import run_colors, translucent
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


def test_the_start_is_dashed_wherever_a_value_is_better_than_another() -> None:
    start = CentersInitialized(
        (4, 2, 2), {"data_davies_bouldin": 1.5, "largest_share": 0.5}, seconds=1.0
    )
    one = series(replace(scripted_view(is_scored=False), centers=start))
    assert start_of(one, MEASURES["data_davies_bouldin"]) == 1.5
    assert start_of(one, MEASURES["largest_share"]) is None


def test_without_true_labels_the_silhouette_stands_in_for_the_scores() -> None:
    names = [one.name for one in headline_measures(with_labels=False)]
    assert names == ["data_silhouette", *(one.name for one in headline_measures()[3:])]
    for with_labels in (True, False):
        measures = [
            *headline_measures(with_labels=with_labels),
            *further_measures(with_labels=with_labels),
        ]
        assert sorted(one.name for one in measures) == sorted(MEASURES)


def test_four_panels_stand_in_two_rows_of_two() -> None:
    sent = as_sent(draw_comparison(two(), headline_measures(with_labels=False)))["layout"]
    assert sent["yaxis"]["domain"] == sent["yaxis2"]["domain"]
    assert sent["xaxis"]["domain"] == sent["xaxis3"]["domain"]
    assert sent["yaxis"]["domain"] != sent["yaxis3"]["domain"]


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


@pytest.mark.parametrize(
    ("along", "title", "column"),
    [
        (Along.ITERATIONS, "iteration", "iteration"),
        (Along.LOG, "iteration, logarithmic", "iteration"),
        (Along.SHARE, "% of the run", "percent_of_run"),
        (Along.SECONDS, "seconds of clustering", "seconds_of_clustering"),
    ],
)
def test_the_axis_and_the_csv_say_what_the_curves_run_along(
    along: Along, title: str, column: str
) -> None:
    plot = draw_comparison(two(), headline_measures(), along)
    layout = as_sent(plot)["layout"]
    assert {layout[f"xaxis{n}"]["title"]["text"] for n in (4, 5, 6)} == {title}
    head, *rows = figure_csv(plot).splitlines()
    assert head == f"series,{column},value,measure"
    x = [float(row.split(",")[-3]) for row in rows if row.startswith("run calm-fox-0001,")]
    assert max(x) == {Along.SHARE: 100, Along.SECONDS: 2}.get(along, 20)


def test_a_short_run_is_as_wide_as_a_long_one_along_the_share_of_the_run() -> None:
    long, short = two()
    for one in (long, short):
        curve = series_curve(one, MEASURES["nmi"], Along.SHARE)
        assert (curve.x[0], curve.x[-1]) == (0, 100)
    assert series_curve(long, MEASURES["nmi"], Along.SHARE).x.tolist() == [0, 50, 100]
    begun = series(scripted_view(n_updates=1))
    assert series_curve(begun, MEASURES["nmi"], Along.SHARE).x.tolist() == [0]


def test_a_logarithmic_axis_leaves_out_iteration_0_and_says_so() -> None:
    plot = draw_comparison([*two(), series(View())], [MEASURES["nmi"]], Along.LOG)
    assert plot.figure.layout.xaxis.type == "log"
    assert all(x > 0 for trace in plot.figure.data for x in trace.x)
    assert list(lines(plot, "calm-fox-0001")[0].x) == [10, 20]
    assert "cannot stand on a logarithmic axis" in as_sent(plot)["layout"]["title"]["text"]
    (start, _) = [t for t in plot.figure.data if t.line.dash == "dash"]
    assert list(start.x) == [10, 20]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (10, 3000, [10, 100, 1000]),
        (1, 1140, [1, 10, 100, 1000]),
        (30, 90, [50]),
        (20, 140, [20, 50, 100]),
        (1, 1, [1]),
    ],
)
def test_a_logarithmic_axis_has_round_ticks(low: float, high: float, ticks: list[int]) -> None:
    assert logarithmic_ticks(low, high) == ticks


def test_smoothing_is_a_bias_corrected_exponential_moving_average() -> None:
    values = np.array([1.0, 0.0, 4.0])
    # (0.5 * 1 + 0) / 1.5, and (0.25 * 1 + 0.5 * 0 + 4) / 1.75.
    np.testing.assert_allclose(smoothed(values, 0.5), [1, 1 / 3, 17 / 7])
    np.testing.assert_array_equal(smoothed(values, 0.0), values)
    np.testing.assert_allclose(smoothed(np.full(9, 3.0), 0.9), 3.0)


def test_a_smoothed_line_has_the_recorded_one_faint_behind_it() -> None:
    one = two()[0]
    plot = draw_comparison([one], [MEASURES["loss"], MEASURES["nmi"]], smoothing=0.6)
    recorded, smooth = (line for line in lines(plot, one.key) if line.yaxis == "y")
    raw = series_curve(one, MEASURES["loss"], Along.ITERATIONS).mean
    np.testing.assert_allclose(recorded.y, raw, rtol=1e-6)
    np.testing.assert_allclose(smooth.y, smoothed(raw, 0.6), rtol=1e-6)
    assert (smooth.line.color, recorded.line.color) == (one.color, translucent(one.color, 0.35))
    assert recorded.line.width < smooth.line.width
    assert "as recorded at" in recorded.hovertemplate
    assert "smoothed at" in smooth.hovertemplate
    assert [line.showlegend for line in lines(plot, one.key)] == [False, True, False, False]
    assert "weight 0.6" in as_sent(plot)["layout"]["title"]["text"]
    names = {row["series"] for row in csv.DictReader(figure_csv(plot).splitlines())}
    assert {f"{one.name}, as recorded", f"{one.name}, smoothed"} <= names


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
