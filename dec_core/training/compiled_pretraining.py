"""Pretraining in a compiled graph: many gradient steps at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from dec_core.config import PretrainingSettings
from dec_core.model import LayerPair, mean_squared_error
from dec_core.training.augmentation import Augmentation
from dec_core.training.checkpoint import Checkpoint
from dec_core.training.compiled_loop import CompiledLoop
from dec_core.training.noise import Purpose, dropped, seed_of
from dec_core.training.resident import ResidentSamples, as_float

# From a batch as it is seen, as it is to be reconstructed, seed and step to what is made smaller.
LossOfBatch = Callable[[Any, Any, Any, Any], Any]


class PretrainingLoop(CompiledLoop):
    """Gradient steps on the mean squared reconstruction error.

    The weights equal those of Keras' ``train_on_batch`` on the same batches, bit for bit.

    Parameters
    ----------
    autoencoder : maps (batch, n_features) to the same shape; its weights are trained in place
    x : (n_samples, n_features)
    augmentation : how the images of a batch are moved; the clean image is to be reconstructed
    layer : a layer of the autoencoder with its mirror; where it is given, these alone are trained,
        to reconstruct what the layer takes
    dropout : share of what the layer takes, and of what it gives, that is set to 0
    """

    def __init__(
        self,
        autoencoder: keras.Model,
        x: ResidentSamples,
        settings: PretrainingSettings,
        seed: int,
        *,
        augmentation: Augmentation | None = None,
        layer: LayerPair | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(
            autoencoder, x, settings, seed, () if layer is None else layer.trainable_variables
        )
        loss_of = _loss_of_all(autoencoder) if layer is None else _loss_of_layer(layer, dropout)
        self._compiled = self._compile(loss_of, augmentation)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Put weights and optimizer back to where the checkpoint was taken."""
        self._model.set_weights(checkpoint.weights)
        self._set_optimizer(checkpoint.optimizer)

    def run(self, first: int, count: int) -> float:
        """Steps ``first`` to ``first + count - 1``, all within one pass over the data.

        Returns the sum over these steps of batch loss times batch size.
        """
        self._go_to_step(first)
        order, steps = self.batches.order(first), (tf.constant(first), tf.constant(count))
        return float(self._compiled(self._x, order, *steps, self._seed))

    def _compile(self, loss_of: LossOfBatch, augmentation: Augmentation | None) -> Any:
        batches, optimizer, variables = self.batches, self.optimizer, self._variables

        @tf.function(autograph=True)
        def run(x: ResidentSamples, order: Any, first: Any, count: Any, seed: Any) -> Any:
            total = tf.constant(0.0)
            for step in tf.range(first, first + count):
                (rows,) = batches.take(step, order, x.values)
                batch = moved = as_float(rows, x.divisor)
                if augmentation is not None:
                    drawn_from = seed_of(Purpose.PRETRAINING_IMAGES, seed, step)
                    moved = augmentation.moved(batch, drawn_from)
                with tf.GradientTape() as tape:
                    loss = loss_of(moved, batch, seed, step)
                optimizer.apply(tape.gradient(loss, variables), variables)
                total += loss * tf.cast(tf.shape(batch)[0], tf.float32)
            return total

        return run


def _loss_of_all(autoencoder: keras.Model) -> LossOfBatch:
    def loss(batch: Any, clean: Any, _seed: Any, _step: Any) -> Any:
        return mean_squared_error(clean, autoencoder(batch, training=True))

    return loss


def _loss_of_layer(layer: LayerPair, rate: float) -> LossOfBatch:
    """Of a denoising autoencoder (Xie et al., ICML 2016, equations 6 to 9)."""
    of_any_shape = keras.losses.MeanSquaredError()

    def taken(batch: Any) -> Any:
        return batch if layer.before is None else layer.before(batch, training=False)

    def loss(batch: Any, clean: Any, seed: Any, step: Any) -> Any:
        target = taken(clean)
        seen = target if batch is clean else taken(batch)
        noisy = dropped(seen, rate, seed_of(Purpose.LAYER_INPUT, seed, step))
        given = layer.encoder(noisy, training=True)
        noisy = dropped(given, rate, seed_of(Purpose.LAYER_OUTPUT, seed, step))
        return of_any_shape(target, layer.decoder(noisy, training=True))

    return loss
