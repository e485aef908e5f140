"""Random numbers inside a graph, from the seed of the run and the number of the step alone.

Nothing here carries state, so a run that continues at step 1,000 draws what an uninterrupted one
would draw there.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import tensorflow as tf


class Purpose(IntEnum):
    """What numbers are drawn for; each has a sequence of its own."""

    LAYER_INPUT = 0
    LAYER_OUTPUT = 1
    PRETRAINING_IMAGES = 2
    CLUSTERING_IMAGES = 3


def seed_of(purpose: Purpose, seed: Any, step: Any) -> Any:
    """The seed of TensorFlow's stateless operations, (2,) int64.

    Parameters
    ----------
    seed : of the run, int64 scalar
    step : gradient steps of the phase before this one, whole scalar
    """
    return tf.stack([seed * len(Purpose) + purpose, tf.cast(step, tf.int64)])


def dropped(values: Any, rate: float, seed: Any) -> Any:
    """``values`` with a share ``rate`` of them set to 0, and the others divided by 1 - ``rate``."""
    return tf.nn.experimental.stateless_dropout(values, rate, seed)
