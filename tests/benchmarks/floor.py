"""The least time that the arithmetic takes on this machine: its products and no more.

Contained: for every layer and batch of 256 the forward product, the weight gradient and, but
for the first layer, the input gradient, which is three times the forward pass less one product;
per update of the target the forward products of the encoder over all data. A convolution counts
as a product. The products are those of the network's own shapes, run by TensorFlow in one
compiled graph loop on resident tensors, so the floor is their number of operations divided by the
rate that this machine reaches on exactly these shapes, measured in the same run.

Not contained: biases, activations, losses, the optimizer, the clustering layer and its target,
shuffling, and everything in Python. The graph loop itself is contained; it is a few
microseconds per product, which shows on the seed network only.

The batches do not wait for one another, so that two threads work on two of them at once; gradient
steps cannot, as each begins with the weights of the one before. One after the other the products
of a step of the seed network take 0.44 ms instead of 0.27 on two cores: they are too small for
TensorFlow to share one among threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Protocol

import tensorflow as tf

from dec_core.config import DenseNetwork
from tests.benchmarks.contenders import BATCH_SIZE, SEED, Cycle, Network, timed

# The rate does not depend on how many batches it is taken from.
MOST_BATCHES = 140


class FloorPretraining:
    """The products of one epoch of the autoencoder."""

    def __init__(self, settings: Network, x: Any) -> None:
        encoder, decoder = products_of(settings, int(x.shape[1]))
        self._products = Products([*encoder, *decoder], x)
        self._batches = x.shape[0] / BATCH_SIZE

    def __call__(self) -> float:
        """Seconds of one epoch."""
        batches = min(MOST_BATCHES, round(self._batches))
        return self._batches * self._products.training_seconds(batches)


class FloorClustering:
    """The products of the encoder: all data forward, then gradient steps."""

    def __init__(self, settings: Network, x: Any) -> None:
        self._products = Products(products_of(settings, int(x.shape[1]))[0], x)
        self._batches = x.shape[0] / BATCH_SIZE

    def __call__(self, steps: int) -> Cycle:
        """Seconds of one evaluation of all data and, over ``steps`` steps, of one step."""
        batches = min(MOST_BATCHES, round(self._batches))
        update = self._batches * self._products.forward_seconds(batches)
        return Cycle(update, self._products.training_seconds(steps))


class Product(Protocol):
    """What a layer does with its kernel, forward and in both directions of the gradient."""

    def forward(self, values: Any) -> Any:
        """The layer's output."""

    def of_kernel(self, values: Any, gradient: Any) -> Any:
        """The kernel's gradient, from the layer's input and the gradient of its output."""

    def of_input(self, gradient: Any) -> Any:
        """The gradient of the layer's input."""


class DenseProduct:
    """Of a dense layer."""

    def __init__(self, n_inputs: int, n_outputs: int) -> None:
        self._kernel = _kernel(n_inputs, (n_inputs, n_outputs))

    def forward(self, values: Any) -> Any:
        return tf.matmul(tf.reshape(values, (BATCH_SIZE, -1)), self._kernel)

    def of_kernel(self, values: Any, gradient: Any) -> Any:
        values, gradient = (tf.reshape(one, (BATCH_SIZE, -1)) for one in (values, gradient))
        return tf.matmul(values, gradient, transpose_a=True)

    def of_input(self, gradient: Any) -> Any:
        return tf.matmul(tf.reshape(gradient, (BATCH_SIZE, -1)), self._kernel, transpose_b=True)


class Convolution:
    """From images of one shape, (height, width, channels), to those of another."""

    def __init__(
        self, kernel: int, stride: int, shape: tuple[int, ...], other: tuple[int, ...]
    ) -> None:
        sizes = (kernel, kernel, shape[2], other[2])
        self._kernel = _kernel(kernel * kernel * shape[2], sizes)
        self._shape, self._other = (BATCH_SIZE, *shape), (BATCH_SIZE, *other)
        self._how = {"strides": [1, stride, stride, 1], "padding": "SAME"}

    def forward(self, values: Any) -> Any:
        images = tf.reshape(values, self._shape)
        return tf.raw_ops.Conv2D(input=images, filter=self._kernel, **self._how)

    def of_kernel(self, values: Any, gradient: Any) -> Any:
        return tf.raw_ops.Conv2DBackpropFilter(
            input=tf.reshape(values, self._shape),
            filter_sizes=self._kernel.shape,
            out_backprop=tf.reshape(gradient, self._other),
            **self._how,
        )

    def of_input(self, gradient: Any) -> Any:
        return tf.raw_ops.Conv2DBackpropInput(
            input_sizes=self._shape,
            filter=self._kernel,
            out_backprop=tf.reshape(gradient, self._other),
            **self._how,
        )


class Transposed:
    """The transposed convolution: forward and the input's gradient change places."""

    def __init__(self, of: Convolution) -> None:
        self._of = of

    def forward(self, values: Any) -> Any:
        return self._of.of_input(values)

    def of_kernel(self, values: Any, gradient: Any) -> Any:
        return self._of.of_kernel(gradient, values)

    def of_input(self, gradient: Any) -> Any:
        return self._of.forward(gradient)


def products_of(settings: Network, n_features: int) -> tuple[list[Product], list[Product]]:
    """Of the encoder and of the decoder."""
    if isinstance(settings, DenseNetwork):
        units = (n_features, *settings.units)
        mirrored = units[::-1]
        return _dense(units), _dense(mirrored)
    maps = pairwise(settings.maps(n_features))
    layers = list(zip(settings.kernels, settings.strides, maps, strict=True))
    encoder = [Convolution(kernel, stride, *shapes) for kernel, stride, shapes in layers]
    decoder = [
        Transposed(Convolution(kernel, stride, *shapes)) for kernel, stride, shapes in layers
    ]
    inner = math.prod(settings.maps(n_features)[-1])
    return (
        [*encoder, DenseProduct(inner, settings.dimensions)],
        [DenseProduct(settings.dimensions, inner), *reversed(decoder)],
    )


def _dense(units: tuple[int, ...]) -> list[Product]:
    return [DenseProduct(first, second) for first, second in pairwise(units)]


def _kernel(n_inputs: int, shape: tuple[int, ...]) -> Any:
    """Scaled so that values neither vanish nor overflow on their way."""
    generator = tf.random.Generator.from_seed(SEED)
    return generator.normal(shape) / tf.sqrt(float(n_inputs))


class Products:
    """The products of a chain of layers, in graph loops.

    The input gradient of the first layer is left out, as a network has no use for it. All results
    are returned, so that none can be dropped either.
    """

    def __init__(self, products: list[Product], x: Any) -> None:
        self._products = products
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
        for product in self._products:
            values.append(product.forward(values[-1]))
        return values

    def _all(self, batch: Any) -> list[Any]:
        *values, gradient = self._activations(batch)
        results = []
        for index in reversed(range(len(self._products))):
            results.append(self._products[index].of_kernel(values[index], gradient))
            if index > 0:
                gradient = self._products[index].of_input(gradient)
        return results
