"""Bars over the clusters, side by side for each of several series."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.figure import Figure
from dec_core.plots.palette import GREY, SOFT_ASSIGNMENT, TARGET_PAPER, TARGET_USED

USED, PAPER, SOFT, SIZES = "P used", "P of the paper", "q", "sizes"
_COLORS = {USED: TARGET_USED, PAPER: TARGET_PAPER, SOFT: SOFT_ASSIGNMENT, SIZES: GREY}


def add_bars(figure: Figure, series: Mapping[str, NDArray[np.floating]], number: str) -> None:
    """Add the bars of each series, one of the names above, and the axis of the clusters.

    Parameters
    ----------
    series : (n_clusters,) each
    number : how the pointer tells a value, in plotly's words
    """
    for name, values in series.items():
        figure.add_bar(
            x=np.arange(len(values)),
            y=values.astype(np.float32),
            name=name,
            marker={"color": _COLORS[name]},
            hovertemplate=f"cluster %{{x}}: {name} {number}<extra></extra>",
        )
    figure.update_layout(
        barmode="group",
        bargap=0.25,
        showlegend=True,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom"},
        margin={"t": 72},
    )
    n_clusters = len(next(iter(series.values())))
    dense = {"dtick": 1} if n_clusters <= 30 else {}
    figure.update_yaxes(exponentformat="power")
    figure.update_xaxes(title="cluster", showgrid=False, **dense)


def largest_place(values: NDArray[np.floating]) -> int:
    """Where the largest value is; those that are not finite do not count."""
    return int(np.nan_to_num(values).argmax())
