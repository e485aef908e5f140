"""How far clusters stand apart, measured without true labels among a few points of some space."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist, pdist, squareform

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Separation:
    """Three numbers that say how compact clusters are and how far apart.

    Each is NaN where it is not defined: for fewer than two clusters, for as many clusters as
    points, for points that are not finite or all the same, and where it would be infinite.

    Attributes
    ----------
    silhouette : mean over the points of (b - a) / max(a, b), in [-1, 1], with a the mean distance
        to the other points of its cluster and b that to the points of the nearest other one; 0
        for a point that is alone in its cluster (Rousseeuw 1987)
    davies_bouldin : mean over the clusters of the largest (s_i + s_j) / d_ij, with s the mean
        distance of the points from their mean and d that of two means (Davies and Bouldin 1979)
    calinski_harabasz : the variance between the clusters over that within, each over its degrees
        of freedom (Calinski and Harabasz 1974)
    """

    silhouette: float = nan
    davies_bouldin: float = nan
    calinski_harabasz: float = nan


class PointSample:
    """Points among which the separation of clusters is measured.

    Parameters
    ----------
    points : (n_points, n_dimensions)
    """

    def __init__(self, points: NDArray[np.floating]) -> None:
        self._points = np.asarray(points, np.float64)
        self._distances: Floats | None = None

    def separation(self, clusters: Clusters) -> Separation:
        """Of clusters that these points are in."""
        with np.errstate(divide="ignore", invalid="ignore"):
            means = clusters.all.sums(self._points) / clusters.all.sizes[:, None]
            offsets = self._points - means[clusters.all.of]
            squared = np.einsum("ij,ij->i", offsets, offsets)
            if not np.isfinite(squared.sum()) or not (squared.any() or np.ptp(means, axis=0).any()):
                return Separation()
            numbers = (
                self._silhouette(clusters.paired),
                _davies_bouldin(clusters.all, means, squared),
                _calinski_harabasz(clusters.all, means, squared),
            )
        return Separation(*(float(one) if isfinite(one) else nan for one in numbers))

    def _silhouette(self, groups: Groups) -> float:
        if not groups.are_comparable:
            return nan
        if self._distances is None:
            self._distances = squareform(pdist(self._points[: len(groups.of)]), checks=False)
        sums, points = groups.sums(self._distances), np.arange(len(groups.of))
        sizes = groups.sizes[groups.of]
        own = sums[groups.of, points] / np.maximum(sizes - 1, 1)
        sums /= groups.sizes[:, None]
        sums[groups.of, points] = np.inf
        nearest = sums.min(axis=0)
        silhouettes = (nearest - own) / np.maximum(own, nearest)
        # A point that is alone, or whose cluster and the nearest other one are the same place.
        silhouettes[(sizes == 1) | np.isnan(silhouettes)] = 0
        return float(silhouettes.mean())


def _davies_bouldin(groups: Groups, means: Floats, squared: Floats) -> float:
    """From the means (n_clusters, n_dimensions) and the squared distances from them (n_points,)."""
    if not groups.are_comparable:
        return nan
    spreads = groups.sums(np.sqrt(squared)) / groups.sizes
    distances = cdist(means, means)
    np.fill_diagonal(distances, np.inf)
    return float(((spreads[:, None] + spreads) / distances).max(axis=1).mean())


def _calinski_harabasz(groups: Groups, means: Floats, squared: Floats) -> float:
    """From the same."""
    if not groups.are_comparable:
        return nan
    n_points, n_clusters = len(squared), len(means)
    centered = means - groups.sizes @ means / n_points
    between = groups.sizes @ np.square(centered).sum(axis=1)
    freedom = (n_points - n_clusters) / (n_clusters - 1)
    return float(between / squared.sum() * freedom)


class Groups:
    """The clusters that points are in, numbered from 0 without gaps.

    Parameters
    ----------
    labels : (n_points,) from 0

    Attributes
    ----------
    sizes : (n_clusters,) numbers of points
    of : (n_points,), which cluster each is in
    """

    def __init__(self, labels: NDArray[np.integer]) -> None:
        sizes = np.bincount(labels)
        self.sizes = sizes[sizes > 0]
        self.of = (np.cumsum(sizes > 0) - 1)[labels]
        # A product with zeros and ones sums few points faster than a sparse one or an index.
        self._members = np.zeros((len(self.sizes), len(labels)))
        self._members[self.of, np.arange(len(labels))] = 1

    @property
    def are_comparable(self) -> bool:
        """Whether there are two of them or more, and one that has more than one point."""
        return 1 < len(self.sizes) < len(self.of)

    def sums(self, values: Floats) -> Floats:
        """(n_clusters, ...) the sums over each cluster of values (n_points, ...)."""
        return self._members @ values


class Clusters:
    """The clusters of some points, for the separation in any space where these points lie.

    Parameters
    ----------
    labels : (n_points,) from 0
    n_paired : the silhouette is that of so many of them, the first, as its cost grows with the
        square of their number
    """

    def __init__(self, labels: NDArray[np.integer], n_paired: int) -> None:
        self.all, self.paired = Groups(labels), Groups(labels[:n_paired])
