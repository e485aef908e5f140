"""The Keras layer against the NumPy reference, in value, in gradient and after a reload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from dec_core.errors import SettingsError
from dec_core.model import (
    DISSOLVED,
    ClusteringLayer,
    is_dissolved,
    kl_divergence,
    nearest_center,
    soft_assignment,
    target_distribution,
)
from dec_core.model.assignment import Floats


def layer_with_centers(centers: Floats, alpha: float, dtype: str = "float32") -> ClusteringLayer:
    layer = ClusteringLayer(len(centers), alpha, dtype=dtype)
    layer.build((None, centers.shape[1]))
    layer.cluster_centers.assign(centers.astype(dtype))
    return layer


@pytest.fixture
def points() -> tuple[Floats, Floats]:
    """(40, 3) embedding and (5, 3) centres."""
    generator = np.random.default_rng(3)
    return generator.normal(0, 2, (40, 3)), generator.normal(0, 2, (5, 3))


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_value_agrees_with_the_reference(points: tuple[Floats, Floats], alpha: float) -> None:
    embedding, centers = (array.astype(np.float32) for array in points)
    q = np.asarray(layer_with_centers(centers, alpha)(embedding))
    assert q.dtype == np.float32
    reference = soft_assignment(embedding.astype(float), centers.astype(float), alpha)
    np.testing.assert_allclose(q, reference, rtol=5e-6)


def test_small_distances_far_from_the_origin_keep_their_order() -> None:
    # |z|^2 - 2 z.mu + |mu|^2 in float32 would see nothing but rounding here.
    centers = np.array([[1000.0, 0.0], [1000.0, 1.0]])
    q = np.asarray(layer_with_centers(centers, 1.0)(np.array([[1000.0, 0.25]], np.float32)))
    np.testing.assert_allclose(q, soft_assignment(np.array([[1000, 0.25]]), centers), rtol=1e-6)


def test_samples_far_from_every_centre_keep_a_finite_q() -> None:
    # In float32 101 ** -50.5 is 0, and so would every kernel of these samples be.
    embedding, centers = np.array([[100.0], [103.0]]), np.array([[0.0], [1.0]])
    q = np.asarray(layer_with_centers(centers, 100.0)(embedding.astype(np.float32)))
    np.testing.assert_allclose(q, soft_assignment(embedding, centers, 100.0), rtol=2e-5)


@pytest.mark.parametrize("alpha", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("distance", [1e6, 1e15])
def test_q_agrees_with_the_reference_at_large_distances(distance: float, alpha: float) -> None:
    embedding = np.array([[distance]], np.float32)
    centers = np.array([[0.0], [-distance], [distance / 2]], np.float32)
    q = np.asarray(layer_with_centers(centers, alpha)(embedding))
    np.testing.assert_allclose(q, soft_assignment(embedding, centers, alpha), rtol=1e-4, atol=1e-38)


@pytest.mark.parametrize("exponent", [-100, -60, -20, 0, 50, 100])
def test_labels_are_the_nearest_centres_at_any_scale(
    points: tuple[Floats, Floats], exponent: int
) -> None:
    embedding, centers = (np.ldexp(array.astype(np.float32), exponent) for array in points)
    embedding[0] = centers[3]
    layer = layer_with_centers(centers, 1.0)
    labels = np.asarray(layer.nearest_center(embedding, layer.squared_distance(embedding)))
    assert labels.tolist() == nearest_center(embedding, centers).tolist()
    assert labels[0] == 3
    if exponent == 0:
        assert labels.tolist() == np.asarray(layer(embedding)).argmax(axis=1).tolist()


def central_differences(function: Callable[[Floats], float], at: Floats) -> Floats:
    slope, step = np.empty_like(at), 1e-6
    for index in np.ndindex(at.shape):
        above, below = at.copy(), at.copy()
        above[index] += step
        below[index] -= step
        slope[index] = (function(above) - function(below)) / (2 * step)
    return slope


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_gradient_agrees_with_finite_differences(
    points: tuple[Floats, Floats], alpha: float
) -> None:
    embedding, centers = points
    p = target_distribution(soft_assignment(embedding, centers, alpha))
    layer = layer_with_centers(centers, alpha, "float64")
    inputs = tf.constant(embedding)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = tf.reduce_mean(keras.losses.kl_divergence(p, layer(inputs)))
    by_centers, by_embedding = tape.gradient(loss, [layer.cluster_centers.value, inputs])

    def of_centers(moved: Floats) -> float:
        return kl_divergence(p, soft_assignment(embedding, moved, alpha))

    def of_embedding(moved: Floats) -> float:
        return kl_divergence(p, soft_assignment(moved, centers, alpha))

    assert float(loss) == pytest.approx(of_centers(centers), rel=1e-10)
    np.testing.assert_allclose(by_centers, central_differences(of_centers, centers), atol=1e-9)
    np.testing.assert_allclose(
        by_embedding, central_differences(of_embedding, embedding), atol=1e-9
    )
    assert np.abs(by_centers).max() > 1e-3


def test_saved_model_keeps_alpha_and_its_outputs(tmp_path: Path) -> None:
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4)(inputs)
    model = keras.Model(inputs, ClusteringLayer(5, alpha=2.0, name="clustering")(hidden))
    samples = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    layer = loaded.get_layer("clustering")
    assert (layer.n_clusters, layer.alpha) == (5, 2.0)
    assert np.array_equal(np.asarray(loaded(samples)), np.asarray(model(samples)))


def test_config_rebuilds_the_layer() -> None:
    config = ClusteringLayer(7, alpha=0.5, name="clusters").get_config()
    assert (config["n_clusters"], config["alpha"], config["name"]) == (7, 0.5, "clusters")
    again = ClusteringLayer.from_config(config)
    assert again.get_config() == config
    assert again.compute_output_shape((None, 3)) == (None, 7)


@pytest.mark.parametrize("n_clusters", [0, -3])
def test_too_few_clusters_are_refused(n_clusters: int) -> None:
    with pytest.raises(SettingsError, match=rf"n_clusters.*at least 1.*Received {n_clusters}\."):
        ClusteringLayer(n_clusters)


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan")])
def test_alpha_must_be_positive(alpha: float) -> None:
    with pytest.raises(SettingsError, match=r"alpha must be above 0\. Received"):
        ClusteringLayer(3, alpha)


def test_keras_clips_a_target_above_one() -> None:
    # The recycled target exceeds 1; Keras' loss takes it as 1 and says nothing.
    q = np.array([[0.3, 0.7]], np.float32)
    above = keras.losses.KLDivergence()(np.array([[3.0, 0.2]], np.float32), q)
    at_one = keras.losses.KLDivergence()(np.array([[1.0, 0.2]], np.float32), q)
    assert float(above) == float(at_one)
    assert float(at_one) == pytest.approx(np.log(1 / 0.3) + 0.2 * np.log(0.2 / 0.7), rel=1e-6)


@pytest.mark.parametrize("alpha", [0.01, 1.0, 100.0])
def test_a_dissolved_cluster_has_no_part_in_anything(
    points: tuple[Floats, Floats], alpha: float
) -> None:
    embedding, centers = (array.astype(np.float32) for array in points)
    layer = layer_with_centers(centers, alpha)
    without = layer_with_centers(np.delete(centers, 1, axis=0), alpha)
    centers[1] = DISSOLVED
    layer.cluster_centers.assign(centers)
    np.testing.assert_array_equal(is_dissolved(layer.cluster_centers.numpy()), [0, 1, 0, 0, 0])
    with tf.GradientTape() as tape:
        q = layer(embedding)
        loss = keras.losses.KLDivergence()(target_distribution(q.numpy()), q)
    gradient = tape.gradient(loss, layer.cluster_centers).numpy()
    assert not gradient[1].any()
    assert np.isfinite(gradient).all() and gradient[0].any()
    assert q.numpy()[:, 1].max() < 1e-12
    np.testing.assert_allclose(np.delete(q, 1, axis=1), without(embedding), rtol=1e-6)
    # At the smallest alpha the kernel falls so slowly that q alone would tell less.
    squared = layer.squared_distance(embedding)
    assert 1 not in np.asarray(layer.nearest_center(embedding, squared))
