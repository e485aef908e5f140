"""Is it better than k-means? Do the labels still change?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from dec_core.events.events import CentersInitialized, Event, ParameterChanged, TargetUpdated
from dec_core.events.view import View, replay
from dec_core.plots.scores import (
    draw_scores,
    draw_silhouette,
    draw_successive,
    score_curves,
    silhouette_curve,
    successive_curves,
)
from tests.plots.figures import as_sent, by_name, lines, texts
from tests.plots.scripted import events, scripted_view


def test_scores_against_the_true_labels() -> None:
    numbers = score_curves(scripted_view())
    assert numbers.iterations.tolist() == [0, 10, 20]
    assert set(numbers.curves) == {"ACC", "NMI"}
    np.testing.assert_allclose(numbers.curves["ACC"], [0.5, 0.51, 0.52])
    np.testing.assert_allclose(numbers.curves["NMI"], [0.25, 0.27, 0.29])
    assert numbers.start == {"ACC": 0.5, "NMI": 0.25}


def test_ari_comes_on_request() -> None:
    numbers = score_curves(scripted_view(), with_ari=True)
    np.testing.assert_allclose(numbers.curves["ARI"], [0.125] * 3)
    assert numbers.start["ARI"] == 0.125
    assert set(by_name(draw_scores(scripted_view(), with_ari=True).figure)) == {"ACC", "NMI", "ARI"}


def test_without_true_labels_there_are_no_curves() -> None:
    numbers = score_curves(scripted_view(is_scored=False))
    assert not len(numbers.iterations)
    assert not any(len(values) for values in numbers.curves.values())
    assert numbers.start == {}
    assert draw_scores(scripted_view(is_scored=False)).alternative == (
        "Scores against the true labels: none yet."
    )


def test_scores_between_successive_predictions() -> None:
    numbers = successive_curves(scripted_view(is_scored=False))
    assert numbers.iterations.tolist() == [0, 10, 20]
    np.testing.assert_allclose(numbers.curves["ACC"], [0.75, 0.875, 1 - 0.25 / 3], rtol=1e-6)
    np.testing.assert_allclose(numbers.curves["NMI"], [0.75] * 3)
    assert numbers.start == {}


def test_the_curves_are_drawn() -> None:
    view = scripted_view()
    traces = by_name(draw_scores(view).figure)
    assert list(traces) == ["ACC", "NMI"]
    np.testing.assert_array_equal(traces["NMI"].y, score_curves(view).curves["NMI"])
    np.testing.assert_array_equal(traces["NMI"].x, [0, 10, 20])
    assert traces["ACC"].line.color != traces["NMI"].line.color


def test_the_k_means_start_is_a_dashed_line_in_the_color_of_its_curve() -> None:
    plot = draw_scores(scripted_view())
    traces = by_name(plot.figure)
    found = {line["y0"]: line["line"]["color"] for line in lines(plot, "dash")}
    assert found == {0.5: traces["ACC"].line.color, 0.25: traces["NMI"].line.color}
    assert all(line["y0"] == line["y1"] for line in lines(plot, "dash"))
    assert not lines(draw_successive(scripted_view()), "dash")


def test_curves_and_start_lie_within_the_axis() -> None:
    low, high = as_sent(draw_scores(scripted_view()))["layout"]["yaxis"]["range"]
    assert -0.05 <= low < 0.25
    assert 0.52 < high <= 1.02


def test_the_axis_never_leaves_what_scores_can_be() -> None:
    low, high = as_sent(draw_scores(scripted_view(is_scored=False)))["layout"]["yaxis"]["range"]
    assert (low, high) == (0, 1)


def test_the_alternative_carries_the_current_figures() -> None:
    assert draw_scores(scripted_view()).alternative == (
        "Scores against the true labels at iteration 20: ACC 0.520, NMI 0.290, "
        "ACC of the k-means start 0.500, NMI of the k-means start 0.250."
    )
    assert "NMI 0.750" in draw_successive(scripted_view()).alternative


def with_silhouettes(start: float, *values: float) -> View:
    """A run without true labels, with these silhouettes in the data."""

    def measured() -> Iterator[Event]:
        left = iter(values)
        for event in events(is_scored=False, n_updates=len(values)):
            if isinstance(event, CentersInitialized):
                yield replace(event, measures={"data_silhouette": start})
            elif isinstance(event, TargetUpdated):
                yield replace(event, measures={**event.measures, "data_silhouette": next(left)})
            else:
                yield event

    return replay(measured())


def test_without_true_labels_the_silhouette_in_the_data_stands_beside_its_start() -> None:
    view = with_silhouettes(0.25, 0.2, -0.3)
    plot = draw_silhouette(view)
    (trace,) = by_name(plot.figure).values()
    np.testing.assert_allclose(trace.y, [0.2, -0.3], rtol=1e-6)
    (start,) = lines(plot, "dash")
    assert start["y0"] == start["y1"] == 0.25
    low, high = as_sent(plot)["layout"]["yaxis"]["range"]
    assert low < -0.3
    assert high > 0.25
    assert plot.alternative == (
        "Clusters in the data at iteration 10: Silhouette (data) -0.300, "
        "Silhouette (data) of the k-means start 0.250."
    )


def test_a_silhouette_that_is_not_defined_is_a_gap_and_no_number() -> None:
    nan = float("nan")
    plot = draw_silhouette(with_silhouettes(nan, 0.2, nan))
    assert not lines(plot, "dash")
    assert plot.alternative.endswith("at iteration 10: Silhouette (data) not defined.")
    as_sent(plot)
    assert not len(silhouette_curve(scripted_view(is_scored=False)).iterations)


def test_changes_that_fall_together_share_one_label() -> None:
    rate, tol = "clustering.learning_rate", "clustering.tol"
    changes = [
        ParameterChanged(6, rate, 0.05, 0.02),
        ParameterChanged(6, tol, 0.001, 0.0),
        ParameterChanged(6, rate, 0.02, 0.01),
        ParameterChanged(19, tol, 0.0, 0.01),
    ]
    plot = draw_scores(replay([*events(), *changes]))
    assert texts(plot) == ["rate 0.01, tol 0", "tol 0.01"]
    assert [line["x0"] for line in lines(plot, "dot")] == [6, 19]
