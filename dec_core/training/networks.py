"""Networks with their compiled graphs, kept for the next run of the same shape.

Building and tracing takes a second, which is longer than a small run trains. What a graph computes
depends on shapes and on few settings; weights, learning rates and seeds are variables of it. So a
run that begins takes over the network of one that has ended, with weights of its own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from dec_core.config import SETTINGS, Config, PretrainingStage
from dec_core.model import Autoencoder, build_autoencoder, build_clustering_model
from dec_core.training.augmentation import Augmentation
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.context import TrainingContext
from dec_core.training.resident import resident_type

# Settings that no graph depends on.
_NOT_IN_A_GRAPH = frozenset(
    "seed autoencoder.initializer autoencoder.bottleneck_initializer pretraining.epochs "
    "pretraining.layer_epochs pretraining.run pretraining.learning_rate clustering.learning_rate "
    "clustering.update_interval clustering.tol clustering.max_iterations "
    "clustering.kmeans_restarts clustering.reset clustering.reset_every clustering.reset_keep "
    "clustering.resets clustering.dissolve_below".split()
)


class CompiledNetwork:
    """An autoencoder and its clustering model, with the loops that train them.

    One run at a time may use it. ``begin`` must be called before each.
    """

    def __init__(self, context: TrainingContext) -> None:
        self._autoencoder = self._built(context)
        self._pretraining: dict[int | None, PretrainingLoop] = {}
        self._clustering: ClusteringLoop | None = None
        self._through: dict[int, keras.Model] = {}

    @property
    def autoencoder(self) -> keras.Model:
        """Maps (batch, n_features) to its reconstruction."""
        return self._autoencoder.model

    @cached_property
    def reconstruct(self) -> Callable[[NDArray[np.float32]], Any]:
        """Maps (n_samples, n_features) float32 to its reconstruction, as a tensor."""
        model = self.autoencoder
        return tf.function(lambda x: model(x, training=False), autograph=False)

    def reconstruct_through(self, layer: int, x: NDArray[np.float32]) -> Any:
        """What the layers of the encoder up to ``layer``, and their mirrors, make of samples.

        It is not compiled: each layer is looked at a few times only.
        """
        if layer not in self._through:
            self._through[layer] = self._autoencoder.through(layer)
        return self._through[layer](x, training=False)

    @property
    def n_bytes(self) -> int:
        """Of the weights, without what optimizers keep."""
        return 4 * int(self.autoencoder.count_params())

    def begin(self, context: TrainingContext) -> None:
        """Untrained weights by the seed of a run."""
        self.autoencoder.set_weights(self._built(context).model.get_weights())

    def pretraining(self, context: TrainingContext, stage: PretrainingStage) -> PretrainingLoop:
        """The loop that trains the autoencoder, or a layer of it, as it is, with a fresh
        optimizer."""
        settings, seed = stage.settings, context.config.seed
        if stage.layer in self._pretraining:
            self._pretraining[stage.layer].begin(context.x, settings, seed)
        else:
            self._pretraining[stage.layer] = PretrainingLoop(
                self.autoencoder,
                context.x,
                settings,
                seed,
                augmentation=Augmentation.of(settings, context.image_shape),
                layer=None if stage.layer is None else self._autoencoder.layer(stage.layer),
                dropout=stage.dropout,
            )
        return self._pretraining[stage.layer]

    def clustering(self, context: TrainingContext) -> ClusteringLoop:
        """The loop that trains encoder and centres as they are, with a fresh optimizer; the
        decoder as well, if the objective needs it."""
        settings, seed = context.config.clustering, context.config.seed
        if self._clustering is None:
            model = build_clustering_model(self._autoencoder.encoder, settings)
            decoder = self._autoencoder.decoder if settings.objective.trains_decoder else None
            augmentation = Augmentation.of(settings, context.image_shape)
            self._clustering = ClusteringLoop(
                model, context.x, settings, seed, decoder, augmentation=augmentation
            )
        else:
            self._clustering.begin(context.x, settings, seed)
        return self._clustering

    def end(self) -> None:
        """Let go of the data of the run."""
        for loop in (*self._pretraining.values(), self._clustering):
            if loop is not None:
                loop.end()

    @staticmethod
    def _built(context: TrainingContext) -> Autoencoder:
        config = context.config
        return build_autoencoder(context.dataset.n_features, config.autoencoder, config.seed)


class NetworkPool:
    """Networks that no run uses; the ones that were used last, within ``limit`` bytes of weights.

    Any thread may ask for one.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._idle: OrderedDict[Hashable, CompiledNetwork] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def network(self, context: TrainingContext) -> Iterator[CompiledNetwork]:
        """A network for a run, which comes back at the end of the block unless it raised."""
        key = _key(context)
        with self._lock:
            network = self._idle.pop(key, None)
        if network is None:
            network = CompiledNetwork(context)
        else:
            network.begin(context)
        try:
            yield network
        except GeneratorExit:
            self._keep(key, network)
            raise
        self._keep(key, network)

    def _keep(self, key: Hashable, network: CompiledNetwork) -> None:
        network.end()
        with self._lock:
            self._idle[key] = network
            self._idle.move_to_end(key)
            while sum(one.n_bytes for one in self._idle.values()) > self._limit:
                self._idle.popitem(last=False)


def _key(context: TrainingContext) -> Hashable:
    """What the graphs of a run depend on."""
    samples = context.dataset.samples
    shape = samples.shape, context.image_shape
    return shape, resident_type(samples), _graph_settings(context.config)


def _graph_settings(config: Config) -> Hashable:
    return tuple(
        config.get(path)
        for path, setting in SETTINGS.items()
        if setting.section != "data" and path not in _NOT_IN_A_GRAPH
    )


# The weights of an autoencoder 784-500-500-2000-10 take 13 MB, its optimizers as much again.
NETWORKS = NetworkPool(32_000_000)
