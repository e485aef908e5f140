"""The loss of each objective of the clustering phase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras

from dec_core.config import OBJECTIVES, DecObjective, IdecObjective
from dec_core.model.registry import Registry

# From the target and q of a batch, tensors (batch_size, n_clusters), to a scalar.
LossFunction = Callable[[Any, Any], Any]


class ObjectiveLoss(NamedTuple):
    """The terms of an objective.

    Attributes
    ----------
    clustering : the loss between target and q
    gamma : its weight where there is a reconstruction error beside it; without one it stands alone
    reconstruction : the weight of the mean squared reconstruction error
    """

    clustering: LossFunction
    gamma: float = 1.0
    reconstruction: float = 1.0

    def total(self, clustering: Any, reconstruction: Any) -> Any:
        """L = L_r + gamma L_c (Guo et al., IJCAI 2017, section 3), of scalars."""
        return self.reconstruction * reconstruction + self.gamma * clustering


def clustering_loss(settings: DecObjective | IdecObjective) -> LossFunction:
    """A distance between target and q, averaged over the batch (equation 2 with "kld")."""
    if settings.loss == "categorical_crossentropy":
        return keras.losses.CategoricalCrossentropy()
    if settings.loss == "mse":
        return keras.losses.MeanSquaredError()
    # Keras clips the target to at most 1, silently; so did the R port.
    return keras.losses.KLDivergence()


# From the settings of an objective to its terms.
OBJECTIVE_LOSSES: Registry[Callable[[Any], ObjectiveLoss]] = Registry(
    OBJECTIVES,
    {
        "dec": lambda settings: ObjectiveLoss(clustering_loss(settings)),
        "idec": lambda settings: ObjectiveLoss(clustering_loss(settings), settings.gamma),
    },
)
