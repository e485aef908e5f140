"""Figures of the features of a table, from a part of its rows where there are many."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.rows import Rows
from dec_core.config import Scaling

# A feature whose largest value is so many times its usual size decides over distances alone.
HEAVY_TAIL = 30.0
# The largest value of a pixel that is one byte.
PIXEL = 255.0
# So many numbers of the data are looked at, in rows spread over them.
_MOST_VALUES, _MOST_ROWS = 3_000_000, 4_000
# Of a class variable as good as copied into a feature, so many of its rows may stand elsewhere.
_STRAY_SHARE = 0.01
# In fewer rows a feature can be in the order of the classes by chance.
_FEWEST_ROWS = 30

Table = NDArray[np.number]


def looked_at(x: Rows) -> slice:
    """The rows of ``x``, (n_samples, n_features), that stand for all: at most 4,000, fewer where
    there are many features."""
    most = max(2, min(_MOST_ROWS, _MOST_VALUES // max(1, x.shape[1])))
    return slice(None, None, max(1, -(-len(x) // most)))


def tail_ratios(rows: Table) -> NDArray[np.float64]:
    """(n_features,) the largest size of a value over the median size of those that are not 0.

    About 6 for a normal distribution, 12 for an exponential one; 1 where all are 0.
    """
    sizes = np.sort(np.abs(np.asarray(rows, np.float64)), axis=0)
    zeros = (sizes == 0).sum(axis=0)
    middle = np.minimum(zeros + (len(sizes) - zeros) // 2, len(sizes) - 1)
    medians = np.take_along_axis(sizes, middle[None], axis=0)[0]
    return np.divide(sizes[-1], medians, out=np.ones(sizes.shape[1]), where=medians > 0)


def heavy_tailed(rows: Table) -> NDArray[np.intp]:
    """The features whose largest value is more than 30 times the median size."""
    return np.flatnonzero(tail_ratios(rows) > HEAVY_TAIL)


def fitting_scaling(rows: Table, *, is_images: bool) -> Scaling:
    """The scaling that brings values nearest to what a network learns from best, about 0 to 1.

    Pixels and other features of one common scale keep their proportions; all others are
    standardised. "none" where they lie from 0 to 1 as they are.
    """
    low, high = float(rows.min()), float(rows.max())
    if not is_images and not shares_a_scale(rows):
        return "standard"
    if low >= 0 and high <= 1:
        return "none"
    is_of_bytes = low >= 0 and PIXEL / 2 < high <= PIXEL and bool((rows % 1 == 0).all())
    return "pixels" if is_of_bytes else "unit"


def fitting_batch_size(n_samples: int) -> int:
    """A power of two from 8 to 256, at most a quarter of the samples where there are 32."""
    return 2 ** int(np.clip(np.log2(max(1, n_samples // 4)), 3, 8))


def shares_a_scale(rows: Table) -> bool:
    """Whether half of the features span most of the range of all, from a common 0 on.

    So do pixels, and answers on one scale; a scaling of each feature by itself would give rare
    values of the others the same weight.
    """
    low, high = rows.min(axis=0).astype(np.float64), rows.max(axis=0).astype(np.float64)
    varying = high > low
    if not varying.any() or low.min() < 0:
        return False
    shares = (high - low)[varying] / float(high.max() - low.min())
    return bool(np.median(shares) >= 0.5 and (low[varying] == low.min()).mean() >= 0.5)


def repeated_features(rows: Table) -> dict[int, int]:
    """Features with the same values as an earlier one, and which one that is.

    Constant features are not among them.
    """
    first: dict[bytes, int] = {}
    repeated = {}
    for feature in np.flatnonzero(rows.min(axis=0) < rows.max(axis=0)):
        content = np.ascontiguousarray(rows[:, feature]).tobytes()
        original = first.setdefault(content, int(feature))
        if original != feature:
            repeated[int(feature)] = original
    return repeated


def telling_features(rows: Table, y: NDArray[np.integer]) -> list[int]:
    """The features by which alone the classes can be told apart.

    Sorted by such a feature the samples stand class by class, with at most one in a hundred
    elsewhere, as where a column was computed from the label. None in fewer than 30 rows.
    """
    n_classes = len(np.unique(y))
    if len(rows) < _FEWEST_ROWS or n_classes < 2:
        return []
    order = np.argsort(rows, axis=0, kind="stable")
    sorted_labels = y[order]
    changes = np.count_nonzero(sorted_labels[1:] != sorted_labels[:-1], axis=0)
    found = np.flatnonzero(changes <= n_classes - 1 + _STRAY_SHARE * len(rows))
    return [int(f) for f in found if _tells_by_values(rows[:, f], y)]


def _tells_by_values(values: Table, y: NDArray[np.integer]) -> bool:
    """Not by the order of rows with equal values, which is their own and may be that of classes."""
    _, groups = np.unique(values, return_inverse=True)
    pairs, counts = np.unique(np.stack([groups, y]), axis=1, return_counts=True)
    largest = np.zeros(groups.max() + 1, np.int64)
    np.maximum.at(largest, pairs[0], counts)
    return bool(len(y) - largest.sum() <= _STRAY_SHARE * len(y))


def listed(names: Iterable[str], most: int = 5) -> str:
    """Names in a sentence, the first of many: "a, b and 3 more"."""
    every = list(names)
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
