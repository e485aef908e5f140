"""What the compiled loops are compared on: random samples, optimizers, and weights bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from dec_core.config import DenseNetwork

N_SAMPLES, N_FEATURES, STEPS = 300, 12, 50
# Five batches in a pass, of which the last has 44 samples.
BATCH_SIZE = 64
UNITS = DenseNetwork(units=(16, 24, 4))
OPTIMIZERS: list[dict[str, Any]] = [
    {"optimizer": "sgd", "learning_rate": 0.2, "momentum": 0.9},
    {"optimizer": "adam", "learning_rate": 0.003},
]
BY_NAME = pytest.mark.parametrize("values", OPTIMIZERS, ids=lambda values: values["optimizer"])


def samples() -> np.ndarray:
    """(N_SAMPLES, N_FEATURES) float32, the same at every call."""
    return np.random.default_rng(0).random((N_SAMPLES, N_FEATURES), np.float32)


def assert_same_bits(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> None:
    """Of two lists of weights."""
    assert [a.tobytes() for a in first] == [b.tobytes() for b in second]
