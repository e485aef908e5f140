"""The numbers of every update as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import numpy as np

from dec_core.events.view import View

_COLUMNS = (
    "update iteration seconds loss delta_label successive_acc successive_nmi acc nmi ari "
    "occupied_clusters effective_clusters largest_share mean_confidence target_row_sum_min "
    "target_row_sum_max center_distance embedding_spread"
).split()


def updates_csv(view: View) -> str:
    """One row per update, then the size of every cluster; scores are empty without true labels."""
    n_clusters = len(view.centers.cluster_sizes) if view.centers else 0
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS, *(f"size_{cluster}" for cluster in range(n_clusters))])
    for update in view.updates:
        health, scores = update.health, update.scores
        writer.writerow(
            _shortest(
                [
                    update.update,
                    update.iteration,
                    f"{update.seconds:.3f}",
                    update.loss,
                    update.delta_label,
                    update.successive_acc,
                    update.successive_nmi,
                    *((scores.acc, scores.nmi, scores.ari) if scores else ("", "", "")),
                    health.occupied_clusters,
                    health.effective_clusters,
                    health.largest_share,
                    health.mean_confidence,
                    *health.target_row_sums,
                    health.center_distance,
                    health.embedding_spread,
                    *health.cluster_sizes,
                ]
            )
        )
    return text.getvalue()


def shortest(value: float) -> float:
    """The number with the fewest digits that is ``value`` in its own precision.

    A float32 keeps its noise as a float64: 0.208 becomes 0.20800000429153442. What a float32 can
    hold is taken for one, and 0.208 again.
    """
    with np.errstate(over="ignore"):
        single = np.float32(value)
    # As text a float32 has the fewest digits that tell it from all others.
    return float(str(single)) if float(single) == value else value


def _shortest(values: Iterable[Any]) -> list[Any]:
    return [shortest(value) if isinstance(value, float) else value for value in values]
