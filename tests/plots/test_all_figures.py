"""What holds for every figure: it can be drawn at any time, says what it shows, travels light."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dec_core.config import Config
from dec_core.events.events import (
    KMEANS,
    CentersInitialized,
    Event,
    FrameTaken,
    ParameterChanged,
    RunStarted,
    SamplesChosen,
)
from dec_core.events.view import View, replay
from dec_core.plots.agreement import draw_classes
from dec_core.plots.embedding import draw_embedding
from dec_core.plots.labels import draw_labels
from dec_core.plots.learning import draw_learning
from dec_core.plots.reconstructions import draw_reconstructions
from dec_core.plots.scores import draw_scores, draw_silhouette, draw_successive
from dec_core.plots.sizes import draw_sizes
from dec_core.plots.style import Plot
from tests.plots.figures import as_sent, lines, texts
from tests.plots.scripted import early_views, frames_of, scripted_frames, scripted_view

FIGURES: dict[str, Callable[[View], Plot]] = {
    "scores": draw_scores,
    "silhouette": draw_silhouette,
    "successive": draw_successive,
    "sizes": draw_sizes,
    "learning": draw_learning,
    "labels": lambda view: draw_labels(
        view, scripted_frames(), len(view.updates) - 1 if view.updates else None
    ),
    "classes": lambda view: draw_classes(
        view,
        scripted_frames(is_scored=view.has_labels),
        len(view.updates) - 1 if view.updates else None,
    ),
    "reconstructions": lambda view: draw_reconstructions(view, scripted_frames()),
}
CHANGE = ParameterChanged(10, "clustering.learning_rate", 0.05, 0.2)


@pytest.mark.parametrize("moment", early_views())
@pytest.mark.parametrize("name", FIGURES)
def test_views_before_the_first_update_can_be_drawn(name: str, moment: str) -> None:
    plot = FIGURES[name](early_views()[moment])
    assert plot.name == name
    assert as_sent(plot)["layout"]["title"]["text"]
    assert plot.alternative.endswith(".")


@pytest.mark.parametrize("name", sorted(FIGURES.keys() - {"learning", "labels", "classes"}))
def test_the_alternative_says_that_there_is_nothing_yet(name: str) -> None:
    assert "none yet" in FIGURES[name](View()).alternative


@pytest.mark.parametrize("is_scored", [True, False])
@pytest.mark.parametrize("name", FIGURES)
def test_titles_are_questions_with_a_reading_aid(name: str, is_scored: bool) -> None:
    sent = as_sent(FIGURES[name](scripted_view(is_scored=is_scored)))
    title, reading_aid = sent["layout"]["title"]["text"].split("<br>")
    assert title.startswith("<b>")
    assert title.endswith("?</b>")
    assert reading_aid
    assert sent["layout"]["meta"]["columns"]


@pytest.mark.parametrize("name", ["scores", "silhouette", "successive", "sizes"])
def test_changed_parameters_are_marked_with_their_new_value(name: str) -> None:
    unchanged, changed = (
        FIGURES[name](scripted_view(changes=changes)) for changes in ((), (CHANGE,))
    )
    assert not lines(unchanged, "dot")
    (line,) = lines(changed, "dot")
    assert (line["x0"], line["x1"]) == (10, 10)
    assert "rate 0.2" in texts(changed)


@pytest.mark.parametrize("name", FIGURES)
def test_figures_name_no_color_of_text_or_background(name: str) -> None:
    layout = as_sent(FIGURES[name](scripted_view()))["layout"]
    assert not layout.keys() & {"paper_bgcolor", "plot_bgcolor"}
    assert "color" not in layout["font"]


def big_run(n_samples: int = 70_000) -> list[Event]:
    labels = (np.arange(n_samples) % 10).astype(np.uint8)
    return [
        SamplesChosen(np.arange(4), None),
        RunStarted(Config(), "big", n_samples, 2, 4, False, None),
        FrameTaken(KMEANS, labels, *[np.zeros((4, 2), np.float32)] * 2),
        CentersInitialized(tuple(np.bincount(labels).tolist()), {}, seconds=1.0),
    ]


def test_many_labels_travel_as_typed_arrays() -> None:
    plot = draw_labels(replay(big_run()), frames_of(big_run()), None)
    (trace,) = as_sent(plot)["data"]
    assert trace["y"]["dtype"] == "i2"
    assert trace["marker"]["color"]["dtype"] == "u1"
    assert "x" not in trace
    # 3 bytes a sample, a third more as text.
    assert len(plot.figure.to_json()) < 5 * 70_000


def test_many_points_travel_as_typed_arrays() -> None:
    points = np.random.default_rng(0).normal(size=(4_000, 2)).astype(np.float32)
    plot = draw_embedding(points, np.arange(4_000) % 10, method="PCA", iteration=1)
    for trace in as_sent(plot)["data"]:
        assert trace["x"]["dtype"] == trace["y"]["dtype"] == "f4"
        assert "bdata" in trace["x"]


@pytest.mark.parametrize("name", ["scores", "successive", "sizes", "learning"])
def test_curves_travel_as_typed_arrays(name: str) -> None:
    for trace in as_sent(FIGURES[name](scripted_view()))["data"]:
        assert "bdata" in trace["x"]
        assert trace["y"]["dtype"] == "f4"
