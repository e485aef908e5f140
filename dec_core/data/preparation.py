"""Bringing the features of a data set to a common scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dec_core.config import Scaling
from dec_core.data.dataset import Dataset
from dec_core.data.samples import Samples

Floats = npt.NDArray[np.float64]
# Rows that are turned into float64 at once.
_ROWS = 8_192


def scaled(dataset: Dataset, scaling: Scaling) -> Dataset:
    """The data set with its features on another scale; a constant feature becomes 0.

    Parameters
    ----------
    scaling : "none"; "unit": all values together to 0..1, so that pixels keep their ratios;
        "standard": each feature to mean 0 and standard deviation 1; "norm": each sample to length
        sqrt(n_features), as in the DEC paper (section 4.3)
    """
    samples = dataset.samples
    if scaling == "none":
        return dataset
    if scaling == "unit" and samples.are_whole and (whole := _divided_to_unit(samples)):
        return replace(dataset, samples=whole)
    return replace(dataset, samples=Samples(_SCALES[scaling](dataset.x)))


def _divided_to_unit(samples: Samples) -> Samples | None:
    """The same whole numbers by another divisor, where that gives what ``_to_unit`` would."""
    low, high = int(samples.values.min()), int(samples.values.max())
    levels = np.arange(low, high + 1, dtype=np.uint8)[:, None]
    divided = Samples(levels, divisor=max(high, 1))
    wanted = _to_unit(Samples(levels, samples.divisor)[:])
    return Samples(samples.values, divided.divisor) if (divided[:] == wanted).all() else None


def _to_unit(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    low, high = float(x.min()), float(x.max())
    if high == low:
        return np.zeros_like(x)
    return _by_rows(x, lambda rows: (rows - low) / (high - low))


def _standardised(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    mean = x.mean(axis=0, dtype=np.float64)
    deviation = x.std(axis=0, dtype=np.float64)
    divisor = np.where(x.min(axis=0) == x.max(axis=0), np.inf, deviation)
    return _by_rows(x, lambda rows: (rows - mean) / divisor)


def _normed(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    def to_length(rows: Floats) -> Floats:
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(length > 0, length, 1.0) * np.sqrt(rows.shape[1])

    return _by_rows(x, to_length)


def _by_rows(
    x: npt.NDArray[np.float32], change: Callable[[Floats], Floats]
) -> npt.NDArray[np.float32]:
    result = np.empty_like(x)
    for begin in range(0, len(x), _ROWS):
        chosen = slice(begin, begin + _ROWS)
        result[chosen] = change(x[chosen].astype(np.float64))
    return result


_SCALES: dict[Scaling, Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]] = {
    "unit": _to_unit,
    "standard": _standardised,
    "norm": _normed,
}
