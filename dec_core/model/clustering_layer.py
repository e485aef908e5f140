"""The soft assignment of DEC as a Keras layer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from dec_core.errors import SettingsError
from dec_core.model.similarity import squared_distances, student_t

# Between these float32 squares lose no difference that could decide which centre is the nearest.
_SAFE_SQUARES = (1e-30, 1e36)


@keras.saving.register_keras_serializable(package="dec_lab")
class ClusteringLayer(keras.layers.Layer):
    """Student's t similarity of an embedding to trainable cluster centres (equation 1).

    Parameters
    ----------
    n_clusters : number of centres, at least 1
    alpha : degrees of freedom, above 0

    Input shape ``(batch, n_dimensions)``, output shape ``(batch, n_clusters)``; rows sum to 1.

    Raises
    ------
    SettingsError
        If ``n_clusters`` or ``alpha`` is out of range.
    """

    def __init__(self, n_clusters: int, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if n_clusters < 1:
            raise SettingsError(
                f"n_clusters must be at least 1. Received {n_clusters}. Choose a larger number."
            )
        if not alpha > 0:
            raise SettingsError(f"alpha must be above 0. Received {alpha}. Choose a larger number.")
        self.n_clusters = int(n_clusters)
        self.alpha = float(alpha)

    def build(self, input_shape: tuple[int | None, int]) -> None:
        self.cluster_centers = self.add_weight(
            name="cluster_centers",
            shape=(self.n_clusters, input_shape[-1]),
            initializer="glorot_uniform",
        )

    def call(self, inputs: Any) -> Any:
        return self.soft_assignment(self.squared_distance(inputs))

    def squared_distance(self, embedding: Any) -> Any:
        """To every centre, (batch, n_clusters)."""
        # As tensors: TensorFlow lets no custom gradient depend on a variable.
        return squared_distances(*map(tf.convert_to_tensor, (embedding, self.cluster_centers)))

    def soft_assignment(self, squared_distance: Any) -> Any:
        """q from what ``squared_distance`` gives, (batch, n_clusters)."""
        if self.alpha == 1.0:
            return student_t(squared_distance)
        remoteness = 1.0 + squared_distance / self.alpha
        # Relative to the nearest centre, or a large power would make every kernel 0.
        nearest = ops.stop_gradient(ops.min(remoteness, axis=1, keepdims=True))
        kernel = ops.power(nearest / remoteness, (self.alpha + 1.0) / 2.0)
        return kernel / ops.sum(kernel, axis=1, keepdims=True)

    def nearest_center(self, embedding: Any, squared_distance: Any) -> Any:
        """The labels, (batch,) int32, as ``assignment.nearest_center`` finds them.

        Not the largest q: in float32 ``1 +`` makes q the same for every centre where the
        embedding is small.
        """
        nearest = ops.min(squared_distance, axis=1)
        is_exact = ops.logical_and(nearest > _SAFE_SQUARES[0], nearest < _SAFE_SQUARES[1])
        labels = ops.argmin(squared_distance, axis=1)

        def where_squares_are_lost() -> Any:
            differences = ops.absolute(self._differences(embedding))
            unit = ops.min(ops.max(differences, axis=2), axis=1)[:, None, None]
            scaled = differences / ops.maximum(unit, float(np.finfo(np.float32).tiny))
            scaled = ops.sum(ops.square(scaled), axis=2)
            return ops.where(is_exact, labels, ops.argmin(scaled, axis=1))

        return ops.cond(ops.all(is_exact), lambda: labels, where_squares_are_lost)

    def _differences(self, embedding: Any) -> Any:
        """(batch, n_clusters, n_dimensions)"""
        return ops.expand_dims(embedding, 1) - self.cluster_centers

    def compute_output_shape(self, input_shape: tuple[int | None, int]) -> tuple[int | None, int]:
        return (input_shape[0], self.n_clusters)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "n_clusters": self.n_clusters, "alpha": self.alpha}
