"""The loss of an autoencoder."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


@tf.custom_gradient
def mean_squared_error(batch: Any, reconstruction: Any) -> Any:
    """Keras' mean squared error with a gradient that is found faster, the same bit for bit.

    Keras' gradient is a chain of rules, each of which goes through all numbers of the batch. Here
    they are multiplied once, by 2 / (batch_size n_features). Doubling and a sign round nothing, and
    the divisions are done in Keras' order.

    Parameters
    ----------
    batch, reconstruction : tensors (batch_size, n_features) float32

    Returns
    -------
    A scalar, which is not differentiated by ``batch``.
    """
    difference = reconstruction - batch
    batch_size, n_features = (tf.cast(size, tf.float32) for size in tf.unstack(tf.shape(batch)))
    errors = tf.reduce_mean(tf.square(difference), axis=-1)

    def gradient(upstream: Any) -> tuple[Any, Any]:
        # Graphs turn an ordinary division by a constant into a product, which rounds otherwise.
        of_error = tf.math.divide_no_nan(upstream, batch_size)
        of_number = 2.0 * tf.math.divide_no_nan(of_error, n_features)
        return None, of_number * difference

    return tf.math.divide_no_nan(tf.reduce_sum(errors), batch_size), gradient
