"""Scores of one labelling against another, all from one contingency table.

So scoring 70,000 samples at every update costs a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

Labels = NDArray[np.integer]


@dataclass(frozen=True)
class Scores:
    """Agreement of two labellings: ACC and NMI in [0, 1], ARI in [-0.5, 1].

    NMI is 0 if one of the labellings has a single cluster, NaN (undefined) if both have.
    """

    acc: float
    nmi: float
    ari: float


def contingency(first: Labels, second: Labels) -> NDArray[np.int64]:
    """How many samples have label i in ``first`` and j in ``second``.

    Both are (n_samples,) with labels from 0; the result has one row and one column per label.
    """
    n_rows, n_columns = int(first.max()) + 1, int(second.max()) + 1
    pairs = first.astype(np.intp) * n_columns + second
    return np.bincount(pairs, minlength=n_rows * n_columns).reshape(n_rows, n_columns)


def score(reference: Labels, labels: Labels) -> Scores:
    """ACC, NMI and ARI of ``labels`` against ``reference``, both (n_samples,) from 0.

    ACC is the share of samples on the best one-to-one matching of clusters to classes (the
    Hungarian method); NMI is normalised by the arithmetic mean of the entropies.
    """
    table = contingency(reference, labels)
    return Scores(accuracy(table), normalized_mutual_information(table), adjusted_rand(table))


def effective_clusters(sizes: ArrayLike) -> float:
    """exp of the entropy of the cluster sizes: n_clusters if all are equal, 1 if one has all."""
    return float(np.exp(_entropy(np.asarray(sizes))))


def occupied_clusters(sizes: ArrayLike) -> int:
    """How many clusters have at least one sample."""
    return int(np.count_nonzero(sizes))


def largest_share(sizes: ArrayLike) -> float:
    """Share of the samples in the largest cluster, in (0, 1]."""
    counts = np.asarray(sizes)
    return float(counts.max() / counts.sum())


def _entropy(counts: NDArray[np.integer]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def accuracy(table: NDArray[np.int64]) -> float:
    """Share of samples on the best one-to-one matching of clusters to classes.

    ``table`` is a contingency table; the matching is the Hungarian method's.
    """
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum() / table.sum())


def matched(reference: Labels, labels: Labels, n_clusters: int) -> NDArray[np.intp]:
    """New numbers for the clusters of ``labels``, so that most samples keep their reference.

    Parameters
    ----------
    reference, labels : (n_samples,) from 0, below ``n_clusters``

    Returns
    -------
    (n_clusters,), a permutation: ``result[labels]`` agrees with ``reference`` on as many samples as
    a one-to-one matching can (the Hungarian method)
    """
    pairs = reference.astype(np.intp) * n_clusters + labels
    table = np.bincount(pairs, minlength=n_clusters**2).reshape(n_clusters, n_clusters)
    numbers, clusters = linear_sum_assignment(table, maximize=True)
    return np.asarray(numbers[np.argsort(clusters)])


def normalized_mutual_information(table: NDArray[np.int64]) -> float:
    """Mutual information over the arithmetic mean of the entropies, in [0, 1].

    0 if one of the labellings has a single cluster, NaN if both have.
    """
    first, second = _entropy(table.sum(axis=1)), _entropy(table.sum(axis=0))
    if first == 0 and second == 0:
        return float("nan")
    mutual = first + second - _entropy(table.ravel())
    return float(np.clip(2 * mutual / (first + second), 0.0, 1.0))


def adjusted_rand(table: NDArray[np.int64]) -> float:
    """Rand index adjusted for chance, in [-0.5, 1] (Hubert and Arabie, 1985)."""

    def pairs(counts: NDArray[np.int64]) -> float:
        return float((counts * (counts - 1) // 2).sum())

    both, total = pairs(table.ravel()), pairs(table.sum(keepdims=True))
    rows, columns = pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / total if total else 0.0
    maximum = (rows + columns) / 2
    return 1.0 if maximum == expected else (both - expected) / (maximum - expected)


def purity(table: NDArray[np.int64]) -> float:
    """Share of samples that belong to the most frequent class of their cluster, in (0, 1].

    Clusters are the columns of the contingency table. Unlike ACC it lets several clusters have
    the same class, so it grows with the number of clusters.
    """
    return float(table.max(axis=0).sum() / table.sum())
