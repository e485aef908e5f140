"""Figures as plain values: plotly itself finds nothing wrong with them and writes the same."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from dec_core.events.events import ParameterChanged
from dec_core.plots.embedding import draw_embedding, draw_waiting
from dec_core.plots.figure import Figure
from dec_core.plots.learning import draw_pretraining
from dec_core.plots.style import Plot
from tests.plots.scripted import reconstructed, scripted_view
from tests.plots.test_all_figures import FIGURES
from tests.plots.test_comparison import agreement_plot
from tests.plots.test_reconstructions import drawn as drawn_with

CHANGE = ParameterChanged(10, "clustering.learning_rate", 0.05, 0.2)
POINTS = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)


def all_plots() -> dict[str, Plot]:
    view = scripted_view(changes=(CHANGE,))
    labels, ids = np.arange(40) % 10, np.arange(40)
    return {
        **{name: draw(view) for name, draw in FIGURES.items()},
        "pretraining": draw_pretraining(view),
        "embedding": draw_embedding(
            POINTS, labels, method="PCA", iteration=1, sample_ids=ids, start=9 * POINTS, doubt="no"
        ),
        "waiting": draw_waiting("PCA", "Waits"),
        "images": drawn_with(reconstructed(image_shape=(2, 2, 3))),
        "features": drawn_with(reconstructed()),
        "agreement": agreement_plot(),
    }


def sent(figure: Figure) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(figure.to_json())
    return content


@pytest.mark.parametrize("name", all_plots())
def test_plotly_finds_nothing_wrong_and_writes_the_same(name: str) -> None:
    figure = all_plots()[name].figure
    checked = json.loads(go.Figure(figure.data, {**figure.layout, "template": "none"}).to_json())
    del checked["layout"]["template"]
    assert sent(figure) == checked


def test_what_is_merged_keeps_what_it_does_not_name() -> None:
    figure = Figure(margin={"t": 1, "b": 2}, meta={"columns": {}})
    figure.update_layout(margin={"t": 3}, xaxis2={"domain": [0, 1]})
    figure.update_xaxes(title="epoch")
    figure.layout.meta = {**figure.layout.meta, "runs": True}
    assert figure.layout.margin == {"t": 3, "b": 2}
    assert figure.layout.xaxis == {"title": {"text": "epoch"}}
    assert figure.layout.xaxis2 == {"domain": [0, 1], "title": {"text": "epoch"}}
    assert figure.layout.meta == {"columns": {}, "runs": True}
    assert figure.layout.yaxis is None


def test_numbers_that_are_not_finite_are_null_outside_arrays() -> None:
    figure = Figure(xaxis={"range": [float("nan"), np.float32(2)]})
    figure.add_scatter(y=np.array([np.inf], np.float32), x=[1, float("inf")])
    (trace,) = sent(figure)["data"]
    assert sent(figure)["layout"]["xaxis"]["range"] == [None, 2]
    assert trace["x"] == [1, None]
    assert trace["y"]["dtype"] == "f4"


@pytest.mark.parametrize(("largest", "kind"), [(127, "i1"), (128, "i2"), (40_000, "i4")])
def test_wide_integers_travel_in_the_narrowest_type(largest: int, kind: str) -> None:
    figure = Figure()
    figure.add_scatter(x=np.array([[0, largest]]))
    assert sent(figure)["data"][0]["x"]["dtype"] == kind
    assert sent(figure)["data"][0]["x"]["shape"] == "1, 2"


def test_what_plotlyjs_has_no_type_for_travels_as_a_list() -> None:
    figure = Figure()
    figure.add_scatter(x=np.array([2**40]), y=np.array(["a"]), customdata=np.array([]))
    (trace,) = sent(figure)["data"]
    assert (trace["x"], trace["y"], trace["customdata"]) == ([2**40], ["a"], [])


def test_a_figure_can_be_sent_to_another_process() -> None:
    figure = all_plots()["sizes"].figure
    assert pickle.loads(pickle.dumps(figure)).to_json() == figure.to_json()


def test_an_unknown_method_is_an_error() -> None:
    with pytest.raises(AttributeError, match="no draw_circle"):
        Figure().draw_circle()
