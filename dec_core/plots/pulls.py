"""Where a gradient step pulls the centres or the samples, under two targets, on the PCA map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.arrows import add_arrows, magnification, magnified
from dec_core.plots.cluster_bars import PAPER, USED
from dec_core.plots.embedding import fit_axes
from dec_core.plots.figure import Figure
from dec_core.plots.palette import TARGET_PAPER, TARGET_USED, cluster_colors, discrete_scale
from dec_core.plots.style import Plot, new_figure

Points = NDArray[np.floating]


def draw_pulls(
    points: Points,
    clusters: NDArray[np.integer],
    starts: Points,
    used: Points,
    paper: Points,
    *,
    of_centers: bool,
    sample_ids: NDArray[np.integer],
    update: int,
) -> Plot:
    """Where are the centres, or the samples of each cluster, pulled?

    Parameters
    ----------
    points : (n_samples, 2), the map of the embedding
    clusters : (n_samples,)
    starts : (n_clusters, 2), the centres, or the means of the clusters
    used, paper : (n_clusters, 2), how far one step moves each of them under either target
    of_centers : whether these are the centres
    sample_ids : (n_samples,), for the pointer
    update : the number of the update, for the pointer
    """
    extent = float(np.ptp(points, axis=0).max())
    times = magnification(np.concatenate([used, paper]), extent)
    what = "centre" if of_centers else "cluster's samples, on average"
    figure = new_figure(
        "Where are the centres pulled?" if of_centers else "Where are the samples pulled?",
        f"PCA; one step of each {what}{magnified(times)}",
        {"x": "x", "y": "y"},
    )
    n_clusters = len(starts)
    add_cloud(figure, points, clusters, n_clusters, sample_ids=sample_ids, update=update)
    if of_centers:
        add_centers(figure, starts)
    for name, moves, color, width, head in (
        (PAPER, paper, TARGET_PAPER, 5, 14),
        (USED, used, TARGET_USED, 2, 9),
    ):
        add_arrows(
            figure, starts, starts + times * moves, name=name, color=color, width=width, head=head
        )
    shown = np.concatenate([points, starts, starts + times * used, starts + times * paper])
    fit_axes(figure, shown[np.isfinite(shown).all(axis=1)].astype(np.float32), None)
    figure.update_layout(
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom"},
        margin={"t": 72},
    )
    words = (
        f"Map of {len(points):,} samples with one step of each {what}{magnified(times)}, under P "
        "used and under P of the paper."
    )
    return Plot("pulls", figure, words)


def add_cloud(
    figure: Figure,
    points: Points,
    clusters: NDArray[np.integer],
    n_clusters: int,
    *,
    sample_ids: NDArray[np.integer],
    update: int,
    axis: str = "",
    size: int = 3,
) -> None:
    """Add the samples, pale and in their clusters' colours, below everything else."""
    known = np.column_stack([sample_ids, clusters]).astype(np.int32)
    figure.add_scattergl(
        x=points[:, 0].astype(np.float32),
        y=points[:, 1].astype(np.float32),
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        customdata=known,
        meta={"update": update},
        name="samples",
        mode="markers",
        showlegend=False,
        marker={
            "size": size,
            "color": clusters.astype(np.int32),
            "colorscale": discrete_scale(cluster_colors(n_clusters)),
            "cmin": -0.5,
            "cmax": n_clusters - 0.5,
            "opacity": 0.5,
        },
        hovertemplate="sample %{customdata[0]:,}, cluster %{customdata[1]}<extra></extra>",
    )


def add_centers(figure: Figure, centers: Points, axis: str = "") -> None:
    """Add the cluster centres with their numbers."""
    figure.add_scatter(
        x=centers[:, 0].astype(np.float32),
        y=centers[:, 1].astype(np.float32),
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        name="centres",
        mode="markers+text",
        showlegend=False,
        text=[str(cluster) for cluster in range(len(centers))],
        textposition="middle center",
        textfont={"size": 9, "weight": 700, "color": "#10161c"},
        marker={
            "size": 14,
            "symbol": "circle",
            "color": cluster_colors(len(centers)),
            "line": {"width": 1, "color": "#ffffff"},
        },
        hovertemplate="centre %{text}<extra></extra>",
    )
