"""How far two clusterings of the same samples agree, and which clusters match."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from dec_core.analysis.metrics import Labels, Scores, contingency, score


@dataclass(frozen=True, eq=False)
class Agreement:
    """Two clusterings of the same samples, side by side.

    Attributes
    ----------
    table : (n_rows, n_columns), how many samples row and column share; matched pairs come first,
        on the diagonal
    rows : (n_rows,), the first clustering's cluster of each row
    columns : (n_columns,), the second one's cluster of each column
    scores : ACC (the share of the samples in matched clusters), NMI and ARI
    """

    table: NDArray[np.int64]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    scores: Scores

    @property
    def n_samples(self) -> int:
        """How many samples were compared."""
        return int(self.table.sum())


def compare_labels(first: Labels, second: Labels) -> Agreement:
    """Match the clusters of two labellings, both (n_samples,) from 0, by the Hungarian method.

    Raises
    ------
    ValueError
        If they are empty or of unequal length.
    """
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise ValueError(
            "Labels must be two non-empty vectors of equal length. Received shapes "
            f"{first.shape} and {second.shape}. Compare clusterings of the same samples."
        )
    table = contingency(first, second)
    matched_rows, matched_columns = linear_sum_assignment(table, maximize=True)
    rows = _completed(matched_rows, table.shape[0])
    columns = _completed(matched_columns, table.shape[1])
    return Agreement(table[np.ix_(rows, columns)], rows, columns, score(first, second))


def _completed(matched: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """The matched clusters in their order, then those that are left."""
    return np.concatenate([matched, np.setdiff1d(np.arange(count), matched)])
