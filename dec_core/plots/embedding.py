"""Where the samples are: a map of the embedding, coloured by cluster or by true label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.palette import cluster_colors, true_label_colors
from dec_core.plots.style import Plot, new_figure, plain, say_instead

_MARGIN = 0.05


def draw_embedding(
    points: NDArray[np.float32],
    labels: NDArray[np.integer],
    *,
    method: str,
    iteration: int,
    class_names: Sequence[str] | None = None,
    is_true_label: bool = False,
) -> Plot:
    """Where are the samples?

    Parameters
    ----------
    points : (n_sampled, 2)
    labels : (n_sampled,), clusters or true labels
    method : "PCA" or "UMAP"
    class_names : names of true labels
    """
    what = "true label" if is_true_label else "cluster"
    figure = new_figure(
        "Where are the samples?",
        f"{method} of the embedding at iteration {iteration:,}, {len(points):,} samples by {what}",
        {"x": "x", "y": "y"},
    )
    count = int(labels.max()) + 1 if len(labels) else 0
    colors = true_label_colors(count) if is_true_label else cluster_colors(count)
    for label, color in enumerate(colors):
        chosen = labels == label
        name = plain(class_names[label]) if is_true_label and class_names else str(label)
        figure.add_scattergl(
            x=points[chosen, 0],
            y=points[chosen, 1],
            name=name,
            mode="markers",
            marker={"size": 4, "color": color, "opacity": 0.8},
            hovertemplate=f"{what} {name}<extra></extra>",
        )
    figure.update_layout(showlegend=count <= 20)
    for axis, column in (("xaxis", 0), ("yaxis", 1)):
        figure.update_layout({axis: {"range": _range(points[:, column]), **_BARE}})
    return Plot(
        "embedding",
        figure,
        f"{method} map of {len(points):,} samples at iteration {iteration:,}, coloured by {what}.",
    )


def draw_waiting(method: str, reason: str) -> Plot:
    """The map's place while there is none, with the reason."""
    figure = new_figure("Where are the samples?", f"{method} of the embedding", {"x": "x"})
    say_instead(figure, reason)
    return Plot("embedding", figure, f"{method} map: {reason}")


_BARE = {"showticklabels": False, "zeroline": False, "ticks": ""}


def _range(values: NDArray[np.float32]) -> list[float]:
    low, high = float(values.min()), float(values.max())
    margin = max((high - low) * _MARGIN, 1e-3)
    return [low - margin, high + margin]
