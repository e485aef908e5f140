"""The mathematics of DEC in NumPy: the reference that every faster path must agree with.

Sources: Xie, Girshick, Farhadi, "Unsupervised Deep Embedding for Clustering Analysis",
ICML 2016, equations 1 to 3; and the R port whose division recycles a vector down the columns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

# Where every coordinate of a dissolved cluster's centre lies: so far out that no sample is near,
# that q is 0 but for rounding and that in float32 its gradient is 0 and a gradient step changes
# nothing. Squares of the distance, over the smallest alpha, are still finite.
DISSOLVED = 1e15


def soft_assignment(embedding: Floats, centers: Floats, alpha: float = 1.0) -> Floats:
    """Similarity of every sample to every centre under Student's t (equation 1).

    Parameters
    ----------
    embedding : (n_samples, n_dimensions)
    centers : (n_clusters, n_dimensions)
    alpha : degrees of freedom, above 0

    Returns
    -------
    (n_samples, n_clusters) float64, non-negative, rows sum to 1
    """
    squared_distance = np.square(_differences(embedding, centers)).sum(axis=2)
    remoteness = 1.0 + squared_distance / alpha
    # Relative to the nearest centre, or a large distance or power would leave 0 / 0.
    nearest = remoteness.min(axis=1, keepdims=True)
    kernel = (nearest / remoteness) ** ((alpha + 1.0) / 2.0)
    return kernel / kernel.sum(axis=1, keepdims=True)


def nearest_center(embedding: Floats, centers: Floats) -> NDArray[np.intp]:
    """The centre at the smallest distance from every sample.

    By equation 1 it is the one of the largest q, but without the ties of a rounded q: neither
    ``1 +`` nor a square can swallow a distance, however small or large the embedding is.

    Parameters
    ----------
    embedding : (n_samples, n_dimensions)
    centers : (n_clusters, n_dimensions)

    Returns
    -------
    (n_samples,), the first of centres that are equally near
    """
    differences = np.abs(_differences(embedding, centers))
    # In units of the nearest centre's largest difference its square is neither 0 nor infinite.
    unit = differences.max(axis=2).min(axis=1)
    unit = np.maximum(unit, np.finfo(np.float64).tiny)[:, None, None]
    with np.errstate(over="ignore"):
        return np.square(differences / unit).sum(axis=2).argmin(axis=1)


def is_dissolved(centers: Floats) -> NDArray[np.bool_]:
    """Which clusters were dissolved.

    Parameters
    ----------
    centers : (n_clusters, n_dimensions)

    Returns
    -------
    (n_clusters,)
    """
    return np.asarray((centers == np.float32(DISSOLVED)).all(axis=1))


def _differences(embedding: Floats, centers: Floats) -> NDArray[np.float64]:
    """(n_samples, n_clusters, n_dimensions)"""
    return np.subtract(embedding[:, None, :], centers[None, :, :], dtype=np.float64)


def target_distribution(q: Floats) -> Floats:
    """The sharpened target P, normalised by the clusters' frequencies (equation 3).

    Parameters
    ----------
    q : (n_samples, n_clusters), rows sum to 1

    Returns
    -------
    (n_samples, n_clusters), rows sum to 1. A cluster that no sample belongs to at all
    (a column of zeros) gets no share.
    """
    frequency = q.sum(axis=0)
    # In place, as q of a million samples is large.
    weight = np.square(q)
    weight /= np.where(frequency > 0, frequency, 1)
    weight /= weight.sum(axis=1, keepdims=True)
    return weight


def recycled_target_distribution(q: Floats) -> Floats:
    """The R port's target: ``weight <- q^2 / colSums(q); t(t(weight) / rowSums(weight))``.

    R repeats a vector down the columns of a matrix. So element (i, j) of ``q^2`` is divided by
    the frequency ``(i + j * n) mod K`` and then by the row sum ``(i * K + j) mod n``, counting
    from 0, and the rows of the result no longer sum to 1.

    Parameters
    ----------
    q : (n_samples, n_clusters), rows sum to 1

    Returns
    -------
    (n_samples, n_clusters), non-negative, not bounded by 1; NaN where R divides 0 by 0
    """
    n_samples, n_clusters = q.shape
    divisors = _recycled_divisors(q.sum(axis=0), n_samples)
    weight = np.square(q)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight /= divisors[np.arange(n_samples) % n_clusters]
        weight /= np.tile(weight.sum(axis=1), n_clusters).reshape(q.shape)
    return weight


def recycled_target_of_sample(q: Floats, rows: NDArray[np.integer], n_samples: int) -> Floats:
    """The rows of ``recycled_target_distribution`` for some samples of a larger q, estimated.

    The divisors depend on the rows' true numbers, which are kept. The frequencies come from these
    samples alone; for the row sum of a sample that is not among them, q of the last one before it
    stands in, divided as that row is. With all rows the result is exact.

    Parameters
    ----------
    q : (n_rows, n_clusters), rows sum to 1
    rows : (n_rows,), the samples' numbers from 0, ascending
    n_samples : of the whole q

    Returns
    -------
    (n_rows, n_clusters)
    """
    n_clusters = q.shape[1]
    clusters = np.arange(n_clusters)
    divisors = _recycled_divisors(q.mean(axis=0) * n_samples, n_samples)
    dividing = (rows[:, None] * n_clusters + clusters) % n_samples
    stand_in = np.maximum(np.searchsorted(rows, dividing, side="right") - 1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = np.square(q)
        row_sums = squared @ (1.0 / divisors).T
        weight = squared / divisors[rows % n_clusters]
        return weight / row_sums[stand_in, dividing % n_clusters]


def _recycled_divisors(frequency: Floats, n_samples: int) -> Floats:
    """(n_clusters, n_clusters); element (r mod K, j) is what divides column j of q^2 in row r."""
    clusters = np.arange(len(frequency))
    return frequency[(clusters[:, None] + clusters * n_samples) % len(frequency)]


def kl_divergence(p: Floats, q: Floats) -> float:
    """KL(P || Q), summed over clusters, averaged over samples (equation 2).

    Parameters
    ----------
    p, q : (n_samples, n_clusters); terms with ``p == 0`` count as 0

    Returns
    -------
    In nats; infinite where q is 0 and p is not.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * (np.log(np.where(p > 0, p, 1)) - np.log(q)), 0.0)
    return float(terms.sum(axis=1).mean())
