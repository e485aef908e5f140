"""The numbers behind the comparison of runs: one curve per series and measure.

A series is one run, or several that differ only in their seed and are folded into one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dec_core.analysis.measure import Direction, Measure
from dec_core.analysis.measures import MEASURES
from dec_core.analysis.replicates import Curve, Floats, FoldedCurve, finite, fold_curves
from dec_core.events.events import TargetUpdated
from dec_core.events.view import View


def headline_measures(*, with_labels: bool = True) -> list[Measure]:
    """What is drawn in panels side by side at first: scores, then the others.

    Without true labels the silhouette in the data stands in for the scores.
    """
    headline = [one for one in MEASURES.values() if one.is_headline]
    scores = [one for one in headline if one.needs_true_labels]
    others = [one for one in headline if not one.needs_true_labels]
    return [*(scores if with_labels else [MEASURES["data_silhouette"]]), *others]


def further_measures(*, with_labels: bool = True) -> list[Measure]:
    """What can be drawn beside: all other measures of the table, those of most use first."""
    headline = headline_measures(with_labels=with_labels)
    others = [one for one in MEASURES.values() if one not in headline]
    return sorted(others, key=lambda one: one.needs_true_labels is not with_labels)


class Along(StrEnum):
    """What the curves run along.

    SHARE is the part of a run's iterations, from 0 % at the k-means start to 100 % at its newest
    update, so that a short run is as wide as a long one. LOG has no place for iteration 0.
    """

    ITERATIONS = "iterations"
    LOG = "log"
    SHARE = "share"
    SECONDS = "seconds"

    @property
    def label(self) -> str:
        """Where a person chooses it."""
        return _LABELS[self]

    @property
    def axis_title(self) -> str:
        """Below the axis."""
        return _AXES[self][0]

    @property
    def column(self) -> str:
        """In the CSV of the figure."""
        return _AXES[self][1]


_LABELS = {
    Along.ITERATIONS: "Iterations",
    Along.LOG: "Iterations, log",
    Along.SHARE: "Share of the run",
    Along.SECONDS: "Seconds",
}
_AXES = {
    Along.ITERATIONS: ("iteration", "iteration"),
    Along.LOG: ("iteration, logarithmic", "iteration"),
    Along.SHARE: ("% of the run", "percent_of_run"),
    Along.SECONDS: ("seconds of clustering", "seconds_of_clustering"),
}


@dataclass(frozen=True, eq=False)
class Series:
    """One curve in every panel.

    Attributes
    ----------
    key : what hovering lights up, the id of its first run
    name : for legend and hover
    color : the same wherever the series appears
    views : of its runs; more than one are folded into mean and spread
    is_baseline : whether the others are compared with it
    """

    key: str
    name: str
    color: str
    views: tuple[View, ...]
    is_baseline: bool = False


def curve_of(view: View, measure: Measure, along: Along) -> Curve:
    """One run's measure per update; updates without a finite value are left out.

    So is, along a logarithmic axis, the update at iteration 0.
    """
    # The first update has nothing to compare its labels with.
    updates = view.updates[1:] if measure.is_successive else view.updates
    if along is Along.LOG:
        updates = [update for update in updates if update.iteration > 0]
    last = max(view.updates[-1].iteration, 1) if view.updates else 1
    x = [_place(update, along, last) for update in updates]
    return finite(x, [update.value(measure.name) for update in updates])


def _place(update: TargetUpdated, along: Along, last: int) -> float:
    """Where an update stands; ``last`` is the iteration of the run's newest."""
    if along is Along.SECONDS:
        return update.seconds
    return 100 * update.iteration / last if along is Along.SHARE else update.iteration


def smoothed(values: Floats, weight: float) -> Floats:
    """The bias-corrected exponential moving average of a curve's values (n,).

    s_t = weight * s_(t-1) + (1 - weight) * y_t with s_0 = 0, divided by 1 - weight^t: a weighted
    mean of the values up to the t-th, whose first point is the first value itself.

    Parameters
    ----------
    weight : in [0, 1) of what came before; 0 changes nothing
    """
    shown, average, bias = np.empty(len(values)), 0.0, 1.0
    for t, value in enumerate(values):
        average = weight * average + (1 - weight) * value
        bias *= weight
        shown[t] = average / (1 - bias)
    return shown


def series_curve(series: Series, measure: Measure, along: Along) -> FoldedCurve:
    """The measure of a series; with several runs mean and spread where all have values."""
    return fold_curves([curve_of(view, measure, along) for view in series.views])


def lacks(series: Series, measure: Measure) -> bool:
    """Whether its runs have made updates without the measure, as before it was measured."""
    updates = [update for view in series.views for update in view.updates]
    return bool(updates) and not any(measure.name in update.measures for update in updates)


def start_of(series: Series, measure: Measure) -> float | None:
    """What the k-means start scored, averaged over the runs of the series; None where unknown, and
    of a measure of which no value is better than another."""
    if measure.direction is Direction.NEITHER:
        return None
    starts = [view.start.measures for view in series.views if view.start]
    values = [measures[measure.name] for measures in starts if measure.name in measures]
    finite_values = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite_values)) if finite_values else None
