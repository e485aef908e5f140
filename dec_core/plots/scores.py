"""ACC and NMI per update, against the true labels or between successive predictions; and the
silhouette in the data, for want of true labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.measure import Measure
from dec_core.analysis.measures import MEASURES
from dec_core.events.events import TargetUpdated
from dec_core.events.view import View
from dec_core.plots.curves import BAND_AID, add_curve, is_long
from dec_core.plots.figure import Figure
from dec_core.plots.marks import add_marks
from dec_core.plots.palette import ACC, ARI, NMI
from dec_core.plots.style import Plot, new_figure, over_iterations

Floats = NDArray[np.float32]
# About the pixels of the curves' width.
_BINS = 500
_SILHOUETTE = MEASURES["data_silhouette"]
_COLORS = {"ACC": ACC, "NMI": NMI, "ARI": ARI, _SILHOUETTE.label: NMI}


@dataclass(frozen=True, eq=False)
class ScoreCurves:
    """``curves`` per score (n_updates,), ``start`` the k-means start's scores where known."""

    iterations: NDArray[np.int32]
    curves: dict[str, Floats]
    start: dict[str, float]

    @classmethod
    def of(cls, view: View, measures: Sequence[Measure]) -> ScoreCurves:
        """Of the updates that recorded the first of these measures."""
        updates = [one for one in view.updates if measures[0].name in one.measures]
        start = view.start.measures if view.start else {}
        return cls(
            np.array([update.iteration for update in updates], np.int32),
            {one.label: _values(updates, one.name) for one in measures},
            {m.label: start[m.name] for m in measures if np.isfinite(start.get(m.name, np.nan))},
        )


def score_curves(view: View, *, with_ari: bool = False) -> ScoreCurves:
    """Scores against the true labels; no curves where there are none."""
    names = ("acc", "nmi", "ari") if with_ari else ("acc", "nmi")
    return ScoreCurves.of(view, [MEASURES[name] for name in names])


def silhouette_curve(view: View) -> ScoreCurves:
    """The silhouette in the data; no points where no update has recorded it."""
    return ScoreCurves.of(view, [_SILHOUETTE])


def successive_curves(view: View) -> ScoreCurves:
    """ACC and NMI between successive predictions: 1 means that nothing changed."""
    iterations = np.array([update.iteration for update in view.updates], np.int32)
    curves = {
        MEASURES[name].label: _values(view.updates, f"successive_{name}") for name in ("acc", "nmi")
    }
    return ScoreCurves(iterations, curves, {})


def _values(updates: Sequence[TargetUpdated], name: str) -> Floats:
    return np.array([update.value(name) for update in updates], np.float32)


def draw_scores(view: View, *, with_ari: bool = False) -> Plot:
    """Is it better than k-means?"""
    numbers = score_curves(view, with_ari=with_ari)
    aid = "Against the true labels; dashed: the k-means start"
    figure = _draw(view, numbers, "Is it better than k-means?", aid)
    return Plot("scores", figure, _alternative(numbers, "Scores against the true labels"))


def draw_silhouette(view: View) -> Plot:
    """Do the clusters hold in the data?

    For runs without true labels. It shows structure that is lost; that clusters become better it
    need not show: on digits it stays as it is while NMI rises by 0.12.
    """
    numbers = silhouette_curve(view)
    aid = (
        "Silhouette; dashed: the k-means start. A clear fall or a gap is structure lost; "
        "no rise is no fault"
    )
    figure = _draw(view, numbers, "Do the clusters hold in the data?", aid)
    return Plot("silhouette", figure, _alternative(numbers, "Clusters in the data"))


def draw_successive(view: View) -> Plot:
    """Do the labels still change?"""
    numbers = successive_curves(view)
    aid = "1 means that no label changed, not that all are right"
    figure = _draw(view, numbers, "Do the labels still change?", aid)
    return Plot("successive", figure, _alternative(numbers, "Scores between successive updates"))


def _draw(view: View, numbers: ScoreCurves, title: str, reading_aid: str) -> Figure:
    aid = reading_aid + f"; {BAND_AID}" * is_long(len(numbers.iterations), _BINS)
    figure = new_figure(title, aid, {"x": "iteration", "y": "score"})
    for name, values in numbers.curves.items():
        color = _COLORS[name]
        add_curve(figure, name, (numbers.iterations, values), color, n_bins=_BINS, shown=".3f")
        if name in numbers.start:
            figure.add_hline(
                y=numbers.start[name], line={"color": color, "width": 1.2, "dash": "dash"}
            )
    figure.update_layout(
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        margin={"t": 68},
    )
    over_iterations(figure, view)
    figure.update_yaxes(**_range(numbers), tickformat=".2f")
    add_marks(figure, view)
    return figure


def _range(numbers: ScoreCurves) -> dict[str, object]:
    """Room around the curves, so that a change of 0.05 shows; never beyond what scores can be."""
    values = np.concatenate([*numbers.curves.values(), list(numbers.start.values()), []])
    values = values[np.isfinite(values)]
    if not len(values):
        return {"range": [0, 1]}
    middle, half = (values.min() + values.max()) / 2, max(np.ptp(values) * 0.6, 0.05)
    lowest = min(values.min(), 0) - 0.05
    return {"range": [float(max(middle - half, lowest)), float(min(middle + half, 1.02))]}


def _alternative(numbers: ScoreCurves, what: str) -> str:
    if not len(numbers.iterations):
        return f"{what}: none yet."
    parts = [
        f"{name} {values[-1]:.3f}" if np.isfinite(values[-1]) else f"{name} not defined"
        for name, values in numbers.curves.items()
    ]
    parts += [f"{name} of the k-means start {value:.3f}" for name, value in numbers.start.items()]
    return f"{what} at iteration {numbers.iterations[-1]:,}: {', '.join(parts)}."
