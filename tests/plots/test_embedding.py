"""Where are the samples?"""

from __future__ import annotations

import html

import numpy as np

from dec_core.plots.embedding import draw_embedding, draw_waiting
from dec_core.plots.palette import cluster_colors, true_label_colors
from tests.plots.figures import as_sent, by_name, texts

POINTS = np.array([[0, 0], [1, 0], [0, 2], [5, 5]], np.float32)
LABELS = np.array([0, 2, 0, 2], np.uint8)


def test_one_trace_per_cluster_holds_its_points_in_its_color() -> None:
    plot = draw_embedding(POINTS, LABELS, method="PCA", iteration=1_021)
    traces = by_name(plot.figure)
    assert list(traces) == ["0", "1", "2"]
    np.testing.assert_array_equal(traces["0"].x, [0, 0])
    np.testing.assert_array_equal(traces["0"].y, [0, 2])
    np.testing.assert_array_equal(traces["2"].x, [1, 5])
    assert not len(traces["1"].x)
    assert [trace.marker.color for trace in plot.figure.data] == cluster_colors(3)
    assert sum(len(trace.x) for trace in plot.figure.data) == len(POINTS)


def test_true_labels_have_their_names_and_their_own_colors() -> None:
    names = ("shoe", "shirt", "bag")
    plot = draw_embedding(
        POINTS, LABELS, method="UMAP", iteration=1, class_names=names, is_true_label=True
    )
    assert list(by_name(plot.figure)) == list(names)
    assert [trace.marker.color for trace in plot.figure.data] == true_label_colors(3)
    assert "true label" in plot.alternative


def test_words_of_others_are_no_markup() -> None:
    link = "<a href='//evil.example'>shoe</a> &lt; %{x}"
    plot = draw_embedding(
        POINTS, LABELS, method="PCA", iteration=1, class_names=[link] * 3, is_true_label=True
    )
    for trace in plot.figure.data:
        assert html.unescape(trace.name) == link
        for text in (trace.name, trace.hovertemplate):
            assert not any(markup in text for markup in ("<a", "&lt;a &lt;", "%{x}"))
    assert "<a" not in texts(draw_waiting("UMAP", link))[0]


def test_all_points_lie_within_the_axes() -> None:
    layout = as_sent(draw_embedding(POINTS, LABELS, method="PCA", iteration=1))["layout"]
    for axis in ("xaxis", "yaxis"):
        low, high = layout[axis]["range"]
        assert low < 0
        assert high > 5


def test_a_single_place_still_has_an_axis() -> None:
    plot = draw_embedding(np.ones((4, 2), np.float32), LABELS, method="PCA", iteration=1)
    low, high = as_sent(plot)["layout"]["xaxis"]["range"]
    assert low < 1 < high


def test_many_clusters_have_no_legend() -> None:
    labels = np.arange(30) % 25
    plot = draw_embedding(np.zeros((30, 2), np.float32), labels, method="PCA", iteration=1)
    assert as_sent(plot)["layout"]["showlegend"] is False


def test_the_alternative_says_what_is_shown() -> None:
    plot = draw_embedding(POINTS, LABELS, method="PCA", iteration=1_021)
    assert plot.alternative == "PCA map of 4 samples at iteration 1,021, coloured by cluster."


def test_waiting_says_why() -> None:
    plot = draw_waiting("UMAP", "The first UMAP map takes some seconds")
    assert texts(plot) == ["The first UMAP map takes some seconds"]
    assert plot.alternative == "UMAP map: The first UMAP map takes some seconds"
    assert not plot.figure.data
