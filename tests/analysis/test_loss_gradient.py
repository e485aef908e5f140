"""The closed form of the loss' gradient against numbers by hand, differences and TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf

from dec_core.analysis.loss_gradient import loss_gradient
from dec_core.config import DecObjective
from dec_core.model import (
    kl_divergence,
    recycled_target_distribution,
    soft_assignment,
    target_distribution,
)
from dec_core.model.assignment import Floats
from dec_core.model.objectives import clustering_loss
from tests.model.test_clustering_layer import central_differences, layer_with_centers

TARGETS: dict[str, Callable[[Floats], Floats]] = {
    "paper": target_distribution,
    "r-recycled": recycled_target_distribution,
}


def some_points() -> tuple[Floats, Floats]:
    """(12, 3) embedding and (4, 3) centres."""
    generator = np.random.default_rng(3)
    return generator.normal(0, 2, (12, 3)), generator.normal(0, 2, (4, 3))


def test_three_samples_and_two_centres_by_hand() -> None:
    # At distances 0 and 2, s is 1 and 1/5, and q is (5/6, 1/6).
    embedding, centers = np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [2.0]])
    q = soft_assignment(embedding, centers)
    p = np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 0.5]])
    found = loss_gradient(embedding, centers, q, p, alpha=1.0, loss="kld")
    # 2 * s * (p - P q) * (z - mu): by the first sample 2/5 * (1/2 - 1/6) * -2, by the second
    # (1 - 1/2) * 1 + (0 - 1/2) * -1, by the third, whose row sums to 1/2, 2/5 * (0 - 1/12) * 2.
    np.testing.assert_allclose(found.embedding, [[-4 / 15], [1.0], [-1 / 15]], rtol=1e-6)
    np.testing.assert_allclose(found.centers, [[-(0.5 - 1 / 15) / 3], [-(0.5 - 4 / 15) / 3]], 1e-6)


@pytest.mark.parametrize("rule", TARGETS)
@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_gradient_agrees_with_differences_of_the_reference(rule: str, alpha: float) -> None:
    embedding, centers = some_points()
    q = soft_assignment(embedding, centers, alpha)
    # No entry is above 1, where the loss of Keras is not that of the paper.
    p = TARGETS[rule](q)
    p /= max(p.max(), 1.0)
    assert bool(abs(p.sum(axis=1) - 1).max() > 0.1) == (rule == "r-recycled")
    found = loss_gradient(embedding, centers, q, p, alpha=alpha, loss="kld")

    def of_centers(moved: Floats) -> float:
        return kl_divergence(p, soft_assignment(embedding, moved, alpha))

    def of_embedding(moved: Floats) -> float:
        return kl_divergence(p, soft_assignment(moved, centers, alpha))

    by_centers = central_differences(of_centers, centers)
    by_embedding = central_differences(of_embedding, embedding) * len(embedding)
    np.testing.assert_allclose(found.centers, by_centers, atol=1e-6)
    np.testing.assert_allclose(found.embedding, by_embedding, atol=1e-6)
    assert np.abs(by_centers).max() > 1e-3


@pytest.mark.parametrize("rule", TARGETS)
@pytest.mark.parametrize("loss", ["kld", "categorical_crossentropy", "mse"])
def test_gradient_agrees_with_tensorflow(rule: str, loss: str) -> None:
    embedding, centers = some_points()
    # So far from all samples but one that q is below what Keras clips to.
    centers[3] *= 1e4
    embedding[1] = centers[3]
    q = soft_assignment(embedding, centers)
    p = TARGETS[rule](q)
    assert q.min() < 1e-7 < q.max()
    assert bool(p.max() > 1) == (rule == "r-recycled")
    layer = layer_with_centers(centers, 1.0, "float64")
    inputs = tf.constant(embedding)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = clustering_loss(DecObjective(loss=loss))(p, layer(inputs))
    by_centers, by_embedding = tape.gradient(value, [layer.cluster_centers.value, inputs])
    found = loss_gradient(embedding, centers, q, p, alpha=1.0, loss=loss)
    # Keras' losses reduce in float32.
    scale = np.abs(by_embedding).max() * len(embedding)
    np.testing.assert_allclose(
        found.embedding / scale, by_embedding * len(embedding) / scale, atol=1e-6
    )
    scale = np.abs(by_centers).max()
    np.testing.assert_allclose(found.centers / scale, by_centers / scale, atol=1e-6)
