"""Dropout: Keras' own steps bit for bit, and masks that follow from seed and step alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dec_core.config import ClusteringSettings, DenseNetwork, PretrainingSettings
from dec_core.data.samples import Samples
from dec_core.model import build_autoencoder, build_clustering_model, dropout_layers
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.resident import ResidentSamples
from tests.model.reference import ReferenceClustering, compile_model, reconstruct, stored_order
from tests.training.bits import (
    BATCH_SIZE,
    N_FEATURES,
    N_SAMPLES,
    OPTIMIZERS,
    assert_same_bits,
    samples,
)

NETWORK = DenseNetwork(units=(16, 24, 4), dropout=0.3)
K, STEPS = 5, 12
X, P = samples(), np.random.default_rng(1).dirichlet(np.ones(K), N_SAMPLES).astype(np.float32)
RESIDENT = ResidentSamples.of(Samples(X))
PRETRAINING = PretrainingSettings(batch_size=BATCH_SIZE, shuffle=False, **OPTIMIZERS[1])
# From a first step and a number of steps to the steps taken.
Steps = Callable[[int, int], Any]


def clustering_of(objective: str) -> ClusteringSettings:
    values = {"n_clusters": K, "batch_size": BATCH_SIZE, "objective": objective, **OPTIMIZERS[0]}
    return ClusteringSettings.model_validate(values)


def ours(objective: str | None, seed: int = 0) -> tuple[keras.Model, Steps]:
    """A model that a compiled loop trains, and the loop; of pretraining without an objective."""
    autoencoder = build_autoencoder(N_FEATURES, NETWORK, seed=2)
    if objective is None:
        loop = PretrainingLoop(autoencoder.model, RESIDENT, PRETRAINING, seed)
        return autoencoder.model, loop.run
    settings = clustering_of(objective)
    model = build_clustering_model(autoencoder.encoder, settings)
    decoder = autoencoder.decoder if settings.objective.trains_decoder else None
    steps = ClusteringLoop(model, RESIDENT, settings, seed, decoder)
    if decoder is not None:
        model = keras.Model(model.input, [model.output, autoencoder.model.output])
    return model, lambda first, count: steps.run(tf.constant(P), first, count)


def plain(objective: str | None) -> tuple[keras.Model, Steps]:
    """The same for Keras' own steps."""
    model, _ = ours(objective)
    if objective is None:
        compile_model(model, PRETRAINING)
        rows = stored_order(N_SAMPLES, BATCH_SIZE)
        return model, lambda first, count: reconstruct(model, X, rows, first, count)
    compile_model(model, clustering_of(objective))
    reference = ReferenceClustering(model, X, clustering_of(objective))
    reference.take_target(P)
    return model, lambda _, count: reference.take_steps(count)


@pytest.mark.parametrize("objective", [None, "dec", "idec"])
def test_steps_equal_train_on_batch_with_the_same_masks(objective: str | None) -> None:
    (model, steps), (other, keras_steps) = ours(objective), plain(objective)
    other.set_weights(model.get_weights())
    before = model.get_weights()
    # In three calls, as a run is trained; the masks of Keras are those of one.
    for first, count in ((0, 5), (5, 1), (6, STEPS - 6)):
        steps(first, count)
    for layer, twin in zip(dropout_layers(model), dropout_layers(other), strict=True):
        number, drawn = layer.seed_generator.state.numpy()
        assert drawn == STEPS
        twin.seed_generator.state.assign([number, 0])
    assert len({int(one.seed_generator.state[0]) for one in dropout_layers(model)}) >= 2
    keras_steps(0, STEPS)
    assert_same_bits(model.get_weights(), other.get_weights())
    assert not np.array_equal(model.get_weights()[0], before[0])


def test_another_seed_or_phase_drops_other_values() -> None:
    states = []
    for objective, seed in ((None, 0), (None, 1), ("dec", 0)):
        model, steps = ours(objective, seed)
        steps(0, 1)
        states.append(int(dropout_layers(model)[0].seed_generator.state[0]))
    assert len(set(states)) == 3


def test_nothing_is_dropped_outside_of_training_or_without_dropout() -> None:
    model = build_autoencoder(N_FEATURES, NETWORK, seed=2).model
    without = build_autoencoder(N_FEATURES, NETWORK.model_copy(update={"dropout": 0.0}), seed=2)
    assert not dropout_layers(without.model)
    assert_same_bits([model(X).numpy()], [without.model(X).numpy()])
    assert np.mean(np.isclose(model(X, training=True), model(X))) < 0.5
