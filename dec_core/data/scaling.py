"""Bringing features to a common scale, fitted on some samples and applied to others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dec_core.config import Scaling
from dec_core.data.samples import Samples
from dec_core.errors import DataError, SettingsError

Numbers = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
# Rows that are turned into float64 at once.
_ROWS = 8_192
_PIXEL = 255.0
# What treats equal values alike, whichever feature and sample they belong to.
_OF_ALL_VALUES = ("none", "pixels", "unit")


@dataclass(frozen=True, eq=False)
class Scale:
    """How numbers are brought to a common scale; fitted on the samples that are trained on.

    Attributes
    ----------
    scaling : as in the setting ``data.scaling``; "norm" is that of the DEC paper (section 4.3)
    log1p : whether log(1 + value) comes first
    offset, divisor : taken off, then divided by; one number, or (n_features,) one each
    """

    scaling: Scaling = "none"
    log1p: bool = False
    offset: float | Floats = 0.0
    divisor: float | Floats = 1.0

    @classmethod
    def fit(cls, x: Numbers, scaling: Scaling, log1p: bool = False) -> Scale:
        """The scale of ``x``, (n_samples, n_features); a constant feature becomes 0.

        Raises
        ------
        SettingsError
            If ``log1p`` meets a number below 0.
        """
        if log1p:
            problem = log_problem(float(x.min()))
            if problem:
                raise SettingsError(problem, {"data.log1p": problem})
        return cls(scaling, log1p, *_offset_and_divisor(_logged(x) if log1p else x, scaling))

    def apply(self, x: Numbers) -> npt.NDArray[np.float32]:
        """``x``, (n_samples, n_features), on this scale.

        Raises
        ------
        DataError
            If ``log1p`` meets a number below 0.
        """
        if self.log1p:
            problem = log_problem(float(x.min()))
            if problem:
                raise DataError(problem)
            x = _logged(x)
        if self.scaling == "none":
            with np.errstate(over="ignore"):
                return np.asarray(x, np.float32)
        if self.scaling == "norm":
            return _by_rows(x, _to_length)
        return _by_rows(x, lambda rows: (rows - self.offset) / self.divisor)

    def undo(self, x: Numbers) -> Floats:
        """The numbers of which ``apply`` makes ``x``, (..., n_features), as far as it can be told:
        those of a constant feature and of the scaling "norm" stay."""
        values = np.asarray(x, np.float64)
        if self.scaling != "norm":
            divisor = np.where(np.isfinite(self.divisor), self.divisor, 1.0)
            values = values * divisor + self.offset
        return np.expm1(values) if self.log1p else values


def on_scale(x: Numbers | Samples, scaling: Scaling, log1p: bool = False) -> tuple[Scale, Samples]:
    """The scale that is fitted on ``x``, (n_samples, n_features), and ``x`` on it.

    Whole numbers stay so where another divisor gives the same float32 numbers.

    Raises
    ------
    SettingsError
        If ``log1p`` meets a number below 0.
    """
    samples = x if isinstance(x, Samples) else Samples(x)
    if samples.are_whole and scaling in _OF_ALL_VALUES and not log1p:
        levels = samples.levels()
        scale = Scale.fit(levels[:], scaling)
        divided = Samples(levels.values, samples.divisor * float(scale.divisor))
        if np.array_equal(divided[:], scale.apply(levels[:])):
            return scale, Samples(samples.values, divided.divisor)
    scale = Scale.fit(x[:], scaling, log1p)
    return scale, Samples(scale.apply(x[:]))


def _offset_and_divisor(x: Numbers, scaling: Scaling) -> tuple[float | Floats, float | Floats]:
    match scaling:
        case "pixels":
            return 0.0, _PIXEL
        case "unit":
            low, high = float(x.min()), float(x.max())
            return low, high - low if high > low else np.inf
        case "features":
            lowest, highest = x.min(axis=0).astype(np.float64), x.max(axis=0).astype(np.float64)
            return lowest, np.where(highest > lowest, highest - lowest, np.inf)
        case "standard":
            deviation = x.std(axis=0, dtype=np.float64)
            divisor = np.where(x.min(axis=0) == x.max(axis=0), np.inf, deviation)
            return x.mean(axis=0, dtype=np.float64), divisor
        case _:
            return 0.0, 1.0


def _to_length(rows: Floats) -> Floats:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, 1.0) * np.sqrt(rows.shape[1])


def log_problem(low: float) -> str:
    """Why no logarithm can be taken of numbers whose lowest is ``low``; "" where it can."""
    if not low < 0:
        return ""
    return (
        f"data.log1p needs numbers from 0 on. Received {low:g}. Choose data.log1p=false, or "
        "leave the columns with negative numbers out."
    )


def _logged(x: Numbers) -> Numbers:
    return _by_rows(x, np.log1p)


def _by_rows(x: Numbers, change: Callable[[Floats], Floats]) -> npt.NDArray[np.float32]:
    result = np.empty(x.shape, np.float32)
    for begin in range(0, len(x), _ROWS):
        chosen = slice(begin, begin + _ROWS)
        result[chosen] = change(x[chosen].astype(np.float64))
    return result
