"""Pretraining in a compiled graph: many gradient steps at once."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from dec_core.config import PretrainingSettings
from dec_core.model import mean_squared_error
from dec_core.training.checkpoint import Checkpoint
from dec_core.training.compiled_loop import CompiledLoop
from dec_core.training.resident import ResidentSamples, as_float


class PretrainingLoop(CompiledLoop):
    """Gradient steps on the mean squared reconstruction error.

    The weights equal those of Keras' ``train_on_batch`` on the same batches, bit for bit.

    Parameters
    ----------
    autoencoder : maps (batch, n_features) to the same shape; its weights are trained in place
    x : (n_samples, n_features)
    """

    def __init__(
        self,
        autoencoder: keras.Model,
        x: ResidentSamples,
        settings: PretrainingSettings,
        seed: int,
    ) -> None:
        super().__init__(autoencoder, x, settings, seed)
        self._compiled = self._compile(autoencoder)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Put weights and optimizer back to where the checkpoint was taken."""
        self._model.set_weights(checkpoint.weights)
        self._set_optimizer(checkpoint.optimizer)

    def run(self, first: int, count: int) -> float:
        """Steps ``first`` to ``first + count - 1``, all within one pass over the data.

        Returns the sum over these steps of batch loss times batch size.
        """
        self._go_to_step(first)
        order = self.batches.order(first)
        return float(self._compiled(self._x, order, tf.constant(first), tf.constant(count)))

    def _compile(self, autoencoder: keras.Model) -> Any:
        batches, optimizer, variables = self.batches, self.optimizer, self._variables

        @tf.function(autograph=True)
        def run(x: ResidentSamples, order: Any, first: Any, count: Any) -> Any:
            total = tf.constant(0.0)
            for step in tf.range(first, first + count):
                (rows,) = batches.take(step, order, x.values)
                batch = as_float(rows, x.divisor)
                with tf.GradientTape() as tape:
                    loss = mean_squared_error(batch, autoencoder(batch, training=True))
                optimizer.apply(tape.gradient(loss, variables), variables)
                total += loss * tf.cast(tf.shape(batch)[0], tf.float32)
            return total

        return run
