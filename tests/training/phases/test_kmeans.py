"""The k-means start alone, on a context without a trainer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from dec_core.analysis.signs import Evidence
from dec_core.analysis.verdict import Condition, StopReason, Verdict
from dec_core.data import Dataset
from dec_core.errors import DataError
from dec_core.events.events import KMEANS, CentersInitialized, FrameTaken, Phase, Progress
from dec_core.model import nearest_center
from dec_core.training.checkpoint import Checkpoint, Resumption
from dec_core.training.phases.kmeans import KMeansPhase
from tests.training.small_runs import blobs, clustering_loop, small_context


def test_it_runs_alone_and_sets_the_centres() -> None:
    context = small_context()
    loop = clustering_loop(context)
    phase = KMeansPhase(context, loop)
    *restarts, frame, found = phase.events()
    assert restarts == [Progress(Phase.KMEANS, 1, 2), Progress(Phase.KMEANS, 2, 2)]
    assert isinstance(frame, FrameTaken)
    assert isinstance(found, CentersInitialized)
    assert phase.ending is None
    assert frame.update == KMEANS
    assert phase.labels is frame.labels
    assert frame.labels.dtype == np.uint8
    expected = nearest_center(loop.evaluate_all().embedding, loop.centers)
    assert np.array_equal(frame.labels, expected)
    assert np.array_equal(frame.centers, loop.centers)
    assert phase.start.cluster_sizes == found.cluster_sizes == tuple(np.bincount(expected))
    assert phase.start.measures == found.measures
    assert found.measures.keys() >= {"acc", "nmi", "ari"}
    assert found.measures["data_silhouette"] > 0
    assert found.measures["embedding_silhouette"] > 0


def test_nothing_is_kept_on_the_way() -> None:
    context = small_context()
    phase = KMeansPhase(context, clustering_loop(context))
    assert [phase.checkpoint() for _ in phase.events()] == [None] * 4


@pytest.mark.parametrize(("phase_name", "n_events"), [("pretraining", 4), ("clustering", 0)])
def test_only_a_checkpoint_of_clustering_leaves_nothing_to_do(
    phase_name: str, n_events: int
) -> None:
    context = small_context()
    phase = KMeansPhase(context, clustering_loop(context))
    phase.restore(Resumption(Checkpoint(Phase(phase_name), context.config, {}, (), (), epoch=2)))
    assert len(list(phase.events())) == n_events
    assert phase.ending is None


def test_a_stop_ends_the_run_here() -> None:
    context = small_context({"clustering.kmeans_restarts": 100})
    phase = KMeansPhase(context, clustering_loop(context))
    for event in phase.events():
        assert event == Progress(Phase.KMEANS, 1, 100)
        context.requests.stop()
    assert phase.ending is not None
    assert phase.ending.stop_reason is StopReason.STOPPED
    assert phase.ending.judgement.verdict is Verdict.UNFINISHED


def test_an_embedding_that_is_not_finite_ends_the_run_here() -> None:
    x = np.eye(5, dtype=np.float32).repeat(60, axis=0)
    x[:100] = 3e38  # their sums are beyond float32
    context = small_context({"autoencoder.initializer": "he_normal"}, Dataset("far", x))
    phase = KMeansPhase(context, clustering_loop(context))
    assert list(phase.events()) == []
    assert phase.ending is not None
    assert phase.ending.stop_reason is StopReason.NOT_FINITE
    assert "embedding is not finite after pretraining" in phase.ending.judgement.sentence


def test_constant_data_are_refused() -> None:
    constant = Dataset("constant", np.full((50, 5), 0.7), source="a test")
    context = small_context(dataset=constant)
    with pytest.raises(DataError, match=r"distinct samples as clusters \(3\)\. They have 1\."):
        list(KMeansPhase(context, clustering_loop(context)).events())


class LoopOn:
    """A loop whose embedding, (n_samples, n_dimensions), is given."""

    def __init__(self, embedding: np.ndarray) -> None:
        self.embedding = embedding.astype(np.float32)
        self.layer = SimpleNamespace(cluster_centers=tf.Variable(np.zeros((3, 3), np.float32)))

    def evaluate_all(self) -> Any:
        return SimpleNamespace(embedding=self.embedding)

    def nearest_centers(self, embedding: np.ndarray) -> np.ndarray:
        return nearest_center(embedding, self.layer.cluster_centers.numpy())


# The last has four distinct rows, but float32 loses three of them beside the fourth.
FEW_POINTS = {
    "all samples in one point": (np.ones((300, 3)), "distinct_points", 1),
    "2 distinct points for 3 clusters": (np.eye(2, 3)[np.arange(300) % 2], "distinct_points", 2),
    "k-means found 2 of 3 clusters": (
        np.repeat([0.0, 1e-9, 1e-8, 1.0], 75)[:, None] * np.ones(3),
        "occupied_clusters",
        2,
    ),
}


@pytest.mark.parametrize("words", FEW_POINTS)
def test_too_few_points_of_distinct_data_are_a_dead_embedding(words: str) -> None:
    embedding, indicator, found = FEW_POINTS[words]
    phase = KMeansPhase(small_context(), LoopOn(embedding))  # type: ignore[arg-type]
    assert not [event for event in phase.events() if not isinstance(event, Progress)]
    assert phase.ending is not None
    stop_reason, judgement, iterations = phase.ending
    assert (stop_reason, iterations) == (StopReason.NOTHING_TO_CLUSTER, 0)
    assert (judgement.verdict, judgement.condition) == (Verdict.DEAD_EMBEDDING, Condition.BROKEN)
    assert judgement.evidence == (Evidence(indicator, found, 3, 0),)
    assert words in judgement.sentence
    assert judgement.sentence.endswith(" rate, for longer or with Adam.")


def test_a_dead_embedding_of_data_that_are_not_scaled_says_so() -> None:
    context = small_context(dataset=blobs(scale=1e4))
    phase = KMeansPhase(context, LoopOn(np.ones((300, 3))))  # type: ignore[arg-type]
    assert not list(phase.events())
    assert phase.ending is not None
    assert "scale them first" in phase.ending.judgement.sentence
