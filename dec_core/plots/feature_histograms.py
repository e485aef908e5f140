"""How the values of a few features are spread, before and after they are scaled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.figure import Figure
from dec_core.plots.palette import PRETRAINING, SPREAD
from dec_core.plots.style import Plot, axes_suffix, new_figure, place_axes, plain, shortened

MOST_FEATURES = 6
_BINS = 24
_BEFORE, _AFTER = "as in the file", "as trained on"
_LONGEST_NAME = 20
# Where the upper and the lower row are, and what their axes show.
_ROWS = ((0.58, 1.0), (0.0, 0.42))
_ALONG = {"nticks": 3, "tickfont": {"size": 9}, "showgrid": False, "zeroline": False}
_UPRIGHT = {"visible": False, "rangemode": "tozero"}


def draw_histograms(
    before: NDArray[np.number], after: NDArray[np.number], names: Sequence[str]
) -> Plot:
    """Two rows of small histograms, a column per feature.

    Parameters
    ----------
    before, after : (n_samples, n_features) the values of at most 6 features; the same samples
    names : of the features
    """
    figure = new_figure(
        "How are the values spread before and after scaling?",
        "Above as they are in the file, below as they are trained on; height counts samples",
        {"x": "value", "y": "samples"},
    )
    count = before.shape[1]
    for feature in range(count):
        left, right = feature / count, (feature + 0.86) / count
        for row, values in enumerate((before, after)):
            suffix = axes_suffix(2 * feature + row)
            _add(figure, suffix, values[:, feature], names[feature], is_after=row == 1)
            place_axes(figure, suffix, (left, right), _ROWS[row], x=_ALONG, y=_UPRIGHT)
        figure.add_annotation(
            text=plain(shortened(names[feature], _LONGEST_NAME)),
            xref="paper",
            yref="paper",
            x=left,
            y=1.0,
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"size": 10},
        )
    figure.update_layout(showlegend=False, bargap=0, margin={"l": 12, "b": 24, "t": 74})
    return Plot("feature_histograms", figure, _in_words(before, after, names))


def _add(
    figure: Figure, suffix: str, values: NDArray[np.number], name: str, *, is_after: bool
) -> None:
    counts, edges = np.histogram(np.asarray(values, np.float64), bins=_BINS)
    figure.add_bar(
        x=((edges[1:] + edges[:-1]) / 2).astype(np.float32),
        y=counts,
        width=float(edges[1] - edges[0]),
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        marker={"color": PRETRAINING if is_after else SPREAD},
        name=f"{plain(name)}, {_AFTER if is_after else _BEFORE}",
        hovertemplate=f"{plain(name)} %{{x:.4g}}: %{{y:,}} samples<extra></extra>",
    )


def _in_words(before: NDArray[np.number], after: NDArray[np.number], names: Sequence[str]) -> str:
    spans = [
        f"{name} from {_span(before[:, i])}, then {_span(after[:, i])}"
        for i, name in enumerate(names)
    ]
    return f"Values of {len(names)} features: {'; '.join(spans)}."


def _span(values: NDArray[np.number]) -> str:
    return f"{float(values.min()):.4g} to {float(values.max()):.4g}"
