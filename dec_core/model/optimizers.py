"""The optimizers of gradient steps."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf


class FusedSGD(keras.optimizers.SGD):
    """Keras' SGD, in which a weight and its momentum take one operation of a graph instead of five.

    Variables and numbers are those of Keras' SGD, bit for bit.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move ``variable``; without momentum as Keras does."""
        if not self.momentum:
            super().update_step(gradient, variable, learning_rate)
            return
        momentum = self.momentums[self._get_variable_index(variable)]
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=momentum.value.handle,
            lr=learning_rate,
            grad=gradient,
            momentum=self.momentum,
        )


def build_optimizer(name: str, learning_rate: float, momentum: float) -> keras.Optimizer:
    """Keras' SGD with momentum, or Adam, which ignores ``momentum``."""
    if name == "adam":
        return keras.optimizers.Adam(learning_rate)
    return FusedSGD(learning_rate, momentum=momentum)
