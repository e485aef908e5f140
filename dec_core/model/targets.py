"""The target distribution of each rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from dec_core.config import TARGETS, TargetRule
from dec_core.model.assignment import Floats, recycled_target_distribution, target_distribution
from dec_core.model.registry import Registry


class Target(NamedTuple):
    """The functions of a target rule.

    Attributes
    ----------
    over_data : from q of all samples, (n_samples, n_clusters) float64, to P of the same shape
    in_batch : from q of a batch, a tensor (batch_size, n_clusters), to the target of that step,
        through which no gradient flows; None where a step takes its rows of P over all data
    """

    over_data: Callable[[Floats], Floats]
    in_batch: Callable[[Any], Any] | None = None


def batch_target(q: Any) -> Any:
    """Equation 3 over one batch alone, as a constant.

    Parameters
    ----------
    q : tensor (batch_size, n_clusters), rows sum to 1

    Returns
    -------
    tensor (batch_size, n_clusters), rows sum to 1
    """
    # As in the reference, a cluster that has left the batch altogether gets no share.
    weight = tf.math.divide_no_nan(tf.square(q), tf.reduce_sum(q, axis=0))
    return tf.stop_gradient(weight / tf.reduce_sum(weight, axis=1, keepdims=True))


# From the settings of a rule to its functions.
TARGET_FUNCTIONS: Registry[Callable[[TargetRule], Target]] = Registry(
    TARGETS,
    {
        "paper": lambda _: Target(target_distribution),
        "r-recycled": lambda _: Target(recycled_target_distribution),
        # Its P over all data is only looked at.
        "per-batch": lambda _: Target(target_distribution, batch_target),
    },
)
