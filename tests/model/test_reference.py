"""The plain Keras loop against the paper's equations, written out in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dec_core.config import ClusteringSettings, DenseNetwork
from dec_core.model import (
    build_autoencoder,
    build_clustering_model,
    nearest_center,
    soft_assignment,
    target_distribution,
)
from tests.model.reference import (
    ReferenceClustering,
    compile_model,
    stored_order,
    target_by_rule,
)

ENCODER = DenseNetwork(units=(6, 2))


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    """(50, 4): two clouds."""
    generator = np.random.default_rng(0)
    centers = np.repeat([[0.0] * 4, [3.0] * 4], 25, axis=0)
    return (centers + generator.normal(size=(50, 4))).astype(np.float32)


def started(x: np.ndarray, **values: Any) -> tuple[Any, Any, ReferenceClustering, np.ndarray]:
    """Encoder, clustering layer, loop and labels, from the first and the last sample as centres."""
    settings = ClusteringSettings(
        **{"n_clusters": 2, "batch_size": 20, "update_interval": 4, "max_iterations": 12, **values}
    )
    encoder = build_autoencoder(4, ENCODER, seed=1).encoder
    model = build_clustering_model(encoder, settings)
    layer = model.get_layer("clustering")
    embedding = encoder(x).numpy()
    layer.cluster_centers.assign(embedding[[0, -1]])
    compile_model(model, settings)
    labels = nearest_center(embedding, embedding[[0, -1]])
    return encoder, layer, ReferenceClustering(model, x, settings), labels


@pytest.mark.parametrize("target", ["paper", "per-batch"])
def test_one_step_moves_the_centres_by_equation_5(x: np.ndarray, target: Any) -> None:
    encoder, layer, loop, _ = started(x, target=target, learning_rate=0.1, momentum=0.0)
    z, centers = encoder(x).numpy().astype(float), layer.cluster_centers.numpy().astype(float)
    q = soft_assignment(z, centers)
    p = target_distribution(q)[:20] if target == "paper" else target_distribution(q[:20])
    loop.update()
    loop.take_steps(1)
    difference = z[:20, None] - centers
    kernel = 1 / (1 + np.square(difference).sum(axis=2))
    # Equation 5 with alpha 1; its minus sign and the one of the descent cancel.
    pull = 2 * ((kernel * (p - q[:20]))[..., None] * difference).sum(axis=0) / 20
    moved = layer.cluster_centers.numpy() - centers
    np.testing.assert_allclose(moved, 0.1 * pull, rtol=1e-3, atol=1e-6)


def test_updates_come_at_the_interval_and_at_the_end(x: np.ndarray) -> None:
    *_, loop, labels = started(x, max_iterations=10, tol=0.0)
    updates = loop.run(labels)
    assert [update.iteration for update in updates] == [0, 4, 8, 10]
    assert updates[0].delta_label == 0.0
    assert np.array_equal(updates[0].labels, labels)


def test_few_changed_labels_end_it_at_an_update_after_an_interval(x: np.ndarray) -> None:
    *_, loop, labels = started(x, tol=0.5, learning_rate=1e-6)
    assert [update.iteration for update in loop.run(labels)] == [0, 4]
    *_, loop, labels = started(x, tol=0.5, learning_rate=1e-6, max_iterations=3)
    assert [update.iteration for update in loop.run(labels)] == [0, 3]


def test_changed_labels_are_counted_against_the_update_before(x: np.ndarray) -> None:
    *_, loop, labels = started(x, tol=0.0, learning_rate=1e-6)
    turned = labels.copy()
    turned[:5] = 1 - turned[:5]
    updates = loop.run(turned)
    assert [update.delta_label for update in updates] == [0.1, 0.0, 0.0, 0.0]


def test_batches_in_stored_order() -> None:
    rows = stored_order(5, 2)
    assert [np.arange(5)[rows(step)].tolist() for step in range(4)] == [[0, 1], [2, 3], [4], [0, 1]]


def test_the_recycled_rule_is_another_target() -> None:
    q = np.random.default_rng(0).dirichlet(np.ones(3), 7)
    assert target_by_rule(q, "paper").sum(axis=1) == pytest.approx(np.ones(7))
    assert not np.allclose(target_by_rule(q, "r-recycled").sum(axis=1), 1, atol=0.01)
