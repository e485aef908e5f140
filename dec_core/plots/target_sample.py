"""One sample's row of q, of the target that was used and of the paper's."""

from __future__ import annotations

import numpy as np

from dec_core.analysis.target_inspection import TargetInspection
from dec_core.plots.cluster_bars import PAPER, SOFT, USED, add_bars, largest_place
from dec_core.plots.style import Plot, new_figure


def draw_sample(numbers: TargetInspection, place: int, sample: int) -> Plot:
    """What does P ask of this sample?

    Parameters
    ----------
    place : its row
    sample : its number
    """
    row_sum = float(numbers.used.row_sums[place])
    figure = new_figure(
        "What does P ask of this sample?",
        f"Sample {sample:,}: its row of q and of each P; its row of P used sums to {row_sum:.3g}",
        {"x": "cluster", "y": "entry"},
    )
    series = {SOFT: numbers.q[place], PAPER: numbers.paper.p[place], USED: numbers.used.p[place]}
    add_bars(figure, series, "%{y:.3g}")
    figure.update_yaxes(rangemode="tozero")
    rows = "; ".join(
        f"{name} is largest in cluster {largest_place(row)} with {np.nanmax(row, initial=0):.3g}"
        for name, row in series.items()
    )
    return Plot("target_sample", figure, f"Sample {sample:,}: {rows}.")
