"""The numbers of every update as a table."""

from __future__ import annotations

import csv
import io

import numpy as np

from dec_core.analysis.measure import Measure
from dec_core.analysis.measures import MEASURES
from dec_core.events.view import View


def updates_csv(view: View) -> str:
    """One row per update, then the size of every cluster.

    A measure that was not recorded is empty: scores without true labels, and in old runs what
    was not measured then. So is one that is not defined, as the silhouette of a single cluster.
    """
    n_clusters = len(view.centers.cluster_sizes) if view.centers else 0
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    sizes = (f"size_{cluster}" for cluster in range(n_clusters))
    writer.writerow(["update", "iteration", "seconds", *MEASURES, *sizes])
    for update in view.updates:
        about = [update.update, update.iteration, f"{update.seconds:.3f}"]
        numbers = [_cell(measure, update.measures.get(name)) for name, measure in MEASURES.items()]
        writer.writerow([*about, *numbers, *update.cluster_sizes])
    return text.getvalue()


def _cell(measure: Measure, value: float | None) -> float | str:
    if value is None or measure.is_undefined(value):
        return ""
    return shortest(value) if isinstance(value, float) else value


def shortest(value: float) -> float:
    """The number with the fewest digits that is ``value`` in its own precision.

    A float32 keeps its noise as a float64: 0.208 becomes 0.20800000429153442. What a float32 can
    hold is taken for one, and 0.208 again.
    """
    with np.errstate(over="ignore"):
        single = np.float32(value)
    # As text a float32 has the fewest digits that tell it from all others.
    return float(str(single)) if float(single) == value else value
