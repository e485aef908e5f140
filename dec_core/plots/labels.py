"""The label of every sample, after k-means beside after an update: the R port's own figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dec_core.events.events import KMEANS
from dec_core.events.frames import Frames
from dec_core.events.view import View
from dec_core.plots.figure import Figure
from dec_core.plots.palette import cluster_colors, discrete_scale
from dec_core.plots.style import WITH_COMMAS, Plot, axes_suffix, name_axes, new_figure, say_instead

# Labels are drawn this far apart, so that a whole-number jitter fits between them.
SPACING = 100
JITTER = 38
_MOST_TICKS = 6


def jittered(labels: NDArray[np.integer]) -> NDArray[np.int16]:
    """(n_samples,) heights: ``SPACING`` times the label plus a fixed jitter per sample."""
    offsets = np.random.default_rng(0).integers(-JITTER, JITTER + 1, len(labels), np.int16)
    return (labels.astype(np.int16) * SPACING + offsets).astype(np.int16)


def draw_labels(view: View, frames: Frames, update: int | None) -> Plot:
    """Which cluster is each sample in? ``update`` None shows the k-means start alone.

    Where the labels of ``update`` are not kept, the nearest earlier ones are shown. Raises RunError
    where they are damaged.
    """
    figure = _new_figure()
    if view.centers is None:
        return Plot("labels", figure, "Labels: none yet.")
    n_clusters = len(view.centers.cluster_sizes)
    shown = [("after k-means", KMEANS, frames.labels(KMEANS))]
    nearest = None if update is None else frames.nearest_labels(update)
    if nearest is not None:
        iteration = view.updates[nearest].iteration
        shown.append((f"at iteration {iteration:,}", nearest, frames.labels(nearest)))
    for column, (name, place, labels) in enumerate(shown):
        _add_labels(figure, column, name, labels, n_clusters)
        figure.data[-1].meta = {"update": place}
    width = len(labels)
    samples = {
        "title": "sample",
        "range": [-0.02 * width, 1.02 * width],
        "showgrid": False,
        "tickformat": WITH_COMMAS,
    }
    figure.update_layout(
        showlegend=False,
        margin={"t": 70},
        xaxis={"domain": [0, 0.485], **samples},
        xaxis2={"domain": [0.515, 1], "anchor": "y2", **samples},
        yaxis=_axis(n_clusters, "cluster"),
        yaxis2={**_axis(n_clusters, ""), "matches": "y", "anchor": "x2", "showticklabels": False},
    )
    described = "; ".join(f"{name}, {_occupied(labels)} occupied" for name, _, labels in shown)
    return Plot("labels", figure, f"Clusters of all samples: {described}.")


def draw_unreadable(reason: str) -> Plot:
    """The place of the labels where they cannot be read, with the reason."""
    figure = _new_figure()
    say_instead(figure, reason)
    return Plot("labels", figure, f"Labels: {reason}")


def _new_figure() -> Figure:
    return new_figure(
        "Which cluster is each sample in?",
        "One point per sample in stored order; its height is its cluster",
        {"x": "sample", "marker.color": "cluster"},
    )


def _add_labels(
    figure: Figure, column: int, name: str, labels: NDArray[np.integer], n_clusters: int
) -> None:
    suffix = axes_suffix(column)
    n_samples = len(labels)
    figure.add_scattergl(
        y=jittered(labels),
        x0=0,
        dx=1,
        name=name,
        mode="markers",
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        marker={
            "color": labels,
            "colorscale": discrete_scale(cluster_colors(n_clusters)),
            "cmin": -0.5,
            "cmax": n_clusters - 0.5,
            "size": 2 if n_samples > 10_000 else 3,
            "opacity": 0.35 if n_samples > 10_000 else 0.8,
        },
        hovertemplate=f"{name}: sample %{{x:,}} in cluster %{{marker.color}}<extra></extra>",
    )
    name_axes(figure, suffix, name)


def numbered(n_clusters: int) -> NDArray[np.integer]:
    """The clusters whose numbers stand at the axis; more would overlap where the plot is low."""
    return np.arange(0, n_clusters, 1 + (n_clusters - 1) // _MOST_TICKS)


def _axis(n_clusters: int, title: str) -> dict[str, object]:
    shown = numbered(n_clusters)
    return {
        "title": title,
        "tickvals": shown * SPACING,
        "ticktext": [str(label) for label in shown],
        "range": [-0.6 * SPACING, (n_clusters - 0.4) * SPACING],
        "zeroline": False,
        "showgrid": False,
    }


def _occupied(labels: NDArray[np.integer]) -> int:
    return int(np.count_nonzero(np.bincount(labels)))
