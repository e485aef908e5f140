"""The compiled loops on a convolutional network against plain Keras, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from dec_core.config import ClusteringSettings, ConvNetwork, PretrainingSettings
from dec_core.data.samples import Samples
from dec_core.model import build_autoencoder, build_clustering_model
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.resident import ResidentSamples
from tests.model.reference import ReferenceClustering, compile_model, reconstruct, stored_order
from tests.training.bits import OPTIMIZERS, assert_same_bits

SGD, ADAM = OPTIMIZERS

# Three batches in a pass, of which the last has 6 samples; sides that strides do not divide.
SHAPE, N_SAMPLES, BATCH_SIZE, STEPS = (11, 9, 3), 70, 32, 9
NETWORK = ConvNetwork(
    filters=(16, 32), kernels=(5, 3), strides=(2, 2), dimensions=4, image_shape=SHAPE
)
X = np.random.default_rng(0).random((N_SAMPLES, 297), np.float32)
RESIDENT = ResidentSamples.of(Samples(X))


def test_pretraining_equals_train_on_batch() -> None:
    settings = PretrainingSettings(batch_size=BATCH_SIZE, shuffle=False, **ADAM)
    model, plain = (build_autoencoder(297, NETWORK, seed=2).model for _ in range(2))
    before = model.get_weights()
    PretrainingLoop(model, RESIDENT, settings, seed=0).run(0, STEPS)
    compile_model(plain, settings)
    reconstruct(plain, X, stored_order(N_SAMPLES, BATCH_SIZE), 0, STEPS)
    assert_same_bits(model.get_weights(), plain.get_weights())
    assert not any(np.array_equal(a, b) for a, b in zip(model.get_weights(), before, strict=True))


def test_clustering_equals_train_on_batch() -> None:
    settings = ClusteringSettings(n_clusters=5, batch_size=BATCH_SIZE, **SGD)
    p = np.random.default_rng(1).dirichlet(np.ones(5), N_SAMPLES).astype(np.float32)
    model, plain = _clustering_model(settings), _clustering_model(settings)
    before = model.get_weights()
    loop = ClusteringLoop(model, RESIDENT, settings, seed=0)
    loop.run(tf.constant(p), 0, STEPS)
    compile_model(plain, settings)
    reference = ReferenceClustering(plain, X, settings)
    reference.take_target(p)
    reference.take_steps(STEPS)
    assert_same_bits(model.get_weights(), plain.get_weights())
    assert not np.array_equal(model.get_weights()[0], before[0])
    evaluated = loop.evaluate_all()
    np.testing.assert_allclose(evaluated.q, model(X).numpy(), rtol=1e-5)


def _clustering_model(settings: ClusteringSettings) -> Any:
    model = build_clustering_model(build_autoencoder(297, NETWORK, seed=2).encoder, settings)
    centers = np.random.default_rng(3).normal(0, 0.3, (5, 4)).astype(np.float32)
    model.get_layer("clustering").cluster_centers.assign(centers)
    return model
