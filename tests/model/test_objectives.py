"""The loss of the DEC objective against Keras' own: the same value and gradient, bit for bit."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from dec_core.model.objectives import divergence_loss
from tests.model.losses import loss_and_gradient
from tests.training.bits import assert_same_bits


@pytest.mark.parametrize("batch_size", [1, 100, 256, 301])
@pytest.mark.parametrize("n_clusters", [2, 10, 33])
def test_loss_and_gradient_are_those_of_keras(batch_size: int, n_clusters: int) -> None:
    generator = np.random.default_rng(batch_size)
    target, q = generator.dirichlet(np.full(n_clusters, 0.3), (2, batch_size)).astype(np.float32)
    target[::3] *= 3  # as the recycled rule makes them
    q[0], q[-1, 0] = np.eye(n_clusters, dtype=np.float32)[0], 1.5
    both = keras.losses.KLDivergence(), divergence_loss
    expected, ours = (loss_and_gradient(of, target, q) for of in both)
    assert_same_bits(ours, expected)
    assert not expected[1][-1, 0], "Keras gives no gradient where it clips q"


def test_a_q_that_is_not_a_number_is_told_by_the_loss() -> None:
    q = np.array([[np.nan, np.nan], [0.5, 0.5]], np.float32)
    target = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    expected, ours = (
        loss_and_gradient(of, target, q) for of in (keras.losses.KLDivergence(), divergence_loss)
    )
    assert np.isnan(ours[0]) and np.isnan(expected[0])
    np.testing.assert_array_equal(ours[1], expected[1])
