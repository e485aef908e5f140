"""Curves of runs that differ only by chance, folded into a mean and its spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """``y`` (n,) over ascending ``x`` (n,)."""

    x: Floats
    y: Floats


@dataclass(frozen=True, eq=False)
class FoldedCurve:
    """The mean of ``count`` curves at ``x`` (n,), and their standard deviation there.

    The deviation is the sample's (divided by count - 1), 0 for a single curve.
    """

    x: Floats
    mean: Floats
    deviation: Floats
    count: int


def finite(x: Sequence[float], y: Sequence[float]) -> Curve:
    """The points of a curve whose values are numbers."""
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    chosen = np.isfinite(xs) & np.isfinite(ys)
    return Curve(xs[chosen], ys[chosen])


def fold_curves(curves: Sequence[Curve]) -> FoldedCurve:
    """Mean and spread wherever every curve has a value: all of them count at every x.

    Curves are interpolated linearly between their points and never continued beyond them, so
    the mean ends where the shortest curve ends. Empty curves are left out.
    """
    filled = [curve for curve in curves if len(curve.x)]
    if not filled:
        empty = np.empty(0)
        return FoldedCurve(empty, empty, empty, 0)
    x = _common_points(filled)
    values = np.stack([np.interp(x, curve.x, curve.y) for curve in filled])
    count = len(filled)
    deviation = values.std(axis=0, ddof=1) if count > 1 else np.zeros(len(x))
    return FoldedCurve(x, values.mean(axis=0), deviation, count)


def _common_points(curves: Sequence[Curve]) -> Floats:
    """Every x of every curve that lies within all of them, ascending."""
    low = max(curve.x[0] for curve in curves)
    high = min(curve.x[-1] for curve in curves)
    x = np.unique(np.concatenate([curve.x for curve in curves]))
    return x[(x >= low) & (x <= high)]
