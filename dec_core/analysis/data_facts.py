"""What may be wrong with data before anything is trained on them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.rows import Rows

# Beyond this size, or where one feature spreads so many times as wide as the median one, a
# network that expects values of about 0 to 1 sees little but the largest features.
UNSCALED_VALUE, UNSCALED_RATIO = 10.0, 100.0
# Neighbouring rows that are as near to each other as this, in parts of what two rows have on
# average, or that share their class so often beyond chance, are in an order that means something.
ORDERED_DISTANCE, ORDERED_LABELS = 0.8, 0.5
# So many rows tell what all of them would.
_MOST_ROWS = 4_000


@dataclass(frozen=True)
class DataFacts:
    """Figures of a data set.

    Attributes
    ----------
    n_distinct : rows that differ from one another
    n_constant : features with the same value in every row
    n_classes : of the true labels; None without them
    largest : the largest number in size
    spread_ratio : the widest standard deviation of a feature over the median one; constant
        features do not count
    neighbor_distance : mean squared distance of neighbouring rows over that of rows drawn by
        chance; 1 where the order means nothing
    neighbor_labels : how much more often neighbouring rows share their class than chance would
        have it, from 0 to 1 (sorted by class); None without true labels
    pca_error : the share of the variance that principal components of the embedding's width leave
        unexplained
    """

    n_samples: int
    n_features: int
    n_distinct: int
    n_constant: int
    n_classes: int | None
    largest: float
    spread_ratio: float
    neighbor_distance: float
    neighbor_labels: float | None
    pca_error: float

    @property
    def is_unscaled(self) -> bool:
        """Whether the values are far from about 0 to 1, or features of unlike spread."""
        return self.largest > UNSCALED_VALUE or self.spread_ratio > UNSCALED_RATIO

    @property
    def is_ordered(self) -> bool:
        """Whether batches in the stored order are unlike the data as a whole."""
        by_label = self.neighbor_labels is not None and self.neighbor_labels > ORDERED_LABELS
        return by_label or self.neighbor_distance < ORDERED_DISTANCE


def data_facts(x: Rows, y: NDArray[np.integer] | None, n_dimensions: int) -> DataFacts:
    """The figures of samples (n_samples, n_features) and true labels (n_samples,).

    Parameters
    ----------
    n_dimensions : of the embedding that PCA is compared with
    """
    step = -(-len(x) // _MOST_ROWS)
    # In units of the largest number no square overflows.
    low, high = x.min(axis=0), x.max(axis=0)
    largest = max(abs(float(low.min())), abs(float(high.max())))
    rows = np.asarray(x[::step], np.float64) / (largest or 1.0)
    centered = rows - rows.mean(axis=0)
    return DataFacts(
        n_samples=len(x),
        n_features=x.shape[1],
        n_distinct=_n_distinct(x),
        n_constant=int((low == high).sum()),
        n_classes=None if y is None else len(np.unique(y)),
        largest=largest,
        spread_ratio=_spread_ratio(centered.std(axis=0)),
        neighbor_distance=_neighbor_distance(x, centered, largest or 1.0),
        neighbor_labels=None if y is None else _neighbor_labels(y),
        pca_error=_pca_error(centered, n_dimensions),
    )


def _n_distinct(x: Rows) -> int:
    """By a hash of 64 bits, as all rows at once would take the memory of the data again."""
    # 0.0 and -0.0 are one value with two patterns of bits; the sum has one.
    return len({hash((row + np.float32(0)).tobytes()) for row in x})


def _spread_ratio(deviations: NDArray[np.float64]) -> float:
    varying = deviations[deviations > 0]
    return float(varying.max() / np.median(varying)) if varying.size else 1.0


def _neighbor_distance(x: Rows, centered: NDArray[np.float64], unit: float) -> float:
    """Of pairs (i, i + 1) spread over the data; by chance it is twice the total variance."""
    expected = 2 * np.square(centered).sum(axis=1).mean()
    first = np.arange(0, len(x) - 1, -(-len(x) // _MOST_ROWS))
    if not expected or not first.size:
        return 1.0
    steps = (np.asarray(x[first + 1], np.float64) - x[first]) / unit
    return float(np.square(steps).sum(axis=1).mean() / expected)


def _neighbor_labels(y: NDArray[np.integer]) -> float:
    shares = np.unique(y, return_counts=True)[1] / len(y)
    by_chance = float(np.square(shares).sum())
    if len(y) < 2 or by_chance == 1:
        return 0.0
    same = float((y[1:] == y[:-1]).mean())
    return max(0.0, (same - by_chance) / (1 - by_chance))


def _pca_error(centered: NDArray[np.float64], n_components: int) -> float:
    """From the smaller of the two matrices of products, which have the same eigenvalues."""
    n_rows, n_features = centered.shape
    products = centered.T @ centered if n_features <= n_rows else centered @ centered.T
    variances = np.linalg.eigvalsh(products)
    total = float(variances.sum())
    if not total > 0:
        return math.nan
    return max(0.0, float(variances[: max(0, len(variances) - n_components)].sum()) / total)
