"""Verdicts on real runs whose fault lies in their settings, or that have none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from dec_core.analysis.verdict import Condition, Judgement, Verdict
from dec_core.config import Config
from dec_core.data import Dataset, load
from dec_core.events.view import View, replay
from dec_core.training.trainer import train
from tests.training.small_runs import blobs, small_config

_FEW: Mapping[str, Any] = {"clustering.kmeans_restarts": 5, "data.n_samples": 900}


def digits(values: Mapping[str, Any]) -> View:
    """A run on 900 digits, with the settings of the first click otherwise."""
    config = Config().with_values({**_FEW, **values})
    return replay(train(config, load(config.data, config.seed)))


def judged(view: View) -> Judgement:
    judgement = view.judgement
    assert judgement is not None
    return judgement


def test_clusters_beyond_those_there_are_merge_without_harm() -> None:
    values = {
        "clustering.n_clusters": 60,
        "clustering.learning_rate": 0.3,
        "clustering.update_interval": 10,
        "clustering.max_iterations": 400,
    }
    view = digits(values)
    assert view.start is not None
    last = view.updates[-1]
    assert last.measures["occupied_clusters"] < 55
    assert last.measures["acc"] > view.start.measures["acc"] + 0.1
    assert judged(view).condition is not Condition.BROKEN


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {
                "autoencoder.units": "10",
                "pretraining.epochs": 4,
                "pretraining.batch_size": 65_536,
                "pretraining.learning_rate": 10,
                "clustering.max_iterations": 60,
            },
            "on a dead embedding",
        ),
        (
            {
                "autoencoder.units": "64,64,64,64,64,64",
                "pretraining.epochs": 3,
                "clustering.max_iterations": 60,
            },
            "as near to one cluster as to any other",
        ),
    ],
)
def test_an_autoencoder_that_learned_nothing_is_no_success(
    values: Mapping[str, Any], words: str
) -> None:
    judgement = judged(digits(values))
    assert judgement.verdict is Verdict.DEAD_EMBEDDING
    assert words in judgement.sentence


@pytest.mark.parametrize(
    "values",
    [
        {"clustering.update_interval": 1, "clustering.learning_rate": 1e-4},
        {"clustering.target": "per-batch", "clustering.batch_size": 1},
        {"clustering.learning_rate": 1e-6},
    ],
)
def test_a_stop_rule_that_fires_before_anything_was_learned(values: Mapping[str, Any]) -> None:
    view = digits({"clustering.tol": 0.01, **values})
    judgement = judged(view)
    assert judgement.verdict is Verdict.PREMATURE
    assert judgement.sentence.startswith("Stopped too early")


def test_labels_that_stand_still_have_settled_whatever_the_tolerance_is() -> None:
    values = {"clustering.tol": 0.0, "clustering.max_iterations": 300, "pretraining.epochs": 60}
    view = replay(train(small_config(values), blobs()))
    judgement = judged(view)
    assert judgement.verdict is Verdict.CONVERGED
    assert judgement.sentence.startswith("No label has changed since")


def test_data_that_are_not_scaled_are_named_as_the_reason() -> None:
    values = {"pretraining.optimizer": "sgd", "pretraining.learning_rate": 1.0}
    unscaled = blobs(scale=1e5)
    judgement = judged_at_its_end(small_config(values), unscaled)
    assert judgement.verdict is Verdict.DIVERGED
    largest = f"{np.abs(unscaled.x).max():,.4g}"
    assert f"The data reach {largest}: scale them first" in judgement.sentence
    # Where the data are scaled, it is the rate.
    much = small_config({**values, "pretraining.learning_rate": 10.0, "pretraining.epochs": 50})
    judgement = judged_at_its_end(much, blobs())
    assert judgement.verdict is Verdict.DIVERGED
    assert "scale" not in judgement.sentence
    assert "Lower the learning rate of pretraining." in judgement.sentence


def judged_at_its_end(config: Config, dataset: Dataset) -> Judgement:
    """Also of a run that ended before its first update."""
    view = replay(train(config, dataset))
    assert view.finished is not None
    return view.finished.judgement
