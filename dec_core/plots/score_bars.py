"""ACC, NMI and ARI of a few labellings side by side, where they disagree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dec_core.analysis.metrics import Scores
from dec_core.plots.palette import ACC, ARI, NMI
from dec_core.plots.style import Plot, new_figure

_COLORS = {"acc": ACC, "nmi": NMI, "ari": ARI}


def draw_score_bars(scores: Mapping[str, Scores], reading_aid: str) -> Plot:
    """Which score tells them apart? A group of bars for each labelling.

    Parameters
    ----------
    scores : by the name of the labelling, in which <br> is a new line
    reading_aid : what the labellings are of
    """
    figure = new_figure(
        "Which score tells them apart?", reading_aid, {"x": "labelling", "y": "score"}
    )
    for name, color in _COLORS.items():
        values = np.array([getattr(one, name) for one in scores.values()], np.float32)
        figure.add_bar(
            x=list(scores),
            y=values,
            name=name.upper(),
            marker={"color": color},
            text=[f"{value:.2f}" for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=f"{name.upper()} %{{y:.3f}}<extra></extra>",
        )
    figure.update_layout(
        barmode="group",
        yaxis={"range": [0, 1.08]},
        xaxis={"showgrid": False},
        legend={"orientation": "h", "y": -0.2, "x": 0},
        margin={"b": 80},
    )
    said = [
        f"{name.replace('<br>', ' ')}: ACC {one.acc:.2f}, NMI {one.nmi:.2f}, ARI {one.ari:.2f}"
        for name, one in scores.items()
    ]
    return Plot("score_bars", figure, f"Scores. {'; '.join(said)}.")
