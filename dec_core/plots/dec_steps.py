"""From the data to the target distribution, as four small pictures of the same samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.figure import Figure
from dec_core.plots.palette import ACC, NMI, cluster_colors, translucent
from dec_core.plots.style import Plot, name_axes, new_figure, place_axes

Floats = NDArray[np.float32]

_DOMAINS = {
    "": ((0, 0.45), (0.58, 1)),
    "2": ((0.55, 1), (0.58, 1)),
    "3": ((0, 0.45), (0, 0.42)),
    "4": ((0.55, 1), (0, 0.42)),
}


@dataclass(frozen=True, eq=False)
class DecSteps:
    """What DEC computes of a few samples.

    Attributes
    ----------
    data : (n_samples, n_features)
    embedding : (n_samples, 2)
    centers : (n_clusters, 2)
    q, p : (n_samples, n_clusters), soft assignment and target distribution
    """

    data: Floats
    embedding: Floats
    centers: Floats
    q: Floats
    p: Floats


def draw_dec_steps(steps: DecSteps) -> Plot:
    """What does DEC compute? Data, embedding, soft assignment, target."""
    figure = new_figure(
        "What does DEC compute?",
        f"{len(steps.data)} samples, {len(steps.centers)} clusters; crosses are the centres",
        {"x": "x", "y": "y", "z": "value"},
    )
    _add_table(figure, "", "data", steps.data, NMI)
    _add_embedding(figure, steps)
    _add_table(figure, "3", "q", steps.q, ACC)
    _add_table(figure, "4", "P", steps.p, ACC)
    titles = {
        "": "1. data: sample, feature",
        "2": "2. embedding z",
        "3": "3. q: sample, cluster",
        "4": "4. P: sample, cluster",
    }
    for suffix, (across, up) in _DOMAINS.items():
        place_axes(figure, suffix, across, up)
        name_axes(figure, suffix, titles[suffix])
    figure.update_layout(showlegend=False, margin={"t": 74})
    return Plot("dec_steps", figure, _alternative(steps))


def _add_table(figure: Figure, suffix: str, name: str, values: Floats, color: str) -> None:
    """Rows are samples; numbers stand in the cells where there is room."""
    rows, columns = ([str(number) for number in range(length)] for length in values.shape)
    has_numbers = len(columns) <= 4
    figure.add_heatmap(
        x=np.tile(columns, len(rows)),
        y=np.repeat(rows, len(columns)),
        z=values.ravel().astype(np.float32),
        zmin=0,
        zmax=1,
        name=name,
        text=[f"{value:.2f}" if has_numbers else "" for value in values.ravel()],
        texttemplate="%{text}",
        colorscale=[[0, translucent(color, 0.04)], [1, translucent(color, 0.75)]],
        showscale=False,
        xgap=1,
        ygap=1,
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        hovertemplate=f"{name} of sample %{{y}}, column %{{x}}: %{{z:.2f}}<extra></extra>",
    )
    shared = {"type": "category", "showgrid": False, "nticks": 10}
    upright = shared | {"autorange": "reversed"}
    figure.update_layout({f"xaxis{suffix}": shared, f"yaxis{suffix}": upright})


def _add_embedding(figure: Figure, steps: DecSteps) -> None:
    nearest = steps.q.argmax(axis=1)
    for cluster, color in enumerate(cluster_colors(len(steps.centers))):
        chosen = np.flatnonzero(nearest == cluster)
        points = steps.embedding[chosen].astype(np.float32)
        center = steps.centers[cluster].astype(np.float32)
        figure.add_scatter(
            x=points[:, 0],
            y=points[:, 1],
            text=[str(row) for row in chosen],
            name=f"cluster {cluster}",
            mode="markers+text",
            # Away from the centre, which would hide it.
            textposition=np.where(points[:, 1] < center[1], "bottom center", "top center").tolist(),
            textfont={"size": 10},
            marker={"size": 8, "color": color},
            xaxis="x2",
            yaxis="y2",
            hovertemplate=f"sample %{{text}}, nearest to centre {cluster}<extra></extra>",
        )
        figure.add_scatter(
            x=center[:1],
            y=center[1:],
            name=f"centre {cluster}",
            mode="markers",
            marker={"size": 10, "symbol": "x-thin", "line": {"width": 3, "color": color}},
            xaxis="x2",
            yaxis="y2",
            hovertemplate=f"centre {cluster}<extra></extra>",
        )

    shown = np.concatenate([steps.embedding, steps.centers])
    for axis, values in (("xaxis2", shown[:, 0]), ("yaxis2", shown[:, 1])):
        margin = 0.18 * float(np.ptp(values))
        ends = [float(values.min()) - margin, float(values.max()) + margin]
        figure.update_layout({axis: {"range": ends, "zeroline": False}})


def _alternative(steps: DecSteps) -> str:
    row = int(steps.q.max(axis=1).argmin())
    cluster = int(steps.q[row].argmax())
    return (
        f"Data, embedding, soft assignment and target of {len(steps.data)} samples. Sample {row} "
        f"lies between the centres: its largest q is {steps.q[row, cluster]:.2f}, its P there "
        f"{steps.p[row, cluster]:.2f}."
    )
