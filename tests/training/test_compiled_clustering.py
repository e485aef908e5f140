"""The compiled loop of clustering against plain Keras: the same weights, bit for bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from dec_core.config import ClusteringSettings
from dec_core.data.samples import Samples
from dec_core.model import build_autoencoder, build_clustering_model, target_distribution
from dec_core.training.compiled_clustering import ClusteringLoop, Evaluation
from dec_core.training.resident import ResidentSamples
from tests.model.reference import ReferenceClustering, compile_model
from tests.training.bits import (
    BATCH_SIZE,
    BY_NAME,
    N_FEATURES,
    N_SAMPLES,
    STEPS,
    UNITS,
    assert_same_bits,
    samples,
)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return samples()


@pytest.fixture(scope="module")
def p() -> np.ndarray:
    """A target with some rows above 1, as the recycled rule makes them."""
    generator = np.random.default_rng(1)
    target = target_distribution(generator.dirichlet(np.ones(5), N_SAMPLES))
    target[::7] *= 3
    return target.astype(np.float32)


def clustering_model() -> Any:
    """Equal weights at every call."""
    encoder = build_autoencoder(N_FEATURES, UNITS, seed=2).encoder
    model = build_clustering_model(encoder, ClusteringSettings(n_clusters=5))
    centers = np.random.default_rng(3).normal(0, 0.3, (5, 4)).astype(np.float32)
    model.get_layer("clustering").cluster_centers.assign(centers)
    return model


def settings_of(values: dict[str, Any]) -> ClusteringSettings:
    return ClusteringSettings(n_clusters=5, batch_size=BATCH_SIZE, **values)


def clustering_loop(model: Any, x: np.ndarray, **values: Any) -> ClusteringLoop:
    return ClusteringLoop(model, ResidentSamples.of(Samples(x)), settings_of(values), seed=0)


def plain_loop(model: Any, x: np.ndarray, **values: Any) -> ReferenceClustering:
    compile_model(model, settings_of(values))
    return ReferenceClustering(model, x, settings_of(values))


@BY_NAME
@pytest.mark.parametrize("loss", ["kld", "mse", "categorical_crossentropy"])
def test_clustering_equals_train_on_batch(
    x: np.ndarray, p: np.ndarray, values: dict[str, Any], loss: str
) -> None:
    model, plain = clustering_model(), clustering_model()
    before = model.get_weights()
    loop = clustering_loop(model, x, loss=loss, **values)
    loop.run(tf.constant(p), 0, STEPS)
    reference = plain_loop(plain, x, loss=loss, **values)
    reference.take_target(p)
    reference.take_steps(STEPS)
    assert_same_bits(model.get_weights(), plain.get_weights())
    assert not np.array_equal(model.get_weights()[0], before[0])


@pytest.mark.parametrize("batch_order", ["stored", "shuffled"])
@pytest.mark.parametrize("chunks", [[5] * 6, [1, 4, 3, 2, 5, 1, 1, 1, 1, 1, 2, 3, 4, 1]])
def test_chunks_of_any_size_give_the_same_bits(
    x: np.ndarray, p: np.ndarray, batch_order: Any, chunks: list[int]
) -> None:
    # No chunk crosses the end of a pass, as a shuffled order must not.
    assert sum(chunks) == 30
    singly, chunked = clustering_model(), clustering_model()
    loop = clustering_loop(singly, x, batch_order=batch_order)
    single_losses = [loop.run(tf.constant(p), step, 1) for step in range(30)]
    loop = clustering_loop(chunked, x, batch_order=batch_order)
    step = 0
    for count in chunks:
        loss = loop.run(tf.constant(p), step, count)
        step += count
        assert loss == single_losses[step - 1]
    assert_same_bits(singly.get_weights(), chunked.get_weights())


def test_evaluation_gives_every_row_its_embedding_and_q(
    x: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = clustering_model()
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    products = sum(math.prod(kernel.shape) for kernel in kernels)
    whole = clustering_loop(model, x).evaluate_all()
    monkeypatch.setattr("dec_core.training.memory.EVALUATION_PRODUCTS", 128 * products)
    pieces = list(clustering_loop(model, x).evaluate())
    assert [begin for begin, _ in pieces] == [0, 128, 256]
    assert_same_bits(Evaluation.joined(piece for _, piece in pieces), whole)
    q = np.concatenate([piece.q for _, piece in pieces])
    np.testing.assert_allclose(q, model(x).numpy(), rtol=1e-6)
    embedding = np.concatenate([piece.embedding for _, piece in pieces])
    assert embedding.shape == (N_SAMPLES, 4)


@pytest.mark.parametrize("slice_rows", [64, 112, 304])
def test_slices_of_any_size_give_the_same_bits(
    x: np.ndarray, slice_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = clustering_loop(clustering_model(), x).evaluate_all()
    monkeypatch.setattr("dec_core.training.slices.SLICE_ROWS", slice_rows)
    assert_same_bits(clustering_loop(clustering_model(), x).evaluate_all(), whole)


def test_pieces_are_smaller_where_their_differences_would_outgrow_the_memory(
    x: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = next(clustering_loop(clustering_model(), x).evaluate())[1]
    monkeypatch.setattr("dec_core.training.memory.EVALUATION_BYTES", 100_000)
    pieces = list(clustering_loop(clustering_model(), x).evaluate())
    assert len(pieces) > 1
    for name in ("embedding", "q", "labels"):
        joined = np.concatenate([getattr(piece, name) for _, piece in pieces])
        np.testing.assert_allclose(joined, getattr(whole, name), rtol=1e-5, atol=1e-6)


def test_target_per_batch_ignores_the_target_over_all_data(x: np.ndarray, p: np.ndarray) -> None:
    first, second = clustering_model(), clustering_model()
    clustering_loop(first, x, target="per-batch").run(tf.constant(p), 0, 5)
    clustering_loop(second, x, target="per-batch").run(tf.constant(p[::-1]), 0, 5)
    assert_same_bits(first.get_weights(), second.get_weights())


def test_target_per_batch_follows_equation_3_within_the_batch(x: np.ndarray) -> None:
    loop_model, plain = clustering_model(), clustering_model()
    clustering_loop(loop_model, x, target="per-batch", learning_rate=0.2).run(
        tf.zeros((N_SAMPLES, 5)), 0, 1
    )
    plain_loop(plain, x, target="per-batch", learning_rate=0.2).take_steps(1)
    for one, other in zip(loop_model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def left_by_all(x: np.ndarray, target: Any) -> tuple[ClusteringLoop, np.ndarray]:
    """A loop, and its target, where no sample is in cluster 2 at all."""
    # A large alpha makes q underflow to 0 for a far centre, as the seed's collapse nearly does.
    model = clustering_model()
    layer = model.get_layer("clustering")
    layer.alpha = 100.0
    centers = layer.cluster_centers.numpy()
    centers[2] += 1000
    layer.cluster_centers.assign(centers)
    loop = clustering_loop(model, x, target=target)
    q = np.concatenate([piece.q for _, piece in loop.evaluate()])
    assert not q[:, 2].any()
    return loop, loop.target(q)


@pytest.mark.parametrize("target", ["per-batch", "paper"])
def test_targets_bear_a_cluster_that_all_samples_left(x: np.ndarray, target: Any) -> None:
    loop, p = left_by_all(x, target)
    assert not p[:, 2].any()
    assert loop.run(tf.constant(p), 0, 3).are_finite
    assert np.isfinite(loop.centers).all()


def test_the_recycled_target_does_not_hide_a_cluster_that_all_samples_left(x: np.ndarray) -> None:
    # R divides 0 by 0 there; the loss tells, so that the run ends as diverged.
    loop, p = left_by_all(x, "r-recycled")
    assert np.isnan(p[:, 2]).all()
    assert np.isnan(loop.run(tf.constant(p), 0, 3).clustering)


def test_a_target_too_large_for_float32_becomes_infinite(x: np.ndarray) -> None:
    q = np.full((4, 2), 0.5, np.float32)
    q[:, 0] = 1e-42
    loop = clustering_loop(clustering_model(), x, target="r-recycled")
    assert np.isinf(loop.target(q)).any()
