"""Runs of a diagnosis as small multiples: who gets the samples, and how NMI goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.signs import History, Start
from dec_core.plots.figure import Figure
from dec_core.plots.palette import cluster_colors
from dec_core.plots.sizes import ClusterShares, cluster_shares
from dec_core.plots.style import Plot, axes_suffix, new_figure, place_axes, plain

COLUMNS = 3
# Letters of the words above a run.
_LINE_LENGTH = 36
# Parts of the width and the height of a run's place: between runs, and for the words above it.
_GAP, _HEADING, _FOOT = 0.05, 0.34, 0.12


@dataclass(frozen=True, eq=False)
class TrialRun:
    """A run as it is drawn: what was changed, what became of it, and its updates."""

    changed: str
    outcome: str
    start: Start | None
    history: History

    @property
    def sizes(self) -> ClusterShares:
        """Of the k-means start and of every update after it."""
        return cluster_shares(self.start, self.history)

    @property
    def nmi(self) -> NDArray[np.float64]:
        """At the same places; NaN without true labels."""
        if self.start is None:
            return np.empty(0)
        later = (update.measures.get("nmi", np.nan) for update in self.history[1:])
        return np.array([self.start.value("nmi"), *later])


def draw_trial_runs(runs: Sequence[TrialRun]) -> Plot:
    """Which change rescues the run?"""
    figure = new_figure(
        "Which change rescues the run?",
        "Bands: share of samples per cluster. Line: NMI, dashed at the k-means start",
        {"x": "iteration", "y": "share or NMI"},
    )
    n_rows = -(-len(runs) // COLUMNS) or 1
    for number, run in enumerate(runs):
        _draw_run(figure, run, number, n_rows)
    figure.update_xaxes(showgrid=False, rangemode="tozero", nticks=4)
    figure.update_yaxes(range=[0, 1], showgrid=False, tickvals=[0, 0.5, 1])
    figure.update_layout(showlegend=False)
    return Plot("trial_runs", figure, _alternative(runs))


def _draw_run(figure: Figure, run: TrialRun, number: int, n_rows: int) -> None:
    suffix = axes_suffix(number)
    row, column = divmod(number, COLUMNS)
    width, height = 1 / COLUMNS, 1 / n_rows
    top = 1 - row * height
    across = column * width, (column + 1) * width - _GAP
    place_axes(figure, suffix, across, (top - height * (1 - _FOOT), top - height * _HEADING))
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    sizes = run.sizes
    for cluster, color in enumerate(cluster_colors(sizes.shares.shape[1])):
        figure.add_scatter(
            x=sizes.iterations,
            y=sizes.shares[:, cluster],
            stackgroup=f"run{number}",
            mode="lines",
            line={"width": 0, "color": color},
            fillcolor=color,
            opacity=0.75,
            hovertemplate=f"cluster {cluster}: %{{y:.0%}} at iteration %{{x:,}}<extra></extra>",
            **axes,
        )
    if not sizes.shares.size:
        # Axes, and what is written above them, are drawn only where they have a trace.
        figure.add_scatter(x=[0], y=[np.nan], mode="lines", hoverinfo="skip", **axes)
    if np.isfinite(run.nmi).any():
        _draw_nmi(figure, run, axes, suffix)
    _head(figure, run, suffix)


def _draw_nmi(figure: Figure, run: TrialRun, axes: dict[str, str], suffix: str) -> None:
    for color, width in (("#ffffff", 4), ("#14191a", 1.8)):
        figure.add_scatter(
            x=run.sizes.iterations,
            y=run.nmi,
            mode="lines",
            line={"color": color, "width": width},
            hovertemplate="NMI %{y:.3f} at iteration %{x:,}<extra></extra>",
            **axes,
        )
    line = {"color": "#14191a", "width": 1, "dash": "dash"}
    figure.add_hline(float(run.nmi[0]), axes=suffix, line=line)


def _head(figure: Figure, run: TrialRun, suffix: str) -> None:
    lines = [f"<b>{plain(line)}</b>" for line in run.changed.split("\n")]
    lines += map(plain, run.outcome.split("\n"))
    figure.add_annotation(
        text="<br>".join(lines),
        xref=f"x{suffix} domain",
        yref=f"y{suffix} domain",
        x=0,
        y=1.03,
        xanchor="left",
        yanchor="bottom",
        align="left",
        showarrow=False,
        font={"size": 11},
    )


def wrapped(words: str) -> str:
    """Words on lines of about 36 letters, as far as spaces allow."""
    lines = [""]
    for word in words.split():
        is_full = len(lines[-1]) + len(word) >= _LINE_LENGTH
        lines = [*lines, word] if is_full else [*lines[:-1], f"{lines[-1]} {word}".strip()]
    return "\n".join(lines)


def _alternative(runs: Sequence[TrialRun]) -> str:
    if not runs:
        return "No run has been made yet."
    return " ".join(f"{run.changed}: {run.outcome}.".replace("\n", " ") for run in runs)
