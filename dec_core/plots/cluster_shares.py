"""How much of the samples, of q and of each target every cluster gets."""

from __future__ import annotations

import numpy as np

from dec_core.analysis.target_inspection import TargetInspection
from dec_core.plots.cluster_bars import PAPER, SIZES, SOFT, USED, add_bars
from dec_core.plots.style import Plot, new_figure


def draw_cluster_shares(numbers: TargetInspection) -> Plot:
    """How much does each cluster get?"""
    figure = new_figure(
        "How much does each cluster get?",
        "Share of all samples, of q (the frequency f over n), and of each P",
        {"x": "cluster", "y": "share"},
    )
    series = {
        SIZES: numbers.sizes,
        SOFT: numbers.frequencies,
        PAPER: numbers.paper.cluster_shares,
        USED: numbers.used.cluster_shares,
    }
    add_bars(figure, series, "%{y:.1%}")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    cluster = int(np.abs(series[USED] - series[PAPER]).argmax())
    words = (
        f"Largest difference in cluster {cluster}: {series[USED][cluster]:.1%} of P used, "
        f"{series[PAPER][cluster]:.1%} of P of the paper, {series[SOFT][cluster]:.1%} of q, "
        f"{series[SIZES][cluster]:.1%} of the samples."
    )
    return Plot("cluster_shares", figure, words)
