"""Which cluster is each sample in?"""

from __future__ import annotations

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.events.frames import MemoryFrames
from dec_core.plots.labels import JITTER, SPACING, draw_labels, draw_unreadable, jittered, numbered
from dec_core.plots.palette import cluster_colors
from tests.plots.figures import texts
from tests.plots.scripted import (
    START_SIZES,
    events,
    framed,
    frames_of,
    labels_of,
    scripted_frames,
    scripted_view,
)

FRAMES = scripted_frames()


@pytest.mark.parametrize("n_clusters", [2, 10, 200])
def test_rounding_a_height_gives_the_label_back(n_clusters: int) -> None:
    labels = np.random.default_rng(0).integers(0, n_clusters, 5_000).astype(np.uint8)
    heights = jittered(labels)
    assert heights.dtype == np.int16
    np.testing.assert_array_equal(np.rint(heights / SPACING), labels)
    assert np.abs(heights - labels.astype(int) * SPACING).max() <= JITTER
    # The jitter spreads over the whole band, otherwise the points hide each other.
    assert len(np.unique(heights - labels.astype(int) * SPACING)) > JITTER


@pytest.mark.parametrize("n_clusters", [2, 6, 7, 10, 200])
def test_at_most_six_clusters_are_numbered_the_first_among_them(n_clusters: int) -> None:
    shown = numbered(n_clusters)
    assert shown[0] == 0
    assert min(n_clusters, 4) <= len(shown) <= 6
    assert shown[-1] < n_clusters


def test_a_sample_keeps_its_jitter_when_its_label_changes() -> None:
    first, second = np.zeros(50, np.uint8), np.full(50, 3, np.uint8)
    np.testing.assert_array_equal(jittered(second) - jittered(first), 3 * SPACING)


def test_every_sample_is_drawn_after_k_means_and_after_the_update() -> None:
    figure = draw_labels(scripted_view(), FRAMES, 1).figure
    assert [trace.name for trace in figure.data] == ["after k-means", "at iteration 10"]
    for trace, expected in zip(
        figure.data, (labels_of(START_SIZES), framed(1).labels), strict=True
    ):
        np.testing.assert_array_equal(trace.marker.color, expected)
        np.testing.assert_array_equal(np.rint(trace.y / SPACING), expected)
        assert (trace.x0, trace.dx) == (0, 1)
    assert [trace.xaxis for trace in figure.data] == ["x", "x2"]


def test_a_label_has_the_color_of_its_cluster() -> None:
    marker = draw_labels(scripted_view(), FRAMES, 1).figure.data[0].marker
    colors = cluster_colors(3)
    for label, color in enumerate(colors):
        place = (label - marker.cmin) / (marker.cmax - marker.cmin)
        below = [stop for stop, stop_color in marker.colorscale if stop_color == color]
        assert min(below) < place < max(below)


def test_k_means_alone() -> None:
    plot = draw_labels(scripted_view(), FRAMES, None)
    assert [trace.name for trace in plot.figure.data] == ["after k-means"]
    assert texts(plot) == ["after k-means"]


def test_for_an_update_whose_labels_were_thinned_out_the_nearest_earlier_ones_stand() -> None:
    view = scripted_view(n_updates=5)
    frames = frames_of([*events(n_updates=2), framed(4)])
    for update, iteration in ((4, 40), (3, 10), (2, 10), (1, 10), (0, 0)):
        plot = draw_labels(view, frames, update)
        name = f"at iteration {iteration}"
        assert [trace.name for trace in plot.figure.data] == ["after k-means", name]
        assert texts(plot) == ["after k-means", name]
    np.testing.assert_array_equal(
        draw_labels(view, frames, 3).figure.data[1].marker.color, framed(1).labels
    )


def test_a_view_without_any_labels_of_updates_shows_k_means_alone() -> None:
    plot = draw_labels(scripted_view(n_updates=1), scripted_frames(n_updates=0), 0)
    assert [trace.name for trace in plot.figure.data] == ["after k-means"]


def test_labels_that_cannot_be_read_are_no_figure() -> None:
    with pytest.raises(RunError, match="k-means start are not kept"):
        draw_labels(scripted_view(), MemoryFrames(), 1)
    reason = "labels-000000.frames is damaged (an array is not what was <written>). Copy it again."
    plot = draw_unreadable(reason)
    assert plot.name == "labels"
    assert plot.alternative == f"Labels: {reason}"
    assert not plot.figure.data
    (said,) = texts(plot)
    assert said.replace("<br>", " ") == reason.replace("<written>", "&lt;written>")


def test_the_alternative_counts_the_occupied_clusters() -> None:
    assert draw_labels(scripted_view(), FRAMES, 2).alternative == (
        "Clusters of all samples: after k-means, 3 occupied; at iteration 20, 1 occupied."
    )
