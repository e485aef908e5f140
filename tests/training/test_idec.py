"""IDEC's gradient steps against plain Keras, finite differences, DEC and pretraining."""

from __future__ import annotations

from itertools import islice
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dec_core.config import ClusteringSettings, DenseNetwork, PretrainingSettings
from dec_core.data.samples import Samples
from dec_core.events.events import WarningRaised
from dec_core.model import (
    OBJECTIVE_LOSSES,
    Autoencoder,
    build_autoencoder,
    build_clustering_model,
    kl_divergence,
    soft_assignment,
    target_distribution,
)
from dec_core.model.objectives import ObjectiveLoss, clustering_loss
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.resident import ResidentSamples
from dec_core.training.trainer import train
from tests.model.reference import ReferenceClustering, compile_model
from tests.model.test_clustering_layer import central_differences
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
from tests.training.small_runs import blobs, small_config

K = 5


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return samples()


@pytest.fixture(scope="module")
def p() -> np.ndarray:
    q = np.random.default_rng(1).dirichlet(np.ones(K), N_SAMPLES)
    return target_distribution(q).astype(np.float32)


def networks(units: DenseNetwork = UNITS) -> tuple[Autoencoder, keras.Model]:
    """An autoencoder and its clustering model, with equal weights at every call."""
    autoencoder = build_autoencoder(N_FEATURES, units, seed=2)
    model = build_clustering_model(autoencoder.encoder, ClusteringSettings(n_clusters=K))
    centers = np.random.default_rng(3).normal(0, 0.3, (K, units.n_dimensions))
    model.get_layer("clustering").cluster_centers.assign(centers.astype(np.float32))
    return autoencoder, model


def settings_of(objective: str, **values: Any) -> ClusteringSettings:
    return ClusteringSettings.model_validate(
        {"n_clusters": K, "batch_size": BATCH_SIZE, "objective": objective, **values}
    )


def loop_of(
    autoencoder: Autoencoder, model: keras.Model, x: np.ndarray, settings: ClusteringSettings
) -> ClusteringLoop:
    decoder = autoencoder.decoder if settings.objective.trains_decoder else None
    return ClusteringLoop(model, ResidentSamples.of(Samples(x)), settings, 0, decoder)


@BY_NAME
@pytest.mark.parametrize("loss", ["kld", "mse"])
def test_steps_equal_train_on_batch(
    x: np.ndarray, p: np.ndarray, values: dict[str, Any], loss: str
) -> None:
    settings = settings_of("idec", loss=loss, gamma=0.3, **values)
    autoencoder, model = networks()
    before = autoencoder.model.get_weights()
    loop_of(autoencoder, model, x, settings).run(tf.constant(p), 0, STEPS)
    plain, clustering = networks()
    joint = keras.Model(clustering.input, [clustering.output, plain.model.output])
    compile_model(joint, settings)
    reference = ReferenceClustering(joint, x, settings)
    reference.take_target(p)
    reference.take_steps(STEPS)
    assert_same_bits(model.get_weights(), clustering.get_weights())
    assert_same_bits(autoencoder.model.get_weights(), plain.model.get_weights())
    for old, new in zip(before, autoencoder.model.get_weights(), strict=True):
        assert not np.array_equal(old, new)


@BY_NAME
def test_gamma_1_without_the_reconstruction_error_is_dec(
    x: np.ndarray, p: np.ndarray, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    dec, idec = networks(), networks()
    alone = loop_of(*dec, x, settings_of("dec", **values)).run(tf.constant(p), 0, STEPS)
    monkeypatch.setitem(
        OBJECTIVE_LOSSES,
        "idec",
        lambda settings: ObjectiveLoss(clustering_loss(settings), settings.gamma, 0.0),
    )
    settings = settings_of("idec", gamma=1.0, **values)
    beside = loop_of(*idec, x, settings).run(tf.constant(p), 0, STEPS)
    assert_same_bits(dec[1].get_weights(), idec[1].get_weights())
    assert_same_bits(dec[0].model.get_weights()[6:], idec[0].model.get_weights()[6:])
    assert (alone.clustering, alone.reconstruction) == (beside.clustering, None)
    assert beside.reconstruction is not None


def test_gamma_0_is_pretraining_that_leaves_the_centres(x: np.ndarray, p: np.ndarray) -> None:
    (pretrained, _), (trained, model) = networks(), networks()
    centers = model.get_weights()[-1]
    values: dict[str, Any] = {"learning_rate": 0.2, "batch_size": BATCH_SIZE}
    pretraining = PretrainingSettings(shuffle=False, **values)
    PretrainingLoop(pretrained.model, ResidentSamples.of(Samples(x)), pretraining, 0).run(0, 5)
    settings = settings_of("idec", gamma=0.0, learning_rate=0.2)
    losses = loop_of(trained, model, x, settings).run(tf.constant(p), 0, 5)
    assert_same_bits(pretrained.model.get_weights(), trained.model.get_weights())
    assert np.array_equal(model.get_weights()[-1], centers)
    assert losses.clustering > 0


@pytest.mark.parametrize(("gamma", "count"), [(0.0, 1), (0.1, 0)])
def test_a_run_at_gamma_0_says_that_nothing_clusters(gamma: float, count: int) -> None:
    values = {"clustering.objective": "idec", "clustering.gamma": gamma}
    beginning = islice(train(small_config(values), blobs()), 4)
    said = [event.message for event in beginning if isinstance(event, WarningRaised)]
    assert len(said) == count
    assert all("the target distribution has no influence" in sentence for sentence in said)


def objective(weights: list[np.ndarray], x: np.ndarray, p: np.ndarray, gamma: float) -> float:
    """L_r + gamma L_c in float64, of a network 12-4-2-4-12 with tanh, its centres last."""
    *layers, centers = weights
    flow, embedding = x, x
    for number, (kernel, bias) in enumerate(zip(layers[::2], layers[1::2], strict=True)):
        flow = flow @ kernel + bias
        if number == 1:
            embedding = flow
        elif number != 3:
            flow = np.tanh(flow)
    clustering = kl_divergence(p, soft_assignment(embedding, centers))
    return float(np.mean((flow - x) ** 2)) + gamma * clustering


@pytest.mark.parametrize("gamma", [0.1, 4.0])
def test_a_step_goes_down_the_gradient_of_the_objective(
    x: np.ndarray, p: np.ndarray, gamma: float
) -> None:
    autoencoder, model = networks(DenseNetwork(units=(4, 2), activation="tanh"))
    settings = settings_of("idec", gamma=gamma, learning_rate=1.0, momentum=0.0)
    before = [*autoencoder.model.get_weights(), model.get_weights()[-1]]
    losses = loop_of(autoencoder, model, x, settings).run(tf.constant(p), 0, 1)
    after = [*autoencoder.model.get_weights(), model.get_weights()[-1]]
    exact = [weights.astype(np.float64) for weights in before]
    batch, target = x[:BATCH_SIZE].astype(np.float64), p[:BATCH_SIZE].astype(np.float64)
    for index, weights in enumerate(exact):

        def moved(values: np.ndarray, index: int = index) -> float:
            return objective([*exact[:index], values, *exact[index + 1 :]], batch, target, gamma)

        expected = central_differences(moved, weights)
        np.testing.assert_allclose(before[index] - after[index], expected, atol=2e-6)
        assert np.abs(expected).max() > 1e-3
    assert losses.reconstruction is not None
    total = losses.reconstruction + gamma * losses.clustering
    assert total == pytest.approx(objective(exact, batch, target, gamma), rel=1e-5)
