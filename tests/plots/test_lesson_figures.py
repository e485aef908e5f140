"""The figures of the Guide's lessons."""

from __future__ import annotations

import numpy as np

from dec_core.analysis.metrics import Scores
from dec_core.plots.dec_steps import DecSteps, draw_dec_steps
from dec_core.plots.score_bars import draw_score_bars
from dec_core.plots.two_maps import draw_two_maps
from tests.plots.figures import as_sent, by_name, texts

STEPS = DecSteps(
    data=np.eye(2, 6, dtype=np.float32),
    embedding=np.array([[0, 1], [4, 0]], np.float32),
    centers=np.array([[0, 0], [3, 1]], np.float32),
    q=np.array([[0.75, 0.25], [0.125, 0.875]], np.float32),
    p=np.array([[0.9, 0.1], [0.02, 0.98]], np.float32),
)


def test_the_steps_of_dec_are_four_pictures_of_the_same_samples() -> None:
    plot = draw_dec_steps(STEPS)
    traces = by_name(plot.figure)
    assert plot.title == "What does DEC compute?"
    assert traces["q"].text == ["0.75", "0.25", "0.12", "0.88"]
    assert traces["P"].y.tolist() == ["0", "0", "1", "1"]
    assert set(traces["data"].text) == {""}
    # Samples stand with the centre of their largest q; their numbers away from it.
    assert traces["cluster 1"].text == ["1"]
    assert traces["cluster 0"].textposition == ["top center"]
    assert traces["cluster 1"].textposition == ["bottom center"]
    assert [text[0] for text in texts(plot)] == ["1", "2", "3", "4"]
    low, high = as_sent(plot)["layout"]["xaxis2"]["range"]
    assert low < 0 and high > 4
    assert "its largest q is 0.75, its P there 0.90" in plot.alternative


def test_scores_stand_in_groups_of_three_bars() -> None:
    plot = draw_score_bars({"all<br>in one": Scores(0.9, 0.0, 0.0)}, "1,000 samples")
    heights = {name: bar.y.tolist() for name, bar in by_name(plot.figure).items()}
    np.testing.assert_allclose([heights[name][0] for name in ("ACC", "NMI", "ARI")], [0.9, 0, 0])
    assert plot.alternative == "Scores. all in one: ACC 0.90, NMI 0.00, ARI 0.00."


def test_two_maps_have_equal_units_and_one_legend() -> None:
    points = np.arange(8, dtype=np.float32).reshape(4, 2)
    labels = np.array([0, 0, 1, 1])
    plot = draw_two_maps({"PCA": points, "UMAP": points[::-1]}, labels, ("A", "B"), "4 points")
    layout = as_sent(plot)["layout"]
    assert layout["yaxis"]["scaleanchor"] == "x" and layout["yaxis2"]["scaleanchor"] == "x2"
    shown = [(trace.name, trace.xaxis, trace.showlegend) for trace in plot.figure.data]
    assert shown == [("A", "x", True), ("B", "x", True), ("A", "x2", False), ("B", "x2", False)]
    assert plot.figure.data[2].x.tolist() == [6, 4]
    assert texts(plot) == ["PCA", "UMAP"]
