"""What the compiled loops of pretraining and of clustering share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dec_core.config import ClusteringSettings, PretrainingSettings
from dec_core.model import build_optimizer, dropout_layers, set_dropout_step
from dec_core.training.batches import Batches
from dec_core.training.checkpoint import Arrays
from dec_core.training.resident import ResidentSamples

Settings = PretrainingSettings | ClusteringSettings


class CompiledLoop:
    """A model with its optimizer and its data, which one run after another may use.

    Parameters
    ----------
    model : maps (batch, n_features) to something; trained in place
    x : (n_samples, n_features)
    variables : what is trained; the model's unless they are given
    """

    def __init__(
        self,
        model: keras.Model,
        x: ResidentSamples,
        settings: Settings,
        seed: int,
        variables: Sequence[Any] = (),
    ) -> None:
        self.optimizer = build_optimizer(
            settings.optimizer, settings.learning_rate, settings.momentum
        )
        self._variables = list(variables) or model.trainable_variables
        self.optimizer.build(self._variables)
        self._model = model
        self._dropout = dropout_layers(model)
        self._untrained_optimizer = self.optimizer_state
        self.begin(x, settings, seed)

    def begin(self, x: ResidentSamples, settings: Settings, seed: int) -> None:
        """Take other data of the same shape and type, and a fresh optimizer, for another run.

        The settings may differ from the first ones in what no graph depends on, see ``networks``.
        """
        self._x: Any = x
        self._settings = settings
        self._seed = tf.constant(seed, tf.int64)
        self.batches = Batches(x.n_samples, settings.batch_size, _shuffle_seed(settings, seed))
        self._dropout_seed = _dropout_seed(settings, seed)
        self._set_optimizer(self._untrained_optimizer)
        self.optimizer.learning_rate.assign(settings.learning_rate)

    def end(self) -> None:
        """Let go of the data."""
        self._x = None

    @property
    def weights(self) -> Arrays:
        """The model's, as arrays."""
        return tuple(self._model.get_weights())

    @property
    def optimizer_state(self) -> Arrays:
        """The optimizer's variables, as arrays."""
        return tuple(np.asarray(variable) for variable in self.optimizer.variables)

    def _go_to_step(self, step: int) -> None:
        """Have the layers that drop values do so from gradient step ``step`` on."""
        set_dropout_step(self._dropout, self._dropout_seed, step)

    def forget_momentum(self, variable: Any) -> None:
        """Set what the optimizer keeps for one of the trained variables to 0."""
        place = next(i for i, trained in enumerate(self._variables) if trained is variable)
        # Step count and learning rate come first, then the same number for each variable.
        kept = self.optimizer.variables[2:]
        per_variable = len(kept) // len(self._variables)
        for slot in kept[place * per_variable : (place + 1) * per_variable]:
            slot.assign(np.zeros(slot.shape, np.float32))

    def _set_optimizer(self, state: Arrays) -> None:
        """Put the optimizer's variables back to ``state``, which has as many."""
        for variable, value in zip(self.optimizer.variables, state, strict=True):
            variable.assign(value)


def _shuffle_seed(settings: Settings, seed: int) -> tuple[int, int] | None:
    """Each phase shuffles in an order of its own."""
    if isinstance(settings, PretrainingSettings):
        return (seed, 1) if settings.shuffle else None
    return (seed, 3) if settings.batch_order == "shuffled" else None


def _dropout_seed(settings: Settings, seed: int) -> tuple[int, int]:
    """Each phase drops values of its own."""
    return seed, 4 if isinstance(settings, PretrainingSettings) else 5
