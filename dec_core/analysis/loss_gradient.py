"""The gradient of the clustering loss on the embedding and on the cluster centres, in closed form.

The paper's equations 4 and 5 hold where the rows of P sum to 1. The form here holds for any P,
such as that of the recycled rule.

Source: Xie, Girshick, Farhadi, "Unsupervised Deep Embedding for Clustering Analysis", ICML 2016.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

# Keras clips probabilities to this and 1 before it takes their logarithm.
EPSILON = 1e-7


class LossGradient(NamedTuple):
    """Where the loss grows fastest; a gradient step moves the other way.

    Attributes
    ----------
    embedding : (n_samples, n_dimensions), of each sample's own term of the loss
    centers : (n_clusters, n_dimensions), of the mean of these terms
    """

    embedding: NDArray[np.float64]
    centers: NDArray[np.float64]


def loss_gradient(
    embedding: Floats, centers: Floats, q: Floats, p: Floats, *, alpha: float, loss: str
) -> LossGradient:
    """The gradient of the loss between P, which is held constant, and q.

    The terms of the loss, one per sample, are those of Keras: summed over clusters for "kld" and
    "categorical_crossentropy", averaged over clusters for "mse". With s_ij = 1 / (1 + |z_i -
    mu_j|^2 / alpha) and any P,

        dL_i / dz_i  = (alpha + 1) / alpha * sum_j s_ij (p_ij - P_i q_ij) (z_i - mu_j)
        dL_i / dmu_j = -(alpha + 1) / alpha * s_ij (p_ij - P_i q_ij) (z_i - mu_j)

    for "kld", where P_i is the sum of row i of P. Where it is 1 these are equations 4 and 5. Keras
    counts an entry of P above 1 as 1 and lets no gradient pass where q is below 1e-7.

    Parameters
    ----------
    embedding : (n_samples, n_dimensions), z
    centers : (n_clusters, n_dimensions), mu
    q : (n_samples, n_clusters), the soft assignment of ``embedding`` to ``centers``
    p : (n_samples, n_clusters), the target
    alpha : degrees of freedom of q, above 0
    loss : "kld", "categorical_crossentropy" or "mse"

    Returns
    -------
    Of the mean over samples for the centres; where P is not finite, neither is the gradient.
    """
    differences = np.subtract(embedding[:, None, :], centers[None, :, :], dtype=np.float64)
    nearness = 1.0 / (1.0 + np.square(differences).sum(axis=2) / alpha)
    slope = _slope(q, p, loss)
    # Through the rows of q, which sum to 1 whatever the distances are.
    by_kernel = q * (slope - (q * slope).sum(axis=1, keepdims=True))
    weights = -(alpha + 1.0) / alpha * nearness * by_kernel
    by_centers = weights.T @ embedding - weights.sum(axis=0)[:, None] * centers
    return LossGradient(
        weights.sum(axis=1, keepdims=True) * embedding - weights @ centers,
        -by_centers / len(embedding),
    )


def _slope(q: Floats, p: Floats, loss: str) -> Floats:
    """(n_samples, n_clusters), the derivative of each sample's term by its entries of q."""
    if loss == "mse":
        return 2.0 * (q - p) / q.shape[1]
    target, highest = p, 1.0 - EPSILON
    if loss == "kld":
        target, highest = np.clip(p, EPSILON, 1.0), 1.0
    is_passed = (q >= EPSILON) & (q <= highest)
    return np.where(is_passed, -target / np.where(is_passed, q, 1.0), 0.0)
