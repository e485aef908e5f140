"""The numbers of every update as a table."""

from __future__ import annotations

import csv
import io

from dec_core.training.view import View

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
    return text.getvalue()
