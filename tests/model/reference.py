"""Training DEC and IDEC as plain Keras loops: slow, readable, and what faster loops must equal.

Clustering is the loop of DEC-keras: ``predict`` on all data for every target, ``train_on_batch``
for every gradient step. Nothing is shared with the compiled loops but the networks and Keras
itself; the equations are those of ``assignment``. Tests compare weights with it bit for bit, and
benchmarks take it as the yardstick.

Source: Xie, Girshick, Farhadi, "Unsupervised Deep Embedding for Clustering Analysis", ICML 2016,
section 3.1; Guo, Gao, Liu, Yin, "Improved Deep Embedded Clustering with Local Structure
Preservation", IJCAI 2017, section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from dec_core.config import (
    ClusteringSettings,
    DecObjective,
    IdecObjective,
    Objective,
    PretrainingSettings,
)
from dec_core.errors import SettingsError
from dec_core.model.assignment import recycled_target_distribution, target_distribution

Floats = NDArray[np.floating]
# The rows of the batch of a gradient step.
Rows = Callable[[int], Any]


@dataclass(frozen=True, eq=False)
class ReferenceUpdate:
    """What an update of the target distribution finds.

    Attributes
    ----------
    iteration : gradient steps done
    labels : (n_samples,), the cluster of the largest q
    delta_label : share of the samples whose label changed since the update before, in [0, 1]
    """

    iteration: int
    labels: NDArray[np.integer]
    delta_label: float


class ReferenceClustering:
    """Gradient steps towards a target distribution that is renewed at intervals.

    Parameters
    ----------
    model : maps (batch, n_features) to q, (batch, n_clusters), for IDEC to q and the
        reconstruction; compiled, see ``compile_model``, with the k-means centres in its clustering
        layer; trained in place
    x : (n_samples, n_features) float32
    settings : target rule, batch size, update interval, tolerance and maximum
    rows : which rows of ``x`` a step takes; in stored order unless given
    """

    def __init__(
        self, model: keras.Model, x: Floats, settings: ClusteringSettings, rows: Rows | None = None
    ) -> None:
        self._model = model
        self._x = x
        self._settings = settings
        self._rows = rows or stored_order(len(x), settings.batch_size)
        self._p: Floats = np.empty((0, settings.n_clusters))
        self.iteration = 0

    def run(self, labels: NDArray[np.integer]) -> list[ReferenceUpdate]:
        """From the k-means start to the end of the run.

        The stop rule of section 3.1.3 ends it: fewer than ``tol`` of the samples have changed
        their cluster since the update an interval before. So does ``max_iterations``.

        Parameters
        ----------
        labels : (n_samples,) of the k-means start

        Returns
        -------
        Every update, the first before any step
        """
        settings, updates = self._settings, []
        while True:
            previous, labels = labels, self.update()
            delta_label = float(np.mean(labels != previous))
            updates.append(ReferenceUpdate(self.iteration, labels, delta_label))
            is_scheduled = self.iteration > 0 and self.iteration % settings.update_interval == 0
            is_stable = is_scheduled and delta_label < settings.tol
            if is_stable or self.iteration >= settings.max_iterations:
                return updates
            left = settings.max_iterations - self.iteration
            self.take_steps(min(settings.update_interval, left))

    def update(self) -> NDArray[np.integer]:
        """Renew P from q over all data; the labels, (n_samples,), are the largest q."""
        q = self._model.predict(self._x, verbose=0)
        self.take_target(target_by_rule(q, self._settings.target.kind))
        return q.argmax(axis=1)

    def take_target(self, p: Floats) -> None:
        """Go on towards ``p``, (n_samples, n_clusters)."""
        self._p = p

    def take_steps(self, count: int) -> None:
        """``count`` gradient steps on the loss, equation 2 unless the settings name another."""
        for step in range(self.iteration, self.iteration + count):
            rows = self._rows(step)
            batch = self._x[rows]
            if self._settings.target.kind == "per-batch":
                p = target_by_rule(np.asarray(self._model(batch)), "per-batch")
            else:
                p = self._p[rows]
            # Keras updates the encoder and the centres at once (equations 4 and 5).
            is_dec = isinstance(self._settings.objective, DecObjective)
            self._model.train_on_batch(batch, p if is_dec else [p, batch])
        self.iteration += count


def target_by_rule(q: Floats, rule: str) -> NDArray[np.float32]:
    """P from q by equation 3, or as the R port divides; (n_rows, n_clusters).

    Parameters
    ----------
    rule : one of the kinds of target rule that the program comes with
    """
    function = recycled_target_distribution if rule == "r-recycled" else target_distribution
    return function(q.astype(np.float64)).astype(np.float32)


def reconstruct(model: keras.Model, x: Floats, rows: Rows, first: int, count: int) -> None:
    """Gradient steps ``first`` to ``first + count - 1`` of pretraining, towards the input itself.

    Parameters
    ----------
    model : the autoencoder, compiled, see ``compile_model``; trained in place
    x : (n_samples, n_features) float32
    rows : which rows of ``x`` a step takes
    """
    for step in range(first, first + count):
        batch = x[rows(step)]
        model.train_on_batch(batch, batch)


def compile_model(
    model: keras.Model,
    settings: ClusteringSettings | PretrainingSettings,
    jit_compile: bool | Literal["auto"] = False,
) -> None:
    """Give the model its optimizer and its loss, of Keras by their names.

    Parameters
    ----------
    jit_compile : as in ``keras.Model.compile``; with XLA the last digits are others
    """
    if settings.optimizer == "adam":
        optimizer = keras.optimizers.Adam(settings.learning_rate)
    else:
        optimizer = keras.optimizers.SGD(settings.learning_rate, momentum=settings.momentum)
    objective: Objective = DecObjective(loss="mse")
    if isinstance(settings, ClusteringSettings):
        objective = settings.objective
    losses: str | list[str]
    if isinstance(objective, DecObjective):
        losses, weights = objective.loss, None
    elif isinstance(objective, IdecObjective):
        losses, weights = [objective.loss, "mse"], [objective.gamma, 1.0]
    else:
        raise SettingsError(
            f"The reference trains dec and idec. Received {objective.kind!r}. Choose one of them."
        )
    model.compile(optimizer, losses, loss_weights=weights, jit_compile=jit_compile)


def stored_order(n_samples: int, batch_size: int) -> Rows:
    """Batches as the data lie; the last of a pass is smaller where it must be."""
    per_pass = -(-n_samples // batch_size)

    def rows(step: int) -> slice:
        begin = step % per_pass * batch_size
        return slice(begin, begin + batch_size)

    return rows
