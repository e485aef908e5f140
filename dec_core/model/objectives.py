"""The loss of each objective of the clustering phase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from dec_core.config import OBJECTIVES, DecObjective
from dec_core.model.registry import Registry

# From the target and q of a batch, tensors (batch_size, n_clusters), to a scalar.
LossFunction = Callable[[Any, Any], Any]


def dec_loss(settings: DecObjective) -> LossFunction:
    """A distance between target and q, averaged over the batch (equation 2 with "kld")."""
    if settings.loss == "categorical_crossentropy":
        return keras.losses.CategoricalCrossentropy()
    if settings.loss == "mse":
        return keras.losses.MeanSquaredError()
    # Keras clips the target to at most 1, silently; so did the R port.
    return keras.losses.KLDivergence()


# From the settings of an objective to its loss.
OBJECTIVE_LOSSES: Registry[Callable[[Any], LossFunction]] = Registry(OBJECTIVES, {"dec": dec_loss})
