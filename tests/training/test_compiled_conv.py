"""The compiled loops on convolutional networks against plain Keras, bit for bit."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dec_core.config import (
    ClusteringSettings,
    Conv3DNetwork,
    ConvNetwork,
    ConvolutionalNetwork,
    PretrainingSettings,
)
from dec_core.data.samples import Samples
from dec_core.model import Autoencoder, build_autoencoder, build_clustering_model
from dec_core.training.compiled_clustering import ClusteringLoop, Evaluation
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.resident import ResidentSamples
from tests.model.reference import ReferenceClustering, compile_model, reconstruct, stored_order
from tests.training.bits import OPTIMIZERS, assert_same_bits

SGD, ADAM = OPTIMIZERS

# Three batches in a pass, of which the last has 6 samples; sides that strides do not divide.
N_SAMPLES, BATCH_SIZE, STEPS = 70, 32, 9
LAYERS: dict[str, Any] = {
    "filters": (16, 32),
    "kernels": (5, 3),
    "strides": (2, 2),
    "dimensions": 4,
}
FLAT = ConvNetwork(**LAYERS, image_shape=(11, 9, 3))
DEEP = Conv3DNetwork(**LAYERS, image_shape=(5, 11, 6, 1))
EACH = pytest.mark.parametrize("network", [FLAT, DEEP], ids=["conv", "conv3d"])


def samples(network: ConvolutionalNetwork) -> np.ndarray:
    return np.random.default_rng(0).random((N_SAMPLES, math.prod(network.image_shape)), np.float32)


@EACH
def test_pretraining_equals_train_on_batch(network: ConvolutionalNetwork) -> None:
    x = samples(network)
    settings = PretrainingSettings(batch_size=BATCH_SIZE, shuffle=False, **ADAM)
    model, plain = (build_autoencoder(x.shape[1], network, seed=2).model for _ in range(2))
    before = model.get_weights()
    PretrainingLoop(model, ResidentSamples.of(Samples(x)), settings, seed=0).run(0, STEPS)
    compile_model(plain, settings)
    reconstruct(plain, x, stored_order(N_SAMPLES, BATCH_SIZE), 0, STEPS)
    assert_same_bits(model.get_weights(), plain.get_weights())
    assert not any(np.array_equal(a, b) for a, b in zip(model.get_weights(), before, strict=True))


@EACH
@pytest.mark.parametrize("objective", ["dec", "idec"])
def test_clustering_equals_train_on_batch(network: ConvolutionalNetwork, objective: str) -> None:
    x = samples(network)
    values = {"n_clusters": 5, "batch_size": BATCH_SIZE, "objective": objective, **SGD}
    settings = ClusteringSettings.model_validate(values)
    p = np.random.default_rng(1).dirichlet(np.ones(5), N_SAMPLES).astype(np.float32)
    (autoencoder, model), (plain, plain_model) = (networks(network, settings) for _ in range(2))
    before = model.get_weights()
    decoder = autoencoder.decoder if settings.objective.trains_decoder else None
    loop = ClusteringLoop(model, ResidentSamples.of(Samples(x)), settings, 0, decoder)
    loop.run(tf.constant(p), 0, STEPS)
    trained = plain_model
    if decoder is not None:
        trained = keras.Model(plain_model.input, [plain_model.output, plain.model.output])
    compile_model(trained, settings)
    reference = ReferenceClustering(trained, x, settings)
    reference.take_target(p)
    reference.take_steps(STEPS)
    assert_same_bits(model.get_weights(), plain_model.get_weights())
    assert_same_bits(autoencoder.model.get_weights(), plain.model.get_weights())
    assert not np.array_equal(model.get_weights()[0], before[0])
    evaluated = loop.evaluate_all()
    np.testing.assert_allclose(evaluated.q, model(x).numpy(), rtol=1e-5)


def networks(
    network: ConvolutionalNetwork, settings: ClusteringSettings
) -> tuple[Autoencoder, keras.Model]:
    """An autoencoder and its clustering model, with equal weights at every call."""
    autoencoder = build_autoencoder(math.prod(network.image_shape), network, seed=2)
    model = build_clustering_model(autoencoder.encoder, settings)
    centers = np.random.default_rng(3).normal(0, 0.3, (5, 4)).astype(np.float32)
    model.get_layer("clustering").cluster_centers.assign(centers)
    return autoencoder, model


@EACH
def test_fewer_rows_a_call_give_the_same_bits(
    network: ConvolutionalNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, settings = samples(network), ClusteringSettings(n_clusters=5)
    model = networks(network, settings)[1]
    resident = ResidentSamples.of(Samples(x))
    whole = ClusteringLoop(model, resident, settings, 0).evaluate_all()
    # Every place of the feature maps takes the whole kernel once, and the embedding its own once.
    places = [*(math.prod(maps[:-1]) for maps in network.maps(x.shape[1])[1:]), 1]
    kernels = network.encoder_shapes(x.shape[1])[::2]
    products = sum(n * math.prod(shape) for n, shape in zip(places, kernels, strict=True))
    monkeypatch.setattr("dec_core.training.memory.EVALUATION_PRODUCTS", 40 * products)
    pieces = list(ClusteringLoop(model, resident, settings, 0).evaluate())
    assert [begin for begin, _ in pieces] == [0, 32, 64]
    joined = Evaluation.joined(piece for _, piece in pieces)
    assert_same_bits(joined, whole)
