"""Which cluster holds which class?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dec_core.events.events import KMEANS, FrameTaken, SamplesChosen
from dec_core.events.frames import MemoryFrames
from dec_core.events.view import View
from dec_core.plots.agreement import draw_classes
from dec_core.plots.style import Plot
from tests.plots.figures import as_sent, texts
from tests.plots.scripted import (
    centers,
    embedding,
    events,
    frames_of,
    scripted_frames,
    scripted_view,
)


def cells(plot: Plot) -> dict[tuple[str, str], tuple[int, float]]:
    """Samples and share of each true label and cluster."""
    (heat,) = plot.figure.data
    return {
        (str(row), str(column)): (int(count), float(share))
        for row, column, count, share in zip(heat.y, heat.x, heat.customdata, heat.z, strict=True)
    }


def test_counts_and_shares_of_every_class_in_every_cluster() -> None:
    # Five shoes and then three bags; clusters of 4, 3 and 1 samples in that order.
    plot = draw_classes(scripted_view(), scripted_frames(), 0)
    assert cells(plot) == {
        ("shoe", "0"): (4, pytest.approx(0.8)),
        ("shoe", "1"): (1, pytest.approx(0.2)),
        ("shoe", "2"): (0, 0),
        ("bag", "0"): (0, 0),
        ("bag", "1"): (2, pytest.approx(2 / 3)),
        ("bag", "2"): (1, pytest.approx(1 / 3)),
    }
    assert list(plot.figure.data[0].text) == ["4", "1", "", "", "2", "1"]
    assert plot.alternative == (
        "Classes by cluster at iteration 0: 75.0% of the samples are in the cluster matched to "
        "their class; shoe mostly in 0 (80%), bag mostly in 1 (67%)."
    )


def test_matched_clusters_lie_on_the_diagonal() -> None:
    frames = frames_of([*events(n_updates=0), SamplesChosen(np.arange(8), np.repeat([1, 0], 4))])
    layout = as_sent(draw_classes(scripted_view(n_updates=0), frames, None))["layout"]
    assert layout["yaxis"]["categoryarray"] == ["shoe", "bag"]
    # After k-means the first four are in cluster 0; the others in 1 and 2, two in each.
    assert layout["xaxis"]["categoryarray"] == ["1", "0", "2"]
    assert "after k-means" in layout["title"]["text"]


def test_lost_clusters_have_a_column() -> None:
    plot = draw_classes(scripted_view(), scripted_frames(), 2)
    assert {column for _, column in cells(plot)} == {"0", "1", "2"}
    assert cells(plot)["bag", "0"] == (3, 1)


def test_names_of_classes_are_no_markup_and_long_numbers_need_room() -> None:
    view = scripted_view()
    assert view.started is not None
    named = replace(view, started=replace(view.started, class_names=("<b>x", "y")))
    assert set(draw_classes(named, scripted_frames(), 0).figure.data[0].y) == {"&lt;b>x", "y"}
    many = np.repeat(np.arange(14), 1_000)
    taken = SamplesChosen(np.arange(8), many), FrameTaken(KMEANS, many, embedding(0), centers(0))
    crowded = draw_classes(_with_classes(view, 14, 14), frames_of(taken), None)
    assert not any(crowded.figure.data[0].text)


def test_without_true_labels_or_with_too_many_classes_there_is_a_sentence() -> None:
    for plot in (
        draw_classes(scripted_view(is_scored=False), scripted_frames(is_scored=False), 0),
        draw_classes(View(), MemoryFrames(), None),
        draw_classes(_with_classes(scripted_view(), 201, 3), scripted_frames(), 0),
    ):
        assert not plot.figure.data
        assert texts(plot)
    assert "201 classes are too many" in plot.alternative


def _with_classes(view: View, n_classes: int, n_clusters: int) -> View:
    assert view.started is not None and view.centers is not None
    return replace(
        view,
        started=replace(view.started, class_names=tuple(map(str, range(n_classes)))),
        centers=replace(view.centers, cluster_sizes=(1,) * n_clusters),
    )
