"""Curves over many updates: beyond what a screen can tell apart, a band instead of a barcode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.figure import Figure
from dec_core.plots.palette import translucent

Floats = NDArray[np.float32]

# Curves of fewer points have markers.
_FEW = 40
_BAND_OPACITY = 0.25
BAND_AID = "line: median, band: minimum to maximum"


@dataclass(frozen=True, eq=False)
class Band:
    """What the values of a curve are in each of some bins of equal width.

    Attributes
    ----------
    x : (n_bins,), the last place in each bin; bins without one are left out
    low, median, high : (n_bins,), of the finite values; NaN where there is none. Of an even number
        of values the median is the lower of the two in the middle.
    """

    x: NDArray[np.int32]
    low: Floats
    median: Floats
    high: Floats


def band_of(x: NDArray[np.int32], y: Floats, n_bins: int) -> Band:
    """The band of a curve.

    Parameters
    ----------
    x : (n_points,), ascending
    y : (n_points,)
    """
    edges = np.linspace(x[0], x[-1], n_bins + 1)[1:-1]
    bins = np.searchsorted(edges, x, side="right")
    values = np.where(np.isfinite(y), y, np.float32(np.nan))
    # Within each bin from the least to the most, NaN at the end.
    values = values[np.lexsort((values, bins))]
    begins = np.flatnonzero(np.diff(bins, prepend=-1))
    ends = np.append(begins[1:], len(x))
    finite = np.add.reduceat(np.isfinite(values), begins)
    last = begins + np.maximum(finite - 1, 0)
    return Band(x[ends - 1], values[begins], values[(begins + last) // 2], values[last])


def is_long(n_points: int, n_bins: int) -> bool:
    """Whether a curve is drawn as a band: each bin would hold more than two points."""
    return n_points > 2 * n_bins


def add_curve(
    figure: Figure,
    name: str,
    points: tuple[NDArray[np.int32], Floats],
    color: str,
    *,
    n_bins: int,
    shown: str = ".4g",
    where: str = "at iteration",
    axes: str = "",
) -> None:
    """Draw a curve, or its band where it is long.

    Parameters
    ----------
    points : x and y, both (n_points,)
    n_bins : about as many as there are pixels
    shown : the format of a value
    where : before x in the words at the pointer
    axes : "" for the first pair of axes, "2", "3" ...
    """
    x, y = points
    place = {"xaxis": f"x{axes}", "yaxis": f"y{axes}"}
    said = f"{name} %{{y:{shown}}} {where} %{{x:,}}<extra></extra>"
    line = {"color": color, "width": 2}
    if not is_long(len(x), n_bins):
        figure.add_scatter(
            x=x,
            y=y,
            name=name,
            mode="lines+markers" if len(x) < _FEW else "lines",
            line=line,
            marker={"size": 4},
            hovertemplate=said,
            **place,
        )
        return
    band = band_of(x, y, n_bins)
    edge = {"mode": "lines", "line": {"width": 0, "color": color}, "showlegend": False, **place}
    figure.add_scatter(
        x=band.x, y=band.low, name=f"{name}, minimum", hovertemplate=f"minimum {said}", **edge
    )
    figure.add_scatter(
        x=band.x,
        y=band.high,
        name=f"{name}, maximum",
        hovertemplate=f"maximum {said}",
        fill="tonexty",
        fillcolor=translucent(color, _BAND_OPACITY),
        **edge,
    )
    figure.add_scatter(
        x=band.x, y=band.median, name=name, mode="lines", line=line, hovertemplate=said, **place
    )
