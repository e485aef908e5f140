"""Where are the samples?"""

from __future__ import annotations

import html
from dataclasses import replace

import numpy as np
import pytest

from dec_core.events.view import fold
from dec_core.plots.embedding import doubt_about, draw_embedding, draw_waiting
from dec_core.plots.palette import cluster_colors, true_label_colors
from dec_core.plots.style import Plot
from tests.plots.figures import as_sent, by_name, texts
from tests.plots.scripted import scripted_view

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


SQUARE = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)


def scaled(factor: float) -> Plot:
    return draw_embedding(SQUARE * factor, LABELS, method="PCA", iteration=70, start=SQUARE)


def test_both_axes_have_the_same_unit() -> None:
    assert as_sent(scaled(1))["layout"]["yaxis"]["scaleanchor"] == "x"


def test_what_shrinks_is_drawn_small_and_said() -> None:
    plot = scaled(0.02)
    low, high = as_sent(plot)["layout"]["xaxis"]["range"]
    assert low < -1
    assert high > 1
    assert texts(plot) == ["Drawn at the scale of the k-means start: 1/50 as wide"]
    assert plot.alternative.endswith("1/50 as wide.")


def test_what_grows_is_drawn_whole_with_the_start_as_a_frame() -> None:
    plot = scaled(20)
    assert texts(plot) == ["20 times as wide as the k-means start (dashed)"]
    (frame,) = as_sent(plot)["layout"]["shapes"]
    assert (frame["x0"], frame["x1"], frame["y0"], frame["y1"]) == (-1, 1, -1, 1)


def test_a_map_that_is_many_times_as_wide_says_so_in_a_number_one_can_read() -> None:
    assert texts(scaled(1e6)) == ["more than 1,000 times as wide as the k-means start (dashed)"]


def test_a_map_of_about_the_start_s_width_needs_no_words() -> None:
    assert not texts(scaled(1.5))
    assert not texts(scaled(0.5))


def test_identical_points_and_a_start_in_one_point_can_be_drawn() -> None:
    assert "less than a thousandth" in texts(scaled(0))[0]
    point = np.zeros((4, 2), np.float32)
    assert not texts(draw_embedding(point, LABELS, method="PCA", iteration=1, start=point))


@pytest.mark.parametrize(
    ("measures", "words"),
    [
        ({"effective_clusters": 1.0, "embedding_spread": 9.0}, "One cluster holds nearly all"),
        ({"effective_clusters": 3.0, "embedding_spread": 0.001}, "almost in one point"),
        ({"effective_clusters": 3.0, "embedding_spread": 0.5}, ""),
    ],
)
def test_shapes_that_mean_nothing_are_called_noise(measures: dict[str, float], words: str) -> None:
    view = scripted_view()
    last = view.updates[-1]
    late = replace(last, update=last.update + 1, measures={**last.measures, **measures})
    doubt = doubt_about(fold(view, late), late.update)
    assert words in doubt
    assert bool(words) is bool(doubt)


IDS = np.array([3, 7, 8, 1_200])


def test_the_pointer_learns_number_and_cluster_of_a_sample() -> None:
    plot = draw_embedding(POINTS, LABELS, method="PCA", iteration=1, sample_ids=IDS)
    trace = by_name(plot.figure)["2"]
    assert trace.customdata.tolist() == [[7, 2], [1_200, 2]]
    assert trace.hovertemplate.startswith("sample %{customdata[0]:,}, cluster %{customdata[1]}<")


def test_the_pointer_learns_cluster_and_true_label() -> None:
    plot = draw_embedding(
        POINTS,
        np.array([0, 1, 0, 1]),
        method="PCA",
        iteration=1,
        class_names=("shoe", "bag"),
        is_true_label=True,
        sample_ids=IDS,
        clusters=LABELS,
    )
    trace = by_name(plot.figure)["bag"]
    assert trace.customdata.tolist() == [[7, 2], [1_200, 2]]
    assert "cluster %{customdata[1]}, true label bag<" in trace.hovertemplate


LINE = np.array([[-3, 0], [0, 0], [1, 0], [2, 0]], np.float32)


def test_samples_on_one_line_are_drawn_along_one_axis_with_heights_that_are_said() -> None:
    plot = draw_embedding(LINE * np.float32(0.5), LABELS, method="PCA", iteration=1, start=LINE)
    sent = as_sent(plot)["layout"]
    assert sent["title"]["text"].endswith("all lie on one line, heights are random")
    assert sent["xaxis"]["title"]["text"] == "first principal component"
    assert "scaleanchor" not in sent["yaxis"]
    assert sent["meta"]["columns"] == {"x": "x"}
    x, y = (np.concatenate([trace[axis] for trace in plot.figure.data]) for axis in "xy")
    assert sorted(x) == sorted(LINE[:, 0] * np.float32(0.5))
    assert len(np.unique(y)) == 4
    assert np.abs(y).max() < sent["yaxis"]["range"][1]


def test_a_line_that_grew_has_the_start_as_a_frame() -> None:
    plot = draw_embedding(LINE * 10, LABELS, method="PCA", iteration=1, start=LINE)
    layout = as_sent(plot)["layout"]
    (frame,) = layout["shapes"]
    assert (frame["x0"], frame["x1"]) == (-3, 2)
    assert frame["y0"] < 0 < frame["y1"]
    # Below the points stand the numbers of the axis.
    (note,) = layout["annotations"]
    assert (note["y"], note["yanchor"]) == (1, "top")


def test_a_map_that_fell_onto_a_line_keeps_the_axes_of_its_start() -> None:
    sent = as_sent(draw_embedding(LINE, LABELS, method="PCA", iteration=1, start=SQUARE))["layout"]
    assert "one line" not in sent["title"]["text"]
    assert sent["yaxis"]["scaleanchor"] == "x"
