"""The row sums of a target distribution: all are 1 where it is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.target_inspection import sum_to_one
from dec_core.plots.palette import GREY, TARGET_PAPER, TARGET_USED
from dec_core.plots.style import Plot, new_figure, say_instead

BINS = 40
# The axis ends where this part of the samples lies before it; the others are counted in its last
# bin, as the recycled target knows no bound.
_SHOWN = 0.995


@dataclass(frozen=True, eq=False)
class RowSums:
    """A histogram: ``edges`` (n_bins + 1,), and the share of the samples in each bin.

    The last bin also holds what lies beyond it. ``not_finite`` is the share of row sums that are
    NaN or infinite; ``is_cut`` says whether any lies beyond.
    """

    edges: NDArray[np.floating]
    shares: NDArray[np.floating]
    not_finite: float
    is_cut: bool


def row_sum_histogram(row_sums: NDArray[np.floating]) -> RowSums:
    """Bins of equal width, as far as the sums reach from 1; from 0 to 2 where all are 1."""
    finite = row_sums[np.isfinite(row_sums)]
    reach = 1.0
    if len(finite) and not sum_to_one(finite):
        reach = float(np.quantile(np.abs(finite - 1), _SHOWN))
    low = max(1 - reach, 0.0)
    # The sum that is right lies in the middle of a bin.
    below = max(round(BINS * (1 - low) / (1 + reach - low)), 1)
    width = (1 - low) / (below - 0.5)
    count = int(np.ceil((1 + reach - low) / width)) + 1
    edges = low + width * np.arange(count)
    counts, _ = np.histogram(np.clip(finite, edges[0], edges[-1]), edges)
    n_samples = max(len(row_sums), 1)
    not_finite = 1 - len(finite) / n_samples
    return RowSums(edges, counts / n_samples, not_finite, bool((finite > edges[-1]).any()))


def draw_row_sums(row_sums: NDArray[np.floating]) -> Plot:
    """Do the rows of P sum to 1?

    Parameters
    ----------
    row_sums : (n_samples,)
    """
    numbers = row_sum_histogram(row_sums)
    is_right = sum_to_one(row_sums)
    figure = new_figure(
        "Do the rows of P sum to 1?",
        "Samples by the sum of their row of P; a distribution has all at 1 (dashed)"
        + "; the last bar holds all beyond" * numbers.is_cut,
        {"x": "row_sum", "y": "share_of_samples"},
    )
    if numbers.not_finite == 1:
        say_instead(figure, "No row of P is finite")
        return Plot("row_sums", figure, "Row sums of P: none is finite.")
    figure.add_bar(
        x=((numbers.edges[:-1] + numbers.edges[1:]) / 2).astype(np.float32),
        y=numbers.shares.astype(np.float32),
        width=float(numbers.edges[1] - numbers.edges[0]),
        name="row sums",
        marker={"color": TARGET_PAPER if is_right else TARGET_USED},
        hovertemplate="%{y:.1%} of the samples sum to about %{x:.6g}<extra></extra>",
    )
    figure.add_vline(x=1, line={"width": 1.5, "dash": "dash", "color": GREY})
    figure.update_xaxes(
        title="sum of a row of P", range=[float(numbers.edges[0]), float(numbers.edges[-1])]
    )
    figure.update_yaxes(title="samples", tickformat=".0%", rangemode="tozero")
    figure.update_layout(showlegend=False, bargap=0)
    return Plot("row_sums", figure, _alternative(row_sums, numbers.not_finite, is_right=is_right))


def _alternative(row_sums: NDArray[np.floating], not_finite: float, *, is_right: bool) -> str:
    if is_right:
        return "Row sums of P: all are 1."
    low, middle, high = np.quantile(row_sums[np.isfinite(row_sums)], [0, 0.5, 1])
    words = f"Row sums of P: from {low:.6g} to {high:.6g}, half of them below {middle:.6g}."
    return words + f" {not_finite:.1%} are not finite." * bool(not_finite)
