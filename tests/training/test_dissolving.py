"""Clusters that are dissolved within a run: which, and that they never come back."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from dec_core.config import SmallDissolving
from dec_core.events.events import (
    ClustersDissolved,
    EncoderReset,
    Event,
    FrameTaken,
    TargetUpdated,
)
from dec_core.model import DISSOLVED, is_dissolved
from dec_core.training.compiled_clustering import Evaluation
from dec_core.training.dissolving import too_small
from tests.training.small_runs import of_kind, run

SMALL = {
    "clustering.n_clusters": 8,
    "clustering.dissolve": "small",
    "clustering.dissolve_below": 0.8,
    "clustering.learning_rate": 0.05,
    "clustering.max_iterations": 120,
}


def test_those_below_their_part_are_dissolved() -> None:
    sizes = (4, 5, 0, 0, 91)
    labels = np.repeat(np.arange(5), sizes).astype(np.int32)
    evaluation = Evaluation(np.zeros((100, 1), np.float32), np.ones((100, 5), np.float32), labels)
    centers = np.zeros((5, 2), np.float32)
    centers[3] = DISSOLVED
    began = (10, 10, 10, 10, 60)
    settings = SmallDissolving(dissolve_below=0.5)
    assert too_small(settings, evaluation, began, centers).tolist() == [0, 2]
    unknown = evaluation._replace(q=np.full((100, 5), np.nan, np.float32))
    assert not len(too_small(settings, unknown, began, centers))


@cache
def events_of(optimizer: str, reset: str, weight: float) -> list[Event]:
    rate = 0.01 if optimizer == "adam" else 0.05
    return run(
        {
            **SMALL,
            "clustering.optimizer": optimizer,
            "clustering.learning_rate": rate,
            "clustering.neighbor_weight": weight,
            "clustering.reset": reset,
            **({"clustering.reset_every": 8} if reset == "soft" else {}),
        }
    )


@pytest.mark.parametrize(
    ("optimizer", "reset", "weight"),
    [("sgd", "none", 1.0), ("adam", "soft", 1.0), ("adam", "none", 0.0)],
)
def test_a_dissolved_cluster_never_comes_back(optimizer: str, reset: str, weight: float) -> None:
    events = events_of(optimizer, reset, weight)
    dissolved = of_kind(events, ClustersDissolved)
    assert dissolved
    lost: set[int] = set()
    for event in events:
        match event:
            case ClustersDissolved():
                assert not lost & set(event.clusters)
                lost |= set(event.clusters)
                assert event.n_left == 8 - len(lost)
            case FrameTaken() if event.update >= 0:
                assert set(np.flatnonzero(is_dissolved(event.centers))) == lost
                assert not lost & set(event.labels.tolist())
            case TargetUpdated():
                assert event.is_finite
                assert event.measures["occupied_clusters"] == 8 - len(lost)
                assert event.measures["center_distance"] < 1e6
            case EncoderReset():
                assert all(event.cluster_sizes[cluster] == 0 for cluster in lost)
    assert bool(of_kind(events, EncoderReset)) is (reset == "soft")


def test_the_event_stands_before_its_update() -> None:
    events = [
        event
        for event in events_of("sgd", "none", 1.0)
        if isinstance(event, ClustersDissolved | TargetUpdated)
    ]
    for one, following in pairwise(events):
        if isinstance(one, ClustersDissolved):
            assert isinstance(following, TargetUpdated)
            assert following.iteration == one.iteration
            assert all(following.cluster_sizes[cluster] == 0 for cluster in one.clusters)
