"""The compiled loop of pretraining against plain Keras: the same weights, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dec_core.config import PretrainingSettings
from dec_core.data.samples import Samples
from dec_core.model import build_autoencoder
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.resident import ResidentSamples
from tests.model.reference import compile_model, reconstruct, stored_order
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


def loops(x: np.ndarray, settings: PretrainingSettings) -> tuple[Any, Any, PretrainingLoop]:
    """Two equal autoencoders: one compiled by Keras, one with our loop on it."""
    model, plain = (build_autoencoder(N_FEATURES, UNITS, seed=2).model for _ in range(2))
    compile_model(plain, settings)
    return plain, model, PretrainingLoop(model, ResidentSamples.of(Samples(x)), settings, seed=0)


@BY_NAME
def test_pretraining_equals_train_on_batch(x: np.ndarray, values: dict[str, Any]) -> None:
    settings = PretrainingSettings(batch_size=BATCH_SIZE, shuffle=False, **values)
    plain, model, loop = loops(x, settings)
    before = model.get_weights()
    loop.run(0, STEPS)
    reconstruct(plain, x, stored_order(N_SAMPLES, BATCH_SIZE), 0, STEPS)
    assert_same_bits(model.get_weights(), plain.get_weights())
    assert not np.array_equal(model.get_weights()[0], before[0])


def test_shuffled_pretraining_equals_train_on_batch_in_its_order(x: np.ndarray) -> None:
    settings = PretrainingSettings(optimizer="sgd", learning_rate=0.2, batch_size=BATCH_SIZE)
    plain, model, loop = loops(x, settings)
    stored = stored_order(N_SAMPLES, BATCH_SIZE)

    def shuffled(step: int) -> Any:
        return loop.batches.order(step).numpy()[stored(step)]

    for first in (0, 5):
        total = loop.run(first, 5)
        losses = []
        for step in range(first, first + 5):
            batch = x[shuffled(step)]
            losses.append(len(batch) * float(np.square(plain(batch) - batch).mean()))
            reconstruct(plain, x, shuffled, step, 1)
        assert total == pytest.approx(sum(losses), rel=1e-5)
    assert_same_bits(model.get_weights(), plain.get_weights())
