"""The loss of an autoencoder against Keras' own: the same value and gradient, bit for bit."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from dec_core.model import mean_squared_error
from tests.model.losses import loss_and_gradient
from tests.training.bits import assert_same_bits


@pytest.mark.parametrize("batch_size", [1, 100, 256, 301])
def test_error_and_gradient_are_those_of_keras(batch_size: int) -> None:
    generator = np.random.default_rng(batch_size)
    batch, output = generator.normal(size=(2, batch_size, 784)).astype(np.float32)
    output *= 10.0 ** generator.integers(-3, 4, output.shape)
    both = keras.losses.MeanSquaredError(), mean_squared_error
    expected, ours = (loss_and_gradient(of, batch, output) for of in both)
    assert_same_bits(ours, expected)
