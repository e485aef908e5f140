"""What is measured: two networks, one set of settings, and this project's own loops on them.

Every contender is built once, warmed up until nothing is left to compile, and then gives the
seconds of one repetition each time that it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, cast

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from dec_core.analysis.labeling import Clustering
from dec_core.analysis.measures import measure
from dec_core.analysis.structure import DataSpace
from dec_core.config import (
    ClusteringSettings,
    ConvNetwork,
    DenseNetwork,
    PretrainingSettings,
    get_preset,
)
from dec_core.model import build_autoencoder, build_clustering_model
from dec_core.training.batches import Batches
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.pace import Pace
from dec_core.training.resident import ResidentSamples

SEED = 0
BATCH_SIZE = 256
UPDATE_INTERVAL = 140
CONV = "convolutional"
# Two of the pace's first chunks: one is compiled, the other tells it the speed.
WARM_UP_STEPS = 16
Network = DenseNetwork | ConvNetwork
NETWORKS: dict[str, Network] = {
    name: cast(Network, get_preset(preset).config.autoencoder)
    for name, preset in (("seed", "r-port"), ("reference", "dec-keras"), (CONV, "convdec"))
}
PRETRAINING = PretrainingSettings(
    optimizer="sgd", learning_rate=1.0, momentum=0.9, batch_size=BATCH_SIZE, shuffle=True
)
CLUSTERING = ClusteringSettings(
    optimizer="sgd",
    learning_rate=0.01,
    momentum=0.9,
    batch_size=BATCH_SIZE,
    update_interval=UPDATE_INTERVAL,
)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Cycle:
    """Seconds of one update of the target and of one gradient step."""

    update: float
    step: float

    def seconds(self, interval: int = UPDATE_INTERVAL) -> float:
        """One update and ``interval`` steps."""
        return self.update + interval * self.step

    @property
    def per_iteration(self) -> float:
        """Seconds per iteration, the update included."""
        return self.seconds() / UPDATE_INTERVAL


def timed(action: Callable[[], Any]) -> float:
    """Seconds that ``action`` takes."""
    started = perf_counter()
    action()
    return perf_counter() - started


def clustering_model(n_features: int, settings: Network) -> keras.Model:
    """The clustering model with weights that depend on nothing but the settings."""
    keras.utils.set_random_seed(SEED)
    encoder = build_autoencoder(n_features, settings, SEED).encoder
    return build_clustering_model(encoder, CLUSTERING)


class OurPretraining:
    """``PretrainingLoop`` in chunks, as the trainer drives it."""

    def __init__(self, settings: Network, x: ResidentSamples) -> None:
        model = build_autoencoder(int(x.values.shape[1]), settings, SEED).model
        self._loop = PretrainingLoop(model, x, PRETRAINING, SEED)
        self._pace = Pace()
        self._epochs = 0
        self._run(0, WARM_UP_STEPS)

    def __call__(self) -> float:
        """Seconds of one epoch."""
        first = self._epochs * self._loop.batches.per_pass
        self._epochs += 1
        return timed(lambda: self._run(first, self._loop.batches.per_pass))

    def _run(self, first: int, count: int) -> None:
        for step, steps in chunks(self._pace, self._loop.batches, first, count):
            self._pace.record(steps, timed(partial(self._loop.run, step, steps)))


class OurClustering:
    """``ClusteringLoop``: all data evaluated, the target, then steps in chunks."""

    def __init__(self, settings: Network, x: ResidentSamples) -> None:
        n_samples, n_features = (int(size) for size in x.values.shape)
        self._loop = ClusteringLoop(clustering_model(n_features, settings), x, CLUSTERING, SEED)
        self._pace = Pace()
        self._iteration = 0
        self._labels: NDArray[np.uint8] = np.zeros(n_samples, np.uint8)
        self(WARM_UP_STEPS)

    def __call__(self, steps: int) -> Cycle:
        """Seconds of one update and, over ``steps`` steps, of one step."""
        update = timed(self._update)
        first, self._iteration = self._iteration, self._iteration + steps
        return Cycle(update, timed(lambda: self._run(first, steps)) / steps)

    def judge_seconds(self, y: NDArray[np.int64], space: DataSpace) -> float:
        """Seconds of the measures that the trainer takes per update."""
        previous, self._labels = self._labels, self._new_labels
        clustering = self._clustering(previous, y, space)
        return timed(lambda: (clustering.is_finite, measure(clustering)))

    def separation_seconds(self, y: NDArray[np.int64], space: DataSpace) -> float:
        """Seconds of those among them that tell how far the clusters stand apart."""
        clustering = self._clustering(self._labels, y, space)
        return timed(lambda: (clustering.data_separation, clustering.embedding_separation))

    def _update(self) -> None:
        self._embedding, self._q, labels = self._loop.evaluate_all()
        self._new_labels = labels.astype(np.uint8)
        self._target = self._loop.target(self._q)
        self._p = tf.constant(self._target)

    def _run(self, first: int, count: int) -> None:
        for step, steps in chunks(self._pace, self._loop.batches, first, count):
            seconds = timed(partial(self._loop.run, self._p, step, steps))
            self._pace.record(steps, seconds)

    def _clustering(
        self, previous: NDArray[np.uint8], y: NDArray[np.int64], space: DataSpace
    ) -> Clustering:
        return Clustering(
            self._new_labels,
            CLUSTERING.n_clusters,
            y,
            space,
            previous=previous,
            q=self._q,
            p=self._target,
            centers=self._loop.centers,
            embedding=self._embedding,
        )


def chunks(pace: Pace, batches: Batches, first: int, count: int) -> Iterator[tuple[int, int]]:
    """First step and number of steps of the chunks that ``pace`` makes of ``count`` steps."""
    step = first
    while step < first + count:
        wanted = first + count - step
        same_order = batches.steps_before_new_order(step)
        steps = pace.steps(wanted if same_order is None else min(wanted, same_order))
        yield step, steps
        step += steps
