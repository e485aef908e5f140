"""The loop that a user of Keras 3 writes and that DEC-keras runs: the yardstick.

Same networks, same clustering layer, same optimizers and batches as ours. Everything that the
loop leaves open is Keras' default, such as ``predict`` in batches of 32.
"""

from __future__ import annotations

import keras
import numpy as np

from dec_core.config import DenseNetwork
from dec_core.model import build_autoencoder
from tests.benchmarks.contenders import (
    BATCH_SIZE,
    CLUSTERING,
    PRETRAINING,
    SEED,
    Cycle,
    Floats,
    clustering_model,
    timed,
)


class PlainPretraining:
    """``compile`` and ``fit``."""

    def __init__(self, settings: DenseNetwork, x: Floats) -> None:
        self._x = x
        self._model = build_autoencoder(x.shape[1], settings, SEED).model
        optimizer = keras.optimizers.SGD(PRETRAINING.learning_rate, PRETRAINING.momentum)
        self._model.compile(optimizer, loss="mse")
        self._fit(warm_up_rows(x))

    def __call__(self) -> float:
        """Seconds of one epoch."""
        return timed(lambda: self._fit(self._x))

    def _fit(self, x: Floats) -> None:
        self._model.fit(x, x, batch_size=BATCH_SIZE, epochs=1, shuffle=True, verbose=0)


class PlainClustering:
    """``predict``, the target in NumPy, ``train_on_batch`` in stored order."""

    def __init__(self, settings: DenseNetwork, x: Floats) -> None:
        self._x = x
        self._index = 0
        self._model = clustering_model(x.shape[1], settings)
        optimizer = keras.optimizers.SGD(CLUSTERING.learning_rate, CLUSTERING.momentum)
        self._model.compile(optimizer, loss="kld")
        rows = warm_up_rows(x)
        self._update(rows)
        # The batch of every step but a pass's last one, and that one.
        for begin, end in ((0, BATCH_SIZE), (BATCH_SIZE, len(rows))):
            if begin < end:
                self._model.train_on_batch(rows[begin:end], self._p[begin:end])

    def __call__(self, steps: int) -> Cycle:
        """Seconds of one update and, over ``steps`` steps, of one step."""
        update = timed(lambda: self._update(self._x))
        return Cycle(update, timed(lambda: self._run(steps)) / steps)

    def _update(self, x: Floats) -> None:
        q = self._model.predict(x, verbose=0)
        weight = q**2 / q.sum(axis=0)
        self._p = (weight.T / weight.sum(axis=1)).T

    def _run(self, steps: int) -> None:
        rows = np.arange(len(self._x))
        for _ in range(steps):
            begin = self._index * BATCH_SIZE
            batch = rows[begin : begin + BATCH_SIZE]
            self._model.train_on_batch(self._x[batch], self._p[batch])
            self._index = self._index + 1 if begin + BATCH_SIZE < len(self._x) else 0


def warm_up_rows(x: Floats) -> Floats:
    """A few rows that fall into batches of exactly the sizes that all of ``x`` falls into.

    One full batch and the last, smaller one, as graphs may be compiled for each size anew.
    """
    return x[: BATCH_SIZE + len(x) % BATCH_SIZE]
