"""The nearest-neighbour loss against numbers computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from dec_core.model import DISSOLVED, neighbor_loss

# Squared distances: 1 within either pair, 100, 121, 81 and 100 between them.
POINTS = np.array([[0.0], [1.0], [10.0], [11.0]], np.float32)
MEAN = (2 * (1 + 1 + 100 + 121 + 81 + 100)) / 12


def loss(n_clusters: int, n_dissolved: int = 0) -> float:
    centers = np.zeros((n_clusters, 1), np.float32)
    centers[:n_dissolved] = DISSOLVED
    return float(neighbor_loss(tf.constant(POINTS), tf.constant(centers)))


def test_the_nearest_are_compared_with_all() -> None:
    assert loss(4) == pytest.approx(1 / MEAN)
    # 4 samples make up 3 clusters of one each, whole numbers only; more neighbours there are none.
    assert loss(5, n_dissolved=2) == pytest.approx(1 / MEAN)


def test_two_clusters_are_not_drawn_together() -> None:
    assert loss(2) == loss(4, n_dissolved=2) == 0.0


def test_samples_in_one_point_and_a_single_one_have_a_finite_gradient() -> None:
    for points in (np.ones((4, 1), np.float32), POINTS[:1]):
        embedding = tf.Variable(points)
        with tf.GradientTape() as tape:
            value = neighbor_loss(embedding, tf.zeros((3, 1)))
        assert float(value) == 0.0
        assert np.isfinite(tape.gradient(value, embedding)).all()
