"""The soft reset against numbers computed by hand."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from dec_core.model import soft_reset


def encoder(*weights: list[object]) -> keras.Model:
    """One unit, then a layer that normalises, then an embedding of one."""
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((2,)),
            layers.Flatten(name="pixels"),
            layers.Dense(1, name="encoder_0"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(1, name="embedding"),
        ]
    )
    for name, values in zip(("encoder_0", "embedding"), weights, strict=True):
        model.get_layer(name).set_weights([np.array(one, np.float32) for one in values])
    return model


def test_weights_go_a_part_of_the_way_back_but_for_the_embedding() -> None:
    trained = encoder([[[1.0], [2.0]], [4.0]], [[[8.0]], [1.0]])
    norm = [np.array([one], np.float32) for one in (2.0, 3.0, 4.0, 5.0)]
    trained.get_layer("norm").set_weights(norm)
    untrained = encoder([[[-1.0], [6.0]], [0.0]], [[[0.0]], [0.0]])
    soft_reset(trained, untrained, keep=0.75)
    kernel, bias = trained.get_layer("encoder_0").get_weights()
    # 0.75 * 1 - 0.25 * 1, 0.75 * 2 + 0.25 * 6 and 0.75 * 4
    np.testing.assert_array_equal(kernel, [[0.5], [3.0]])
    np.testing.assert_array_equal(bias, [3.0])
    np.testing.assert_array_equal(trained.get_layer("embedding").get_weights()[0], [[8.0]])
    assert trained.get_layer("norm").get_weights() == norm


def test_another_network_is_refused() -> None:
    trained = encoder([[[1.0], [2.0]], [4.0]], [[[8.0]], [1.0]])
    with pytest.raises(ValueError, match="encoder_0"):
        soft_reset(trained, keras.Sequential([keras.layers.Input((2,))]), keep=0.5)
