"""The least time that the arithmetic takes on this machine: its matrix products and no more.

Contained: for every layer and batch of 256 the forward product, the weight gradient and, but
for the first layer, the input gradient, which is three times the forward pass less one product;
per update of the target the forward products of the encoder over all data. The products are
those of the network's own shapes, run by TensorFlow in one compiled graph loop on resident
tensors, so the floor is their number of operations divided by the rate that this machine
reaches on exactly these shapes, measured in the same run.

Not contained: biases, activations, losses, the optimizer, the clustering layer and its target,
shuffling, and everything in Python. The graph loop itself is contained; it is a few
microseconds per product, which shows on the seed network only.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import tensorflow as tf

from dec_core.config import DenseNetwork
from tests.benchmarks.contenders import BATCH_SIZE, SEED, Cycle, timed

# The rate does not depend on how many batches it is taken from.
MOST_BATCHES = 140


class FloorPretraining:
    """The matrix products of one epoch of the autoencoder."""

    def __init__(self, settings: DenseNetwork, x: Any) -> None:
        units = (int(x.shape[1]), *settings.units)
        self._products = Products((*units, *units[-2::-1]), x)
        self._batches = x.shape[0] / BATCH_SIZE

    def __call__(self) -> float:
        """Seconds of one epoch."""
        batches = min(MOST_BATCHES, round(self._batches))
        return self._batches * self._products.training_seconds(batches)


class FloorClustering:
    """The matrix products of the encoder: all data forward, then gradient steps."""

    def __init__(self, settings: DenseNetwork, x: Any) -> None:
        self._products = Products((int(x.shape[1]), *settings.units), x)
        self._batches = x.shape[0] / BATCH_SIZE

    def __call__(self, steps: int) -> Cycle:
        """Seconds of one evaluation of all data and, over ``steps`` steps, of one step."""
        batches = min(MOST_BATCHES, round(self._batches))
        update = self._batches * self._products.forward_seconds(batches)
        return Cycle(update, self._products.training_seconds(steps))


class Products:
    """The products of a chain of dense layers with ``sizes`` units, in graph loops.

    The batches are consecutive rows of ``x``: slices that cost no copy, yet differ from step to
    step, so that no optimisation of the graph can move a product out of the loop. All results
    of the last step are returned, so that none can be dropped either.
    """

    def __init__(self, sizes: tuple[int, ...], x: Any) -> None:
        generator = tf.random.Generator.from_seed(SEED)
        # Scaled so that values neither vanish nor overflow on their way.
        self._kernels = [
            generator.normal((first, second)) / tf.sqrt(float(first))
            for first, second in pairwise(sizes)
        ]
        self._x = x
        self._forward = self._compile(lambda batch: self._activations(batch)[-1:])
        self._training = self._compile(self._all)
        for compiled in (self._forward, self._training):
            self._run(compiled, 2)

    def forward_seconds(self, batches: int) -> float:
        """Seconds per batch of the forward products."""
        return timed(lambda: self._run(self._forward, batches)) / batches

    def training_seconds(self, batches: int) -> float:
        """Seconds per batch of the forward and both backward products."""
        return timed(lambda: self._run(self._training, batches)) / batches

    def _run(self, compiled: Any, batches: int) -> None:
        compiled(self._x, tf.constant(batches))[0].numpy()

    def _compile(self, products: Callable[[Any], list[Any]]) -> Any:
        full_batches = int(self._x.shape[0]) // BATCH_SIZE

        @tf.function(autograph=True)
        def run(x: Any, batches: Any) -> Any:
            results = products(x[:BATCH_SIZE])
            for step in tf.range(1, batches):
                begin = (step % full_batches) * BATCH_SIZE
                batch = tf.ensure_shape(x[begin : begin + BATCH_SIZE], (BATCH_SIZE, x.shape[1]))
                results = products(batch)
            return results

        return run

    def _activations(self, batch: Any) -> list[Any]:
        values = [batch]
        for kernel in self._kernels:
            values.append(tf.matmul(values[-1], kernel))
        return values

    def _all(self, batch: Any) -> list[Any]:
        *values, gradient = self._activations(batch)
        results = []
        for index in reversed(range(len(self._kernels))):
            results.append(tf.matmul(values[index], gradient, transpose_a=True))
            if index > 0:
                gradient = tf.matmul(gradient, self._kernels[index], transpose_b=True)
        return results
