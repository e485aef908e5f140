"""The numbers behind the comparison of runs: one curve per series and measure.

A series is one run, or several that differ only in their seed and are folded into one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dec_core.analysis.measures import MEASURES, Measure
from dec_core.analysis.replicates import Curve, FoldedCurve, finite, fold_curves
from dec_core.events.view import View


def headline_measures() -> list[Measure]:
    """What is drawn in panels side by side at first: scores, then the others."""
    return _scores_first(one for one in MEASURES.values() if one.is_headline)


def further_measures() -> list[Measure]:
    """What can be drawn beside: all other measures of the table."""
    return _scores_first(one for one in MEASURES.values() if not one.is_headline)


def _scores_first(measures: Iterable[Measure]) -> list[Measure]:
    return sorted(measures, key=lambda one: not one.needs_true_labels)


class Along(StrEnum):
    """What the curves run along."""

    ITERATIONS = "Iterations"
    SECONDS = "Seconds"


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
    """One run's measure per update; updates without a finite value are left out."""
    # The first update has nothing to compare its labels with.
    updates = view.updates[1:] if measure.is_successive else view.updates
    by_time = along is Along.SECONDS
    x = [update.seconds if by_time else update.iteration for update in updates]
    return finite(x, [update.value(measure.name) for update in updates])


def series_curve(series: Series, measure: Measure, along: Along) -> FoldedCurve:
    """The measure of a series; with several runs mean and spread where all have values."""
    return fold_curves([curve_of(view, measure, along) for view in series.views])


def lacks(series: Series, measure: Measure) -> bool:
    """Whether its runs have made updates without the measure, as before it was measured."""
    updates = [update for view in series.views for update in view.updates]
    return bool(updates) and not any(measure.name in update.measures for update in updates)


def start_of(series: Series, measure: Measure) -> float | None:
    """The k-means start's score, averaged over the runs of the series; None where unknown."""
    if not measure.needs_true_labels:
        return None
    starts = [view.start.measures for view in series.views if view.start]
    values = [measures[measure.name] for measures in starts if measure.name in measures]
    finite_values = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite_values)) if finite_values else None
