"""Arrows in the units of the axes, as one trace."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.figure import Figure

Points = NDArray[np.floating]

# The longest arrow is drawn over this part of the map, unless it is longer by itself.
_LONGEST = 0.3


def magnification(moves: Points, extent: float) -> float:
    """By how much to lengthen arrows so that they are seen: 1, 2, 5, 10, 20 ...

    Parameters
    ----------
    moves : (n, 2), the arrows in the units of the map; those that are not finite do not count
    extent : the longer side of the map
    """
    lengths = np.linalg.norm(moves, axis=1)
    longest = float(np.max(lengths, initial=0.0, where=np.isfinite(lengths)))
    if not longest > 0 or not np.isfinite(wanted := extent * _LONGEST / longest) or wanted < 2:
        return 1.0
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(power * max(step for step in (1, 2, 5) if step * power <= wanted * (1 + 1e-9)))


def magnified(times: float) -> str:
    """What to say of arrows that were lengthened; empty where they were not."""
    return "" if times == 1 else f", drawn {times:,.0f} times as long"


def add_arrows(
    figure: Figure,
    starts: Points,
    ends: Points,
    *,
    name: str,
    color: str,
    width: float,
    head: int,
    axis: str = "",
    **more: Any,
) -> None:
    """Add arrows; those whose start or end is not finite are left out.

    Parameters
    ----------
    starts, ends : (n, 2)
    head : size of the heads in pixels
    axis : "" for the first pair of axes, "2", "3" ... for others
    more : other values of the trace
    """
    is_finite = np.isfinite(starts).all(axis=1) & np.isfinite(ends).all(axis=1)
    gap = np.full((int(is_finite.sum()), 2), np.nan)
    ways = np.stack([starts[is_finite], ends[is_finite], gap], axis=1).reshape(-1, 2)
    figure.add_scatter(
        x=ways[:, 0].astype(np.float32),
        y=ways[:, 1].astype(np.float32),
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        name=name,
        mode="lines+markers",
        line={"color": color, "width": width},
        # Only the end has a mark, and it points away from the start.
        marker={
            "color": color,
            "symbol": "arrow",
            "angleref": "previous",
            "size": np.tile(np.array([0, head, 0], np.uint8), len(gap)),
            "opacity": 1,
            "line": {"width": 0},
        },
        hoverinfo="skip",
        **more,
    )
