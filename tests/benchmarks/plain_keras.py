"""The loop that a user of Keras 3 writes and that DEC-keras runs: the yardstick.

Same networks, same clustering layer, same optimizers and batches as ours. Everything that the
loop leaves open is Keras' default, such as ``predict`` in batches of 32.
"""

from __future__ import annotations

import keras

from dec_core.model import build_autoencoder
from tests.benchmarks.contenders import (
    BATCH_SIZE,
    CLUSTERING,
    PRETRAINING,
    SEED,
    Cycle,
    Floats,
    Network,
    clustering_model,
    timed,
)
from tests.model.reference import ReferenceClustering, compile_model


class PlainPretraining:
    """``compile`` and ``fit``."""

    def __init__(self, settings: Network, x: Floats) -> None:
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
    """``ReferenceClustering``, compiled as Keras does unless told otherwise."""

    def __init__(self, settings: Network, x: Floats) -> None:
        model = clustering_model(x.shape[1], settings)
        compile_model(model, CLUSTERING, jit_compile="auto")
        warm_up = ReferenceClustering(model, warm_up_rows(x), CLUSTERING)
        warm_up.update()
        # The batch of every step but a pass's last one, and that one.
        warm_up.take_steps(2)
        self._loop = ReferenceClustering(model, x, CLUSTERING)

    def __call__(self, steps: int) -> Cycle:
        """Seconds of one update and, over ``steps`` steps, of one step."""
        update = timed(self._loop.update)
        return Cycle(update, timed(lambda: self._loop.take_steps(steps)) / steps)


def warm_up_rows(x: Floats) -> Floats:
    """A few rows that fall into batches of exactly the sizes that all of ``x`` falls into.

    One full batch and the last, smaller one, as graphs may be compiled for each size anew.
    """
    return x[: BATCH_SIZE + len(x) % BATCH_SIZE]
