"""The numbers behind the comparison of runs: one curve per series and measure.

A series is one run, or several that differ only in their seed and are folded into one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from dec_core.analysis.replicates import Curve, FoldedCurve, finite, fold_curves
from dec_core.events.events import TargetUpdated
from dec_core.events.view import View


class Measure(StrEnum):
    """What is compared; the value is its name above the axes."""

    ACC = "ACC"
    NMI = "NMI"
    ARI = "ARI"
    LOSS = "Clustering loss"
    DELTA_LABEL = "Label changes"
    EFFECTIVE_CLUSTERS = "Effective clusters"


SCORES = (Measure.ACC, Measure.NMI, Measure.ARI)


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


def _score(name: str) -> Callable[[TargetUpdated], float]:
    return lambda update: getattr(update.scores, name) if update.scores else float("nan")


_VALUES: Mapping[Measure, Callable[[TargetUpdated], float]] = MappingProxyType(
    {
        Measure.ACC: _score("acc"),
        Measure.NMI: _score("nmi"),
        Measure.ARI: _score("ari"),
        Measure.LOSS: lambda update: update.loss,
        # The first update has nothing to compare its labels with.
        Measure.DELTA_LABEL: lambda update: update.delta_label if update.update else float("nan"),
        Measure.EFFECTIVE_CLUSTERS: lambda update: update.health.effective_clusters,
    }
)


def curve_of(view: View, measure: Measure, along: Along) -> Curve:
    """One run's measure per update; updates without a finite value are left out."""
    value = _VALUES[measure]
    by_time = along is Along.SECONDS
    x = [update.seconds if by_time else update.iteration for update in view.updates]
    return finite(x, [value(update) for update in view.updates])


def series_curve(series: Series, measure: Measure, along: Along) -> FoldedCurve:
    """The measure of a series; with several runs mean and spread where all have values."""
    return fold_curves([curve_of(view, measure, along) for view in series.views])


def start_of(series: Series, measure: Measure) -> float | None:
    """The k-means start's score, averaged over the runs of the series; None where unknown."""
    if measure not in SCORES:
        return None
    starts = [view.start.scores for view in series.views if view.start]
    values = [getattr(scores, measure.value.lower()) for scores in starts if scores is not None]
    finite_values = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite_values)) if finite_values else None
