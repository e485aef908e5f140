"""Pretraining in a compiled graph: many gradient steps at once."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dec_core.config import PretrainingSettings
from dec_core.model import build_optimizer
from dec_core.training.batches import Batches
from dec_core.training.checkpoint import Arrays, Checkpoint


class PretrainingLoop:
    """Gradient steps on the mean squared reconstruction error.

    The arithmetic is Keras' own (its loss, its optimizer), so that the weights equal those of
    ``train_on_batch`` on the same batches; only the loop around it moved into the graph.

    Parameters
    ----------
    autoencoder : maps (batch, n_features) to the same shape; its weights are trained in place
    x : (n_samples, n_features) float32, resident on the device
    """

    def __init__(
        self, autoencoder: keras.Model, x: tf.Tensor, settings: PretrainingSettings, seed: int
    ) -> None:
        self.batches = _batches(x, settings, seed)
        self.optimizer = build_optimizer(
            settings.optimizer, settings.learning_rate, settings.momentum
        )
        self.optimizer.build(autoencoder.trainable_variables)
        self._untrained_optimizer = self.optimizer_state
        self._x: Any = x
        self._autoencoder = autoencoder
        self._compiled = self._compile(autoencoder)

    def begin(self, x: tf.Tensor, settings: PretrainingSettings, seed: int) -> None:
        """Take other data of the same shape, and a fresh optimizer, for another run.

        The settings may differ from the first ones in learning rate and epochs.
        """
        self.batches, self._x = _batches(x, settings, seed), x
        for variable, value in zip(
            self.optimizer.variables, self._untrained_optimizer, strict=True
        ):
            variable.assign(value)
        self.optimizer.learning_rate.assign(settings.learning_rate)

    def end(self) -> None:
        """Let go of the data."""
        self._x = None

    @property
    def weights(self) -> Arrays:
        """The autoencoder's, as arrays."""
        return tuple(self._autoencoder.get_weights())

    @property
    def optimizer_state(self) -> Arrays:
        """The optimizer's variables, as arrays."""
        return tuple(np.asarray(variable) for variable in self.optimizer.variables)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Put weights and optimizer back to where the checkpoint was taken."""
        self._autoencoder.set_weights(checkpoint.weights)
        for variable, value in zip(self.optimizer.variables, checkpoint.optimizer, strict=True):
            variable.assign(value)

    def run(self, first: int, count: int) -> float:
        """Steps ``first`` to ``first + count - 1``, all within one pass over the data.

        Returns the sum over these steps of batch loss times batch size.
        """
        order = self.batches.order(first)
        return float(self._compiled(self._x, order, tf.constant(first), tf.constant(count)))

    def _compile(self, autoencoder: keras.Model) -> Any:
        batches, optimizer = self.batches, self.optimizer
        variables = autoencoder.trainable_variables
        mean_squared_error = keras.losses.MeanSquaredError()

        @tf.function(autograph=True)
        def run(x: Any, order: Any, first: Any, count: Any) -> Any:
            total = tf.constant(0.0)
            for step in tf.range(first, first + count):
                (batch,) = batches.take(step, order, x)
                with tf.GradientTape() as tape:
                    loss = mean_squared_error(batch, autoencoder(batch, training=True))
                optimizer.apply(tape.gradient(loss, variables), variables)
                total += loss * tf.cast(tf.shape(batch)[0], tf.float32)
            return total

        return run


def _batches(x: tf.Tensor, settings: PretrainingSettings, seed: int) -> Batches:
    shuffle_seed = (seed, 1) if settings.shuffle else None
    return Batches(int(x.shape[0]), settings.batch_size, shuffle_seed)
