"""The nearest-neighbour loss of UNSEEN, which draws samples together across small clusters."""

from __future__ import annotations

from math import isqrt
from typing import Any

import tensorflow as tf

from dec_core.model.assignment import DISSOLVED

# Differences of all pairs hold so many values at most, 64 MB; of a larger batch only the first
# samples are taken.
MOST_VALUES = 2**24


def neighbor_loss(embedding: Any, centers: Any) -> Any:
    """Mean squared distance to the nearest neighbours over that between all samples of a batch.

    A sample has as many neighbours as a cluster would have samples in the batch, were all of the
    same size; the clusters that were dissolved do not count. 0 once only two are left.

    Source: Leiber, Strauss, Schubert, Seidl, "Dying Clusters Is All You Need - Deep Clustering With
    an Unknown Number of Clusters", ICDM Workshops 2024, as its code has it for DEC.

    Parameters
    ----------
    embedding : tensor (batch_size, n_dimensions)
    centers : tensor (n_clusters, n_dimensions)

    Returns
    -------
    A scalar, at least 0
    """
    points = embedding[: isqrt(MOST_VALUES // embedding.shape[1])]
    n_samples = tf.shape(points)[0]
    n_left = tf.reduce_sum(tf.cast(tf.reduce_any(centers != DISSOLVED, axis=1), tf.int32))
    distances = tf.reduce_sum(tf.square(points[:, None, :] - points[None, :, :]), axis=2)
    n_nearest = tf.minimum(tf.maximum(n_samples // n_left, 1), n_samples - 1)
    # The nearest of all is the sample itself.
    nearest = -tf.math.top_k(-distances, n_nearest + 1).values[:, 1:]
    n_pairs = tf.cast(n_samples * (n_samples - 1), distances.dtype)
    among_all = tf.math.divide_no_nan(tf.reduce_sum(distances), n_pairs)
    ratio = tf.math.divide_no_nan(tf.reduce_mean(nearest), among_all)
    return tf.where(n_left > 2, ratio, 0.0)
