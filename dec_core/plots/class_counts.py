"""How many samples each true class has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.palette import true_label_colors
from dec_core.plots.style import Plot, new_figure, plain, shortened
from dec_core.words import counted

MOST_CLASSES = 30
_LONGEST_NAME = 18


def draw_class_counts(counts: NDArray[np.integer], names: Sequence[str]) -> Plot:
    """Bars of the classes' sizes, at most those of the 30 first classes.

    Parameters
    ----------
    counts : (n_classes,) samples of each true label
    names : of the classes
    """
    shown, total = counts[:MOST_CLASSES], int(counts.sum())
    classes = counted(len(counts), "class", "classes")
    left_out = len(counts) - len(shown)
    unseen = counted(left_out, "more class is", "more classes are")
    more = f"; {unseen} not drawn" if left_out else ""
    figure = new_figure(
        "How many samples has each class?",
        f"{total:,} samples, {classes}{more}",
        {"x": "class", "y": "samples"},
    )
    figure.add_bar(
        x=[_short(name, place) for place, name in enumerate(names[:MOST_CLASSES])],
        y=shown,
        hovertext=[plain(name) for name in names[:MOST_CLASSES]],
        marker={"color": true_label_colors(len(shown))},
        hovertemplate="%{hovertext}: %{y:,} samples<extra></extra>",
        name="samples",
    )
    figure.update_layout(
        showlegend=False,
        bargap=0.25,
        xaxis={
            "type": "category",
            "automargin": True,
            "tickfont": {"size": 10},
            "showgrid": False,
        },
        yaxis={"rangemode": "tozero", "title": "samples"},
    )
    least, most = int(counts.argmin()), int(counts.argmax())
    return Plot(
        "class_counts",
        figure,
        f"{classes}: most samples has {names[most]} with {counts[most]:,}, fewest "
        f"{names[least]} with {counts[least]:,}.",
    )


def _short(name: str, place: int) -> str:
    """Two long names that begin alike stay two bars."""
    if len(name) <= _LONGEST_NAME:
        return plain(name)
    return plain(f"{shortened(name, _LONGEST_NAME - 3)} {place}")
