"""Scores of one clustering against another, and the health of a clustering on its own.

ACC, NMI and ARI all follow from one contingency table, so that scoring 70,000 samples at every
update costs a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import pdist

Labels = NDArray[np.integer]

# Cells of a contingency table; 200 clusters against 65,536 classes are fewer.
LARGEST_TABLE = 2**24


@dataclass(frozen=True)
class Scores:
    """Agreement of two labellings: ACC and NMI in [0, 1], ARI in [-0.5, 1].

    NMI is 0 if one of the labellings has a single cluster, NaN (undefined) if both have.
    """

    acc: float
    nmi: float
    ari: float


@dataclass(frozen=True)
class Health:
    """What a clustering looks like without true labels.

    Attributes
    ----------
    cluster_sizes : number of samples that are nearest to this cluster's centre, per cluster
    occupied_clusters : clusters with at least one sample
    effective_clusters : exp of the entropy of the sizes, between 1 and n_clusters
    largest_share : share of the samples in the largest cluster, in (0, 1]
    mean_confidence : mean over samples of the q of their cluster, in (0, 1]
    target_row_sums : smallest and largest row sum of P; 1 and 1 for a correct P
    center_distance : smallest Euclidean distance between two centres
    embedding_spread : root mean squared distance of the embedding from its mean
    is_finite : False once a number of q or of the embedding is NaN or infinite
    """

    cluster_sizes: tuple[int, ...]
    occupied_clusters: int
    effective_clusters: float
    largest_share: float
    mean_confidence: float
    target_row_sums: tuple[float, float]
    center_distance: float
    embedding_spread: float
    is_finite: bool


def contingency(first: Labels, second: Labels) -> NDArray[np.int64]:
    """How many samples have label i in ``first`` and j in ``second``.

    Both are (n_samples,) with labels from 0; the result has one row and one column per label, or
    where the table would be too large one per label that occurs.
    """
    if _table_size(first, second) > LARGEST_TABLE:
        first = np.unique(first, return_inverse=True)[1]
        second = np.unique(second, return_inverse=True)[1]
    n_rows, n_columns = int(first.max()) + 1, int(second.max()) + 1
    pairs = first.astype(np.intp) * n_columns + second
    return np.bincount(pairs, minlength=n_rows * n_columns).reshape(n_rows, n_columns)


def _table_size(first: Labels, second: Labels) -> int:
    return (int(first.max()) + 1) * (int(second.max()) + 1)


def score(reference: Labels, labels: Labels) -> Scores:
    """ACC, NMI and ARI of ``labels`` against ``reference``, both (n_samples,) from 0.

    ACC is the share of samples on the best one-to-one matching of clusters to classes (the
    Hungarian method); NMI is normalised by the arithmetic mean of the entropies.
    """
    table = contingency(reference, labels)
    return Scores(_accuracy(table), _normalized_mutual_information(table), _adjusted_rand(table))


def score_successive(previous: Labels, labels: Labels) -> tuple[float, float]:
    """ACC and NMI between successive predictions, as the R port logs them.

    ACC is the plain share of equal labels: no matching, as clusters keep their numbers.
    """
    nmi = _normalized_mutual_information(contingency(previous, labels))
    return float(np.mean(previous == labels)), nmi


def share_changed(previous: Labels, labels: Labels) -> float:
    """The share of samples whose label differs, as the stop rule compares it with ``tol``.

    Counted, as 1 - ACC rounds 1 of 2,000 to less than 0.0005.
    """
    return np.count_nonzero(previous != labels) / len(labels)


def measure_health(
    q: NDArray[np.floating],
    p: NDArray[np.floating],
    labels: Labels,
    centers: NDArray[np.floating],
    embedding: NDArray[np.floating],
) -> Health:
    """Health of a clustering.

    Parameters
    ----------
    q, p : (n_samples, n_clusters)
    labels : (n_samples,), the column of the nearest centre
    centers : (n_clusters, n_dimensions)
    embedding : (n_samples, n_dimensions)
    """
    sizes = np.bincount(labels, minlength=q.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):
        row_sums = _row_sums(p)
        spread = _spread(embedding)
        center_distance = float(pdist(centers).min()) if len(centers) > 1 else 0.0
    return Health(
        cluster_sizes=tuple(int(size) for size in sizes),
        occupied_clusters=int(np.count_nonzero(sizes)),
        effective_clusters=effective_clusters(sizes),
        largest_share=float(sizes.max() / sizes.sum()),
        mean_confidence=float(q[np.arange(len(q)), labels].mean()),
        target_row_sums=(float(row_sums.min()), float(row_sums.max())),
        center_distance=center_distance,
        embedding_spread=spread,
        is_finite=bool(np.isfinite(q).all() and np.isfinite(spread)),
    )


def effective_clusters(sizes: ArrayLike) -> float:
    """exp of the entropy of the cluster sizes: n_clusters if all are equal, 1 if one has all."""
    return float(np.exp(_entropy(np.asarray(sizes))))


# NumPy reduces short rows slowly; products with ones do the same at a tenth of the time, which
# matters as every update is measured.
def _row_sums(matrix: NDArray[np.floating]) -> NDArray[np.floating]:
    return matrix @ np.ones(matrix.shape[1], matrix.dtype)


def _spread(embedding: NDArray[np.floating]) -> float:
    """Root mean squared distance from the mean."""
    mean = np.ones(len(embedding), embedding.dtype) @ embedding / len(embedding)
    return float(np.linalg.norm(embedding - mean) / np.sqrt(len(embedding)))


def _entropy(counts: NDArray[np.integer]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _accuracy(table: NDArray[np.int64]) -> float:
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum() / table.sum())


def _normalized_mutual_information(table: NDArray[np.int64]) -> float:
    first, second = _entropy(table.sum(axis=1)), _entropy(table.sum(axis=0))
    if first == 0 and second == 0:
        return float("nan")
    mutual = first + second - _entropy(table.ravel())
    return float(np.clip(2 * mutual / (first + second), 0.0, 1.0))


def _adjusted_rand(table: NDArray[np.int64]) -> float:
    def pairs(counts: NDArray[np.int64]) -> float:
        return float((counts * (counts - 1) // 2).sum())

    both, total = pairs(table.ravel()), pairs(table.sum(keepdims=True))
    rows, columns = pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / total if total else 0.0
    maximum = (rows + columns) / 2
    return 1.0 if maximum == expected else (both - expected) / (maximum - expected)
