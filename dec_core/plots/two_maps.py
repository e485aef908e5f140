"""The same points by PCA and by UMAP: what becomes of distances and widths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.palette import cluster_colors
from dec_core.plots.style import BARE_AXIS, Plot, axes_suffix, name_axes, new_figure, place_axes

_DOMAINS = ((0.0, 0.47), (0.53, 1.0))


def draw_two_maps(
    maps: Mapping[str, NDArray[np.float32]],
    labels: NDArray[np.integer],
    names: Sequence[str],
    reading_aid: str,
) -> Plot:
    """Do distances survive? Two maps of the same points, each with equal units.

    Parameters
    ----------
    maps : (n_points, 2) each, by the name of the method
    labels : (n_points,), the group of each point
    names : of the groups
    """
    figure = new_figure("Do distances survive?", reading_aid, {"x": "x", "y": "y"})
    for number, (method, points) in enumerate(maps.items()):
        suffix = axes_suffix(number)
        upright = {"scaleanchor": f"x{suffix}", **BARE_AXIS}
        place_axes(figure, suffix, _DOMAINS[number], x=BARE_AXIS, y=upright)
        name_axes(figure, suffix, method)
        for group, color in enumerate(cluster_colors(len(names))):
            chosen = points[labels == group].astype(np.float32)
            figure.add_scatter(
                x=chosen[:, 0],
                y=chosen[:, 1],
                name=f"{names[group]}",
                mode="markers",
                marker={"size": 4, "color": color, "opacity": 0.8},
                xaxis=f"x{suffix}",
                yaxis=f"y{suffix}",
                legendgroup=names[group],
                showlegend=number == 0,
                hovertemplate=f"{names[group]}, {method}<extra></extra>",
            )
    figure.update_layout(legend={"orientation": "h", "y": -0.03, "x": 0}, margin={"t": 74})
    methods = " and ".join(maps)
    return Plot("two_maps", figure, f"{len(labels):,} points in {len(names)} groups, by {methods}.")
