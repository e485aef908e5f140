"""What a target distribution P asks for, beside the paper's P for the same q, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from dec_core.analysis.loss_gradient import Floats, LossGradient, loss_gradient

Numbers = NDArray[np.float64]

# Row sums of a right P in single precision differ from 1 by less.
ROUNDING = 1e-5


@dataclass(frozen=True)
class Sharpness:
    """How far a distribution over clusters is from uniform, on average over the samples.

    Attributes
    ----------
    largest : mean of the largest entry of a row, which is divided by its sum
    entropy : mean entropy of these rows in nats; 0 where each names one cluster
    """

    largest: float
    entropy: float


@dataclass(frozen=True, eq=False)
class TargetFacts:
    """One target P in numbers.

    Attributes
    ----------
    p : (n_samples, n_clusters)
    row_sums : (n_samples,), all 1 where P is a distribution
    largest_entry : the largest finite entry of P
    cluster_shares : (n_clusters,), the part of all entries that lies in each column
    sharpness : of the rows that are finite and not 0
    gradient : of the loss with this P
    by_cluster : (n_clusters, n_dimensions), the embedding's gradient summed over the samples of
        each cluster
    """

    p: Floats
    row_sums: Numbers
    largest_entry: float
    cluster_shares: Numbers
    sharpness: Sharpness
    gradient: LossGradient
    by_cluster: Numbers

    @property
    def is_distribution(self) -> bool:
        """Whether every row sums to 1, but for rounding."""
        return sum_to_one(self.row_sums)


@dataclass(frozen=True, eq=False)
class TargetInspection:
    """The P that was used beside the paper's.

    Attributes
    ----------
    q : (n_samples, n_clusters)
    labels : (n_samples,), clusters
    sizes, frequencies : (n_clusters,), the share of the samples with that label, and the mean of
        the column of q, which is f_j of equation 3 over the number of samples
    sharpness : of q
    used, paper : the target that was used, and that of equation 3 for the same q
    loss : the name of the loss whose gradient this is
    mean_difference : mean absolute difference of their entries, where both are finite
    cluster_differences : (n_clusters,), the same for each column
    most_different : (n_samples,), the rows by the sum of their absolute differences, the largest
        first; rows that are not finite come before all others
    """

    q: Floats
    labels: NDArray[np.integer]
    sizes: Numbers
    frequencies: Numbers
    sharpness: Sharpness
    used: TargetFacts
    paper: TargetFacts
    loss: str
    mean_difference: float
    cluster_differences: Numbers
    most_different: NDArray[np.intp]

    def pulls(self, *, of_centers: bool) -> tuple[Numbers, Numbers]:
        """The gradients under ``used`` and ``paper``, both (n_clusters, n_dimensions): on the
        centres, or on the embedding summed per cluster."""
        if of_centers:
            return self.used.gradient.centers, self.paper.gradient.centers
        return self.used.by_cluster, self.paper.by_cluster


def inspect_target(
    embedding: Floats,
    centers: Floats,
    labels: NDArray[np.integer],
    q: Floats,
    *,
    used: Floats,
    paper: Floats,
    alpha: float,
    loss: str,
) -> TargetInspection:
    """Compare two targets of the same q.

    Parameters
    ----------
    embedding : (n_samples, n_dimensions)
    centers : (n_clusters, n_dimensions)
    labels : (n_samples,), clusters
    q : (n_samples, n_clusters), rows sum to 1
    used, paper : (n_samples, n_clusters); the entries of ``used`` may be NaN or infinite
    alpha, loss : as ``loss_gradient`` takes them
    """

    def facts(p: Floats) -> TargetFacts:
        gradient = loss_gradient(embedding, centers, q, p, alpha=alpha, loss=loss)
        return _facts(p, gradient, labels)

    apart = np.abs(used - paper)
    is_known = np.isfinite(apart)
    known = np.where(is_known, apart, 0.0)
    counts = np.maximum(is_known.sum(axis=0), 1)
    of_rows = np.where(is_known.all(axis=1), known.sum(axis=1), np.inf)
    return TargetInspection(
        q=q,
        labels=labels,
        sizes=np.bincount(labels, minlength=q.shape[1]) / max(len(labels), 1),
        frequencies=q.mean(axis=0),
        sharpness=_sharpness(q),
        used=facts(used),
        paper=facts(paper),
        loss=loss,
        mean_difference=float(known.sum() / counts.sum()),
        cluster_differences=known.sum(axis=0) / counts,
        most_different=np.argsort(-of_rows, kind="stable"),
    )


def sum_to_one(row_sums: Floats) -> bool:
    """Whether all of these are 1, but for rounding."""
    return bool((np.abs(row_sums - 1) <= ROUNDING).all())


def lengths(vectors: Numbers) -> Numbers:
    """(n,), the Euclidean length of each row of (n, n_dimensions)."""
    return np.linalg.norm(vectors, axis=1)


def angles(first: Numbers, second: Numbers) -> Numbers:
    """(n,), degrees between the rows of two (n, n_dimensions); NaN where either has no length."""
    products = lengths(first) * lengths(second)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosines = (first * second).sum(axis=1) / products
    return np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))


def _facts(p: Floats, gradient: LossGradient, labels: NDArray[np.integer]) -> TargetFacts:
    finite = np.where(np.isfinite(p), p, 0.0)
    by_cluster = np.zeros_like(gradient.centers)
    np.add.at(by_cluster, labels, gradient.embedding)
    return TargetFacts(
        p=p,
        row_sums=p.sum(axis=1),
        largest_entry=float(finite.max()),
        cluster_shares=finite.sum(axis=0) / (finite.sum() or 1.0),
        sharpness=_sharpness(p),
        gradient=gradient,
        by_cluster=by_cluster,
    )


def _sharpness(p: Floats) -> Sharpness:
    sums = p.sum(axis=1, keepdims=True)
    is_known = (np.isfinite(sums) & (sums > 0))[:, 0]
    if not is_known.any():
        return Sharpness(float("nan"), float("nan"))
    rows = p[is_known] / sums[is_known]
    return Sharpness(float(rows.max(axis=1).mean()), float(-xlogy(rows, rows).sum(axis=1).mean()))
