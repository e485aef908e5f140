"""What clusters tell of the data, measured in a space that training does not move."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from dec_core.analysis.rows import Rows

# So many rows tell how many dimensions an embedding fills.
_MOST_ROWS = 4_000


class DataSpace:
    """Samples as they are, in which clusters are compared from update to update.

    Parameters
    ----------
    x : (n_samples, n_features)
    sample_ids : (n_sampled,), those that are looked at
    """

    def __init__(self, x: Rows, sample_ids: NDArray[np.integer]) -> None:
        self._x = x
        self._sample_ids = sample_ids

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
    shares = np.maximum(variances, 0)
    shares = shares[shares > 0] / shares.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))
