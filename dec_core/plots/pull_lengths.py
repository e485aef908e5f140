"""How long the gradient is under the target that was used and under the paper's."""

from __future__ import annotations

import numpy as np

from dec_core.analysis.target_inspection import TargetInspection, angles, lengths
from dec_core.plots.cluster_bars import PAPER, USED, add_bars, largest_place
from dec_core.plots.style import Plot, new_figure


def draw_pull_lengths(numbers: TargetInspection, *, of_centers: bool) -> Plot:
    """How strong is the pull?

    Parameters
    ----------
    of_centers : the gradient on each centre, otherwise that on the samples of each cluster, summed
    """
    title = "How strongly is each centre pulled?" if of_centers else "How strongly are they pulled?"
    what = "on each centre" if of_centers else "on the samples, summed per cluster"
    figure = new_figure(
        title,
        f"Length of the gradient {what}, by either P",
        {"x": "cluster", "y": "length"},
    )
    used, paper = numbers.pulls(of_centers=of_centers)
    series = {PAPER: lengths(paper), USED: lengths(used)}
    add_bars(figure, series, "%{y:.3g}")
    turned = angles(used, paper)
    degrees = [f"{angle:.0f} degrees from the paper's" for angle in np.nan_to_num(turned)]
    figure.data[-1].text = degrees
    figure.data[-1].textposition = "none"
    figure.data[-1].hovertemplate = "cluster %{x}: %{y:.3g}, %{text}<extra></extra>"
    figure.update_yaxes(rangemode="tozero")
    cluster = largest_place(np.abs(series[USED] - series[PAPER]))
    words = (
        f"Length of the gradient {what}. Largest difference in cluster {cluster}: "
        f"{series[USED][cluster]:.3g} by P used, {series[PAPER][cluster]:.3g} by P of the paper"
    )
    if np.isfinite(turned[cluster]):
        words += f", {turned[cluster]:.0f} degrees apart"
    return Plot("pull_lengths", figure, f"{words}.")
