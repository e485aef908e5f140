"""Is it still learning?"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dec_core.config import Config
from dec_core.events.events import (
    ParameterChanged,
    PretrainingEpochEnded,
    RunStarted,
    TargetUpdated,
)
from dec_core.events.view import replay
from dec_core.plots.learning import draw_learning, draw_pretraining, learning_curves
from tests.plots.figures import as_sent, by_name, lines
from tests.plots.scripted import early_views, events, scripted_view, updated


def test_before_the_first_epoch_words_stand_in_the_place_of_axes() -> None:
    layout = as_sent(draw_pretraining(replay(events()[:2])))["layout"]
    assert [one["text"] for one in layout["annotations"]] == ["Waits for the first epoch"]
    assert layout["xaxis"]["visible"] is False


def test_curves_leave_out_the_first_update() -> None:
    numbers = learning_curves(scripted_view())
    assert numbers.epochs.tolist() == [1, 2]
    np.testing.assert_allclose(numbers.pretraining_loss, [0.5, 0.25])
    assert numbers.iterations.tolist() == [10, 20]
    np.testing.assert_allclose(numbers.loss, [0.5, 0.25])
    np.testing.assert_allclose(numbers.delta_label, [0.125, 0.25 / 3], rtol=1e-6)
    assert numbers.tol == 0.02


def test_four_curves_on_four_pairs_of_axes() -> None:
    traces = by_name(draw_learning(scripted_view()).figure)
    assert {name: trace.xaxis for name, trace in traces.items()} == {
        "pretraining loss": "x",
        "clustering loss": "x2",
        "label changes": "x3",
        "embedding spread": "x4",
    }
    np.testing.assert_allclose(traces["label changes"].y, [0.125, 0.25 / 3], rtol=1e-6)


def test_the_reconstruction_error_of_clustering_stands_beside_that_of_pretraining() -> None:
    along = [
        replace(one, measures={**one.measures, "reconstruction_loss": 0.125})
        if isinstance(one, TargetUpdated)
        else one
        for one in events()
    ]
    plot = draw_learning(replay(along))
    trace = by_name(plot.figure)["reconstruction error"]
    assert (trace.xaxis, trace.y.tolist()) == ("x5", [0.125, 0.125])
    layout = as_sent(plot)["layout"]
    places = [layout[f"xaxis{number}"]["domain"] for number in ("", 5, 2, 3, 4)]
    assert all(before[1] < after[0] for before, after in pairwise(places))
    assert "clustering loss 0.25, reconstruction error 0.125, label changes" in plot.alternative


def test_the_tolerance_is_a_dashed_line_over_the_label_changes() -> None:
    (line,) = lines(draw_learning(scripted_view()), "dash")
    assert (line["y0"], line["y1"], line["yref"]) == (0.02, 0.02, "y3")


def test_a_tolerance_below_one_sample_is_drawn_where_no_change_is() -> None:
    change = ParameterChanged(10, "clustering.tol", 0.02, 1e-9)
    plot = draw_learning(scripted_view(changes=[change]))
    (line,) = lines(plot, "dash")
    axis = as_sent(plot)["layout"]["yaxis3"]
    assert axis["ticktext"][0] == "0"
    assert line["y0"] == axis["tickvals"][0] > 0


def test_one_changed_sample_is_not_drawn_as_none() -> None:
    view = scripted_view()
    assert view.started is not None
    zero = as_sent(draw_learning(view))["layout"]["yaxis3"]["tickvals"][0]
    assert zero < 1 / view.started.n_samples


def test_the_tolerance_line_follows_a_live_change() -> None:
    change = ParameterChanged(10, "clustering.tol", 0.02, 0.1)
    (line,) = lines(draw_learning(scripted_view(changes=[change])), "dash")
    assert line["y0"] == 0.1


def test_without_a_tolerance_there_is_no_line() -> None:
    change = ParameterChanged(10, "clustering.tol", 0.02, 0.0)
    assert not lines(draw_learning(scripted_view(changes=[change])), "dash")


@pytest.mark.parametrize("tol", [0.0, 0.02, 0.5])
def test_no_change_at_all_still_has_a_place_on_the_logarithmic_axis(tol: float) -> None:
    unchanged = replace(updated(2), measures={**updated(2).measures, "delta_label": 0.0})
    change = ParameterChanged(10, "clustering.tol", 0.02, tol)
    plot = draw_learning(replay([*events(n_updates=2)[:-1], unchanged, change]))
    low, high = as_sent(plot)["layout"]["yaxis3"]["range"]
    heights = np.log10(by_name(plot.figure)["label changes"].y)
    assert low <= heights[-1] == heights.min() < high
    assert plot.alternative.count("label changes 0.00%") == 1


def test_the_alternative_carries_the_current_figures() -> None:
    assert draw_learning(scripted_view()).alternative == (
        "Pretraining loss 0.25; clustering loss 0.25, label changes 8.33% (tolerance 2.00%), "
        "embedding spread 1.02 at iteration 20."
    )


@pytest.mark.parametrize("moment", ["nothing", "started"])
def test_before_the_first_epoch_there_are_no_figures(moment: str) -> None:
    assert draw_learning(early_views()[moment]).alternative == "Losses: none yet."


def test_the_losses_of_layers_stand_apart_from_those_of_all() -> None:
    config = Config().with_values(
        {
            "pretraining.kind": "layer-wise",
            "pretraining.layer_epochs": 2,
            "pretraining.epochs": 1,
            "autoencoder.units": (8, 3),
        }
    )
    _, start, *_ = events()
    assert isinstance(start, RunStarted)
    ended = [(1, 1, 0.5), (2, 1, 0.25), (3, 2, 0.125), (4, 2, 0.0625), (5, None, 0.5)]
    epochs = [PretrainingEpochEnded(at, 5, loss, 1.0 * at, layer) for at, layer, loss in ended]
    view = replay([replace(start, config=config), *epochs])
    for draw in (draw_pretraining, draw_learning):
        plot = draw(view)
        curves = {name: trace.x.tolist() for name, trace in by_name(plot.figure).items()}
        expected = {"loss of layer 1": [1, 2], "loss of layer 2": [3, 4], "pretraining loss": [5]}
        assert {name: curves[name] for name in expected} == expected
        assert plot.alternative.startswith("Pretraining loss 0.5")
        # No parts of an epoch, of which there are few.
        assert as_sent(plot)["layout"]["xaxis"]["dtick"] == 1
    layout = as_sent(draw_pretraining(view))["layout"]
    names = [one["text"] for one in layout["annotations"]]
    assert [name for name in names if "layer" in name] == ["layer 1", "layer 2", "all layers"]
    assert layout["yaxis"]["type"] == "log"
    ticks = dict(zip(layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"], strict=True))
    assert [ticks[tick] for tick in (0.05, 0.1, 0.2)] == ["0.05", "0.1", "0.2"]
    assert layout["xaxis"]["range"] == [0, 5.5]
    early = draw_pretraining(replay([replace(start, config=config), *epochs[:3]]))
    assert early.alternative == "Pretraining loss of layer 2 0.125."
