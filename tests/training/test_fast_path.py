"""The compiled loops against Keras' own ``train_on_batch``: the same weights, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dec_core.config import AutoencoderSettings, ClusteringSettings, PretrainingSettings
from dec_core.model import build_autoencoder, build_clustering_model, target_distribution
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.compiled_pretraining import PretrainingLoop

N_SAMPLES, N_FEATURES, BATCH_SIZE, STEPS = 300, 12, 64, 50
UNITS = AutoencoderSettings(units=(16, 24, 4))
OPTIMIZERS: list[dict[str, Any]] = [
    {"optimizer": "sgd", "learning_rate": 0.2, "momentum": 0.9},
    {"optimizer": "adam", "learning_rate": 0.003},
]
BY_NAME = pytest.mark.parametrize("values", OPTIMIZERS, ids=lambda values: values["optimizer"])


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return np.random.default_rng(0).random((N_SAMPLES, N_FEATURES), np.float32)


@pytest.fixture(scope="module")
def p() -> np.ndarray:
    """A target with some rows above 1, as the recycled rule makes them."""
    generator = np.random.default_rng(1)
    target = target_distribution(generator.dirichlet(np.ones(5), N_SAMPLES))
    target[::7] *= 3
    return target.astype(np.float32)


def keras_optimizer(values: dict[str, Any]) -> Any:
    """Built apart from the engine."""
    if values["optimizer"] == "adam":
        return keras.optimizers.Adam(values["learning_rate"])
    return keras.optimizers.SGD(values["learning_rate"], momentum=values["momentum"])


def rows(step: int) -> slice:
    """The rows of a batch in stored order: the last of the five in a pass has 44."""
    begin = step % 5 * BATCH_SIZE
    return slice(begin, begin + BATCH_SIZE)


def assert_same_bits(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> None:
    assert [a.tobytes() for a in first] == [b.tobytes() for b in second]


def clustering_model() -> Any:
    """Equal weights at every call."""
    encoder = build_autoencoder(N_FEATURES, UNITS, seed=2).encoder
    model = build_clustering_model(encoder, ClusteringSettings(n_clusters=5))
    centers = np.random.default_rng(3).normal(0, 0.3, (5, 4)).astype(np.float32)
    model.get_layer("clustering").cluster_centers.assign(centers)
    return model


def clustering_loop(model: Any, x: np.ndarray, **values: Any) -> ClusteringLoop:
    settings = ClusteringSettings(n_clusters=5, batch_size=BATCH_SIZE, **values)
    return ClusteringLoop(model, tf.constant(x), settings, seed=0)


@BY_NAME
@pytest.mark.parametrize(
    ("loss", "keras_loss"),
    [
        ("kld", keras.losses.KLDivergence()),
        ("mse", "mse"),
        ("categorical_crossentropy", "categorical_crossentropy"),
    ],
)
def test_clustering_equals_train_on_batch(
    x: np.ndarray, p: np.ndarray, values: dict[str, Any], loss: str, keras_loss: Any
) -> None:
    model, plain = clustering_model(), clustering_model()
    before = model.get_weights()
    loop = clustering_loop(model, x, loss=loss, **values)
    loop.run(tf.constant(p), 0, STEPS)
    plain.compile(optimizer=keras_optimizer(values), loss=keras_loss, jit_compile=False)
    for step in range(STEPS):
        plain.train_on_batch(x[rows(step)], p[rows(step)])
    assert_same_bits(model.get_weights(), plain.get_weights())
    assert not np.array_equal(model.get_weights()[0], before[0])


@BY_NAME
def test_pretraining_equals_train_on_batch(x: np.ndarray, values: dict[str, Any]) -> None:
    model, plain = (build_autoencoder(N_FEATURES, UNITS, seed=2).model for _ in range(2))
    settings = PretrainingSettings(batch_size=BATCH_SIZE, shuffle=False, **values)
    loop = PretrainingLoop(model, tf.constant(x), settings, seed=0)
    loop.run(0, STEPS)
    plain.compile(optimizer=keras_optimizer(values), loss="mse", jit_compile=False)
    for step in range(STEPS):
        plain.train_on_batch(x[rows(step)], x[rows(step)])
    assert_same_bits(model.get_weights(), plain.get_weights())


def test_shuffled_pretraining_equals_train_on_batch_in_its_order(x: np.ndarray) -> None:
    model, plain = (build_autoencoder(N_FEATURES, UNITS, seed=2).model for _ in range(2))
    settings = PretrainingSettings(optimizer="sgd", learning_rate=0.2, batch_size=BATCH_SIZE)
    loop = PretrainingLoop(model, tf.constant(x), settings, seed=0)
    plain.compile(keras.optimizers.SGD(0.2, momentum=0.9), "mse", jit_compile=False)
    for first in (0, 5):
        total = loop.run(first, 5)
        order = loop.batches.order(first).numpy()
        losses = []
        for step in range(5):
            batch = x[order[rows(step)]]
            losses.append(len(batch) * float(np.square(plain(batch) - batch).mean()))
            plain.train_on_batch(batch, batch)
        assert total == pytest.approx(sum(losses), rel=1e-5)
    assert_same_bits(model.get_weights(), plain.get_weights())


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
    monkeypatch.setattr("dec_core.training.memory.EVALUATION_ROWS", 128)
    model = clustering_model()
    pieces = list(clustering_loop(model, x).evaluate())
    assert [begin for begin, _ in pieces] == [0, 128, 256]
    q = np.concatenate([piece.q for _, piece in pieces])
    np.testing.assert_allclose(q, model(x).numpy(), rtol=1e-6)
    embedding = np.concatenate([piece.embedding for _, piece in pieces])
    assert embedding.shape == (N_SAMPLES, 4)


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
    batch = x[rows(0)]
    target = target_distribution(plain(batch).numpy().astype(float)).astype(np.float32)
    plain.compile(keras.optimizers.SGD(0.2, momentum=0.9), "kld", jit_compile=False)
    plain.train_on_batch(batch, target)
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
    assert np.isfinite(loop.run(tf.constant(p), 0, 3))
    assert np.isfinite(loop.centers).all()


def test_the_recycled_target_does_not_hide_a_cluster_that_all_samples_left(x: np.ndarray) -> None:
    # R divides 0 by 0 there; the loss tells, so that the run ends as diverged.
    loop, p = left_by_all(x, "r-recycled")
    assert np.isnan(p[:, 2]).all()
    assert np.isnan(loop.run(tf.constant(p), 0, 3))


def test_a_target_too_large_for_float32_becomes_infinite(x: np.ndarray) -> None:
    q = np.full((4, 2), 0.5, np.float32)
    q[:, 0] = 1e-42
    loop = clustering_loop(clustering_model(), x, target="r-recycled")
    assert np.isinf(loop.target(q)).any()
