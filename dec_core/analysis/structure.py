"""What clusters tell of the data, measured in a space that training does not move."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from dec_core.analysis.metrics import effective_clusters
from dec_core.analysis.rows import Rows
from dec_core.analysis.separation import Clusters, PointSample, Separation

# Of the directions in which the data vary most; the others are mostly noise of many features.
_MOST_DIMENSIONS = 20
# Samples whose separation is measured, and those of them that the silhouette is taken of: then all
# of it costs less than a tenth of an update, on digits too.
_FEW, _FEW_PAIRED = 600, 150
# So many rows tell how many dimensions an embedding fills.
_MOST_ROWS = 4_000


class DataSpace:
    """Samples as they are, in which clusters are compared from update to update.

    Parameters
    ----------
    x : (n_samples, n_features)
    sample_ids : (n_sampled,), those that are looked at
    seed : of the choice of those among them that distances are taken of
    """

    def __init__(self, x: Rows, sample_ids: NDArray[np.integer], seed: int = 0) -> None:
        self._x = x
        self._sample_ids = sample_ids
        # Among those that are looked at.
        self._few = np.random.default_rng(seed).permutation(len(sample_ids))[:_FEW]

    @cached_property
    def largest(self) -> float:
        """The largest number in size."""
        return float(np.abs(self._x[self._sample_ids]).max())

    @cached_property
    def variance(self) -> float:
        """Mean over the features of their variance."""
        return self._total / self._centered.size * self.largest**2

    @cached_property
    def _centered(self) -> NDArray[np.float32]:
        """(n_sampled, n_features) without their mean, at most 2 in size, so that no square of them
        overflows."""
        scaled = self._x[self._sample_ids] / np.float32(self.largest or 1.0)
        return np.asarray(scaled - scaled.mean(axis=0), np.float32)

    @cached_property
    def _total(self) -> float:
        return float(np.square(self._centered).sum(dtype=np.float64))

    def explained(self, labels: NDArray[np.integer], n_clusters: int) -> float:
        """The share of the variance that lies between the clusters; 0 where there is none.

        Parameters
        ----------
        labels : (n_samples,) from 0
        """
        if not self._total:
            return 0.0
        chosen = labels[self._sample_ids]
        count = len(chosen)
        members = csr_array(
            (np.ones(count, np.float32), (chosen, np.arange(count))), shape=(n_clusters, count)
        )
        sizes = np.maximum(np.bincount(chosen, minlength=n_clusters), 1)
        sums = np.asarray(members @ self._centered, np.float64)
        between = float((np.square(sums).sum(axis=1) / sizes).sum())
        return min(between / self._total, 1.0)

    @property
    def few_ids(self) -> NDArray[np.integer]:
        """(n_few,), the samples whose separation is measured, in the order of chance."""
        return self._sample_ids[self._few]

    def clusters(self, labels: NDArray[np.integer]) -> Clusters:
        """Those of a few samples, for ``separation`` and ``separation_in``.

        Parameters
        ----------
        labels : (n_samples,) from 0
        """
        return Clusters(labels[self.few_ids], _FEW_PAIRED)

    def separation(self, clusters: Clusters) -> Separation:
        """How far they stand apart along the principal components of the data."""
        return self._principal.separation(clusters)

    def separation_in(self, embedding: NDArray[np.floating], clusters: Clusters) -> Separation:
        """How far they stand apart in an embedding (n_samples, n_dimensions)."""
        return PointSample(embedding[self.few_ids]).separation(clusters)

    @cached_property
    def _principal(self) -> PointSample:
        """A few samples along the principal components of all that are looked at."""
        from sklearn.decomposition import PCA

        rows = self._centered
        if self._total and len(rows) > 1:
            n_dimensions = min(_MOST_DIMENSIONS, *rows.shape)
            rows = PCA(n_dimensions, random_state=0).fit_transform(rows)
        return PointSample(rows[self._few])


def effective_rank(embedding: NDArray[np.floating]) -> float:
    """How many dimensions an embedding fills: exp of the entropy of its principal components'
    shares of the variance; 0 where all rows are equal, NaN where one is not finite.

    Parameters
    ----------
    embedding : (n_samples, n_dimensions)
    """
    step = -(-len(embedding) // _MOST_ROWS)
    rows = np.asarray(embedding[::step], np.float64)
    rows = rows - rows.mean(axis=0)
    largest = np.abs(rows).max()
    if not largest > 0 or not np.isfinite(largest):
        return 0.0 if largest == 0 else float("nan")
    rows /= largest
    variances = np.linalg.eigvalsh(rows.T @ rows)
    # As of clusters: so many of equal size would be as even.
    return effective_clusters(np.maximum(variances, 0))
