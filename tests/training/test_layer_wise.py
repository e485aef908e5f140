"""Layer-wise pretraining: against plain Keras, layer by layer, and from any checkpoint on."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dec_core.config import (
    ConvNetwork,
    LayerWisePretraining,
    NetworkSettings,
)
from dec_core.data import Dataset
from dec_core.data.samples import Samples
from dec_core.events.events import (
    Event,
    PretrainingEpochEnded,
    PretrainingReused,
    ReconstructionsTaken,
)
from dec_core.model import LayerPair, build_autoencoder
from dec_core.training.checkpoint import Checkpoint, Resumption
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.context import TrainingContext
from dec_core.training.networks import CompiledNetwork
from dec_core.training.noise import Purpose, dropped, seed_of
from dec_core.training.phases.pretraining import PretrainingPhase
from dec_core.training.resident import ResidentSamples
from tests.model.reference import compile_model
from tests.training.bits import BATCH_SIZE, N_FEATURES, UNITS, assert_same_bits, samples
from tests.training.small_runs import blobs, of_kind, small_context

SEED, DROPOUT = 3, 0.25
ADAM = {"optimizer": "adam", "learning_rate": 0.003, "batch_size": BATCH_SIZE, "shuffle": False}
LAYER_WISE = {
    "pretraining.kind": "layer-wise",
    "pretraining.layer_epochs": 2,
    "pretraining.dropout": DROPOUT,
}
IMAGES = {**LAYER_WISE, "pretraining.shift": 1, "pretraining.rotation": 20}
CONV = ConvNetwork(filters=(6, 8), kernels=(3, 3), strides=(2, 2), dimensions=4)


class PlainLayer:
    """A layer with its mirror as Keras trains it, from noise that is drawn outside."""

    def __init__(self, layer: LayerPair, settings: LayerWisePretraining) -> None:
        taken = keras.Input(layer.encoder.input.shape[1:])
        kept = keras.Input(layer.encoder.output.shape[1:])
        noisy = layer.encoder(taken) * kept
        self._model = keras.Model([taken, kept], layer.decoder(noisy))
        self._layer = layer
        compile_model(self._model, settings)

    def step(self, batch: np.ndarray, step: int) -> None:
        before = self._layer.before
        taken = tf.constant(batch) if before is None else before(batch)
        seeds = [
            seed_of(purpose, tf.constant(SEED, tf.int64), step)
            for purpose in (Purpose.LAYER_INPUT, Purpose.LAYER_OUTPUT)
        ]
        kept = tf.ones((len(batch), *self._layer.encoder.output.shape[1:]))
        noise = [dropped(taken, DROPOUT, seeds[0]), dropped(kept, DROPOUT, seeds[1])]
        self._model.train_on_batch(noise, taken)


@pytest.mark.parametrize(
    ("network", "n_features"), [(UNITS, N_FEATURES), (CONV, 36)], ids=["dense", "conv"]
)
def test_each_layer_equals_train_on_batch_and_leaves_the_others_alone(
    network: NetworkSettings, n_features: int
) -> None:
    settings = LayerWisePretraining(**ADAM)  # type: ignore[arg-type]
    x = samples() if n_features == N_FEATURES else np.tile(samples(), 3)
    model, plain = (build_autoencoder(n_features, network, seed=2) for _ in range(2))
    resident = ResidentSamples.of(Samples(x))
    for number in range(1, network.n_layers + 1):
        before = model.model.get_weights()
        layer = model.layer(number)
        options: dict[str, Any] = {"layer": layer, "dropout": DROPOUT}
        PretrainingLoop(model.model, resident, settings, SEED, **options).run(0, 5)
        reference = PlainLayer(plain.layer(number), settings)
        for step in range(5):
            begin = step * BATCH_SIZE
            reference.step(x[begin : begin + BATCH_SIZE], step)
        assert_same_bits(model.model.get_weights(), plain.model.get_weights())
        changed = [
            not np.array_equal(one, other)
            for one, other in zip(before, model.model.get_weights(), strict=True)
        ]
        # Kernel and bias of the layer, and of its mirror.
        n_arrays = 2 * network.n_layers
        at = [2 * number - 2, 2 * number - 1]
        mirrored = [n_arrays + 2 * (network.n_layers - number) + one for one in (0, 1)]
        assert [i for i, is_changed in enumerate(changed) if is_changed] == [*at, *mirrored]


def phase_of(context: TrainingContext, **values: Any) -> PretrainingPhase:
    return PretrainingPhase(context, CompiledNetwork(context), **values)


def errors(events: list[Event]) -> list[tuple[int | None, float]]:
    return [(event.layer, event.loss) for event in of_kind(events, PretrainingEpochEnded)]


def test_each_layer_lowers_its_error_and_so_that_of_the_whole() -> None:
    values = {
        **LAYER_WISE,
        "autoencoder.units": (16, 8, 3),
        "pretraining.layer_epochs": 12,
        "pretraining.epochs": 4,
        "pretraining.learning_rate": 0.01,
        "pretraining.dropout": 0.1,
    }
    phase = phase_of(small_context(values))
    events = list(phase.events())
    found = errors(events)
    assert [layer for layer, _ in found] == [1] * 12 + [2] * 12 + [3] * 12 + [None] * 4
    for layer in (1, 2, 3, None):
        own = [loss for one, loss in found if one == layer]
        assert own[-1] < own[0]
    taken = of_kind(events, ReconstructionsTaken)
    by_epoch = {
        one.epoch: float(np.square(one.originals - one.reconstructions).mean()) for one in taken
    }
    # All layers at once begin far below the untrained network.
    assert by_epoch[36] < by_epoch[0] / 2
    assert by_epoch[40] < by_epoch[0] / 2
    assert phase.loss == found[-1][1]


@pytest.fixture(scope="module")
def images() -> Dataset:
    x = np.random.default_rng(0).random((150, 36), np.float32)
    return Dataset("noise", x, image_shape=(6, 6, 1))


@pytest.mark.parametrize("kind", ["features", "images"])
def test_it_goes_on_from_every_epoch_bit_for_bit(kind: str, images: Dataset) -> None:
    values, data = (LAYER_WISE, blobs()) if kind == "features" else (IMAGES, images)
    whole = phase_of(small_context(values, data))
    losses: list[float] = []
    checkpoints: list[Checkpoint] = []
    for event in whole.events():
        if isinstance(event, PretrainingEpochEnded):
            losses.append(event.loss)
            checkpoint = whole.checkpoint()
            assert checkpoint is not None
            assert checkpoint.fits(checkpoint.config, data.n_samples, data.n_features)
            checkpoints.append(checkpoint)
    # Within a layer, between two, before all layers and among them.
    assert len(losses) == 2 * 2 + 2
    assert whole.pretrained is not None
    for checkpoint in (checkpoints[place - 1] for place in (1, 2, 4, 5)):
        again = phase_of(small_context(values, data))
        again.restore(Resumption(checkpoint, losses=tuple(losses[: checkpoint.epoch])))
        assert [loss for _, loss in errors(list(again.events()))] == losses[checkpoint.epoch :]
        assert again.pretrained is not None
        assert_same_bits(again.pretrained.weights, whole.pretrained.weights)


def test_the_error_of_a_layer_is_none_of_the_reconstruction() -> None:
    phase = phase_of(small_context({**LAYER_WISE, "pretraining.epochs": 0}))
    found = errors(list(phase.events()))
    assert [layer for layer, _ in found] == [1, 1, 2, 2]
    assert np.isnan(phase.loss)
    again = phase_of(
        small_context({**LAYER_WISE, "pretraining.epochs": 0}), pretrained=phase.pretrained
    )
    events = list(again.events())
    assert errors(events) == found
    assert of_kind(events, PretrainingReused) == [PretrainingReused(4)]
