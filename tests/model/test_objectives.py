"""The loss of the DEC objective against Keras' own: the same value and gradient, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dec_core.model.objectives import kl_divergence
from tests.training.bits import assert_same_bits


def loss_and_gradient(
    of: Callable[[Any, Any], Any], target: np.ndarray, q: np.ndarray
) -> list[np.ndarray]:
    """In a graph for batches of any size, with an upstream gradient that is not 1."""

    @tf.function(input_signature=[tf.TensorSpec((None, q.shape[1]))] * 2)
    def both(target: Any, q: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(q)
            loss = of(target, q)
            scaled = 0.37 * loss
        return loss, tape.gradient(scaled, q)

    return [part.numpy() for part in both(target, q)]


@pytest.mark.parametrize("batch_size", [1, 100, 256, 301])
@pytest.mark.parametrize("n_clusters", [2, 10, 33])
def test_loss_and_gradient_are_those_of_keras(batch_size: int, n_clusters: int) -> None:
    generator = np.random.default_rng(batch_size)
    target, q = generator.dirichlet(np.full(n_clusters, 0.3), (2, batch_size)).astype(np.float32)
    target[::3] *= 3  # as the recycled rule makes them
    q[0], q[-1, 0] = np.eye(n_clusters, dtype=np.float32)[0], 1.5
    both = keras.losses.KLDivergence(), kl_divergence
    expected, ours = (loss_and_gradient(of, target, q) for of in both)
    assert_same_bits(ours, expected)
    assert not expected[1][-1, 0], "Keras gives no gradient where it clips q"


def test_a_q_that_is_not_a_number_is_told_by_the_loss() -> None:
    q = np.array([[np.nan, np.nan], [0.5, 0.5]], np.float32)
    target = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    expected, ours = (
        loss_and_gradient(of, target, q) for of in (keras.losses.KLDivergence(), kl_divergence)
    )
    assert np.isnan(ours[0]) and np.isnan(expected[0])
    np.testing.assert_array_equal(ours[1], expected[1])
