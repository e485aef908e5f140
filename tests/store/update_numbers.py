"""The numbers of an update, as two runs are compared."""

from __future__ import annotations

import numpy as np

from dec_core.events.events import TargetUpdated


def numbers(update: TargetUpdated) -> tuple[object, ...]:
    """All that an update says but its time; None for a number that is NaN."""
    measures = {n: None if np.isnan(value) else value for n, value in update.measures.items()}
    return update.update, update.iteration, update.cluster_sizes, update.is_finite, measures


def scores(update: TargetUpdated) -> list[float]:
    """ACC, NMI and ARI."""
    return [update.measures[name] for name in ("acc", "nmi", "ari")]
