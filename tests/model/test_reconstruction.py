"""The loss of an autoencoder against Keras' own: the same value and gradient, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dec_core.model import mean_squared_error
from tests.training.bits import assert_same_bits


def error_and_gradient(of: Callable[[Any, Any], Any]) -> Any:
    """A graph for batches of any size, whose upstream gradient is not 1."""

    @tf.function(input_signature=[tf.TensorSpec((None, 784))] * 2)
    def both(batch: Any, reconstruction: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(reconstruction)
            error = of(batch, reconstruction)
            scaled = 0.37 * error
        return error, tape.gradient(scaled, reconstruction)

    return both


@pytest.mark.parametrize("batch_size", [1, 100, 256, 301])
def test_error_and_gradient_are_those_of_keras(batch_size: int) -> None:
    generator = np.random.default_rng(batch_size)
    batch, output = generator.normal(size=(2, batch_size, 784)).astype(np.float32)
    output *= 10.0 ** generator.integers(-3, 4, output.shape)
    both = keras.losses.MeanSquaredError(), mean_squared_error
    expected, ours = (
        [part.numpy() for part in error_and_gradient(of)(batch, output)] for of in both
    )
    assert_same_bits(ours, expected)
