"""Cluster sizes over the iterations, stacked: a collapse is seen at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.signs import History, Start
from dec_core.events.view import View
from dec_core.plots.marks import add_marks
from dec_core.plots.palette import cluster_colors
from dec_core.plots.style import Plot, new_figure, over_iterations

# How wide the sizes after k-means are drawn, beside the first update interval.
_BAR_SHARE = 0.03


@dataclass(frozen=True, eq=False)
class ClusterShares:
    """``shares`` is (n_updates, n_clusters), rows sum to 1; the first row is the k-means start."""

    iterations: NDArray[np.int32]
    shares: NDArray[np.float32]


def cluster_shares(start: Start | None, history: History) -> ClusterShares:
    """The k-means start at iteration 0, which is also the first update, then every other one."""
    rows = [start.cluster_sizes] if start else []
    rows += [update.cluster_sizes for update in history[1:]]
    iterations = [0] * bool(start) + [update.iteration for update in history[1:]]
    sizes = np.array(rows, np.float32) if rows else np.empty((0, 0), np.float32)
    return ClusterShares(
        np.array(iterations, np.int32), sizes / np.maximum(sizes.sum(axis=1, keepdims=True), 1)
    )


def draw_sizes(view: View) -> Plot:
    """Do the clusters survive?"""
    numbers = cluster_shares(view.start, view.updates)
    n_clusters = numbers.shares.shape[1]
    figure = new_figure(
        "Do the clusters survive?",
        "Share of samples per cluster; a band that vanishes is lost",
        {"x": "iteration", "y": "share"},
    )
    over_iterations(figure, view)
    # One point makes no band yet.
    looks_of = _band if len(numbers.iterations) > 1 else partial(_bar, view)
    for cluster, color in enumerate(cluster_colors(n_clusters)):
        figure.add_traces(
            [
                {
                    "x": numbers.iterations,
                    "y": numbers.shares[:, cluster],
                    "name": f"{cluster}",
                    "hovertemplate": (
                        f"cluster {cluster}: %{{y:.1%}} at iteration %{{x:,}}<extra></extra>"
                    ),
                    **looks_of(color),
                }
            ]
        )
    add_marks(figure, view, on_areas=True)
    figure.update_layout(
        legend={"traceorder": "reversed", "tracegroupgap": 0, "maxheight": 400},
        showlegend=n_clusters <= 20,
        barmode="stack",
        yaxis={"range": [0, 1], "tickformat": ".0%"},
    )
    return Plot("sizes", figure, _alternative(view))


def _band(color: str) -> dict[str, object]:
    """From update to update."""
    return {
        "type": "scatter",
        "stackgroup": "sizes",
        "mode": "lines",
        "line": {"width": 0.5, "color": color},
        "fillcolor": color,
    }


def _bar(view: View, color: str) -> dict[str, object]:
    """At the one point there is."""
    width = _BAR_SHARE * view.config.clustering.update_interval
    return {"type": "bar", "marker": {"color": color}, "width": width, "offset": 0}


def _alternative(view: View) -> str:
    if not view.updates:
        return "Cluster sizes: none yet."
    last = view.updates[-1]
    sizes = ", ".join(f"{size:,}" for size in last.cluster_sizes)
    return (
        f"Cluster sizes at iteration {last.iteration:,}: {sizes}. "
        f"Occupied clusters: {last.measures['occupied_clusters']}; the largest holds "
        f"{last.measures['largest_share']:.0%}."
    )
