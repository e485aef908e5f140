"""One gradient step in four pictures: before it, what the target asks, the pull, and after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.arrows import add_arrows, magnification, magnified
from dec_core.plots.figure import Figure
from dec_core.plots.palette import GREY, TARGET_USED
from dec_core.plots.pulls import add_centers, add_cloud
from dec_core.plots.style import BARE_AXIS, Plot, axes_suffix, name_axes, new_figure, place_axes

Points = NDArray[np.floating]

# So many samples get an arrow; more would cover each other.
_ARROWS = 150
# A row of P that sums to less or more than these is drawn smaller or larger.
LIGHT_AND_HEAVY = (0.5, 2.0)
_SIZES = (2, 3, 7)
# How plotly names the axes of the four pictures.
AXES = tuple(map(axes_suffix, range(4)))
_MARGIN = 0.04
_GAP = 0.015


@dataclass(frozen=True, eq=False)
class DrawnStep:
    """A step on the map.

    Attributes
    ----------
    points : (n_samples, 2), before the step
    clusters : (n_samples,), of the largest q before it
    wanted : (n_samples,), of the largest entry of P
    row_sums : (n_samples,), of P
    moves : (n_samples, 2), the pull on each sample
    clusters_after : (n_samples,), the nearest centre after the step
    centers, center_moves : (n_clusters, 2)
    sample_ids : (n_samples,), for the pointer
    update : the number of the update, for the pointer
    """

    points: Points
    clusters: NDArray[np.integer]
    wanted: NDArray[np.integer]
    row_sums: NDArray[np.floating]
    moves: Points
    clusters_after: NDArray[np.integer]
    centers: Points
    center_moves: Points
    sample_ids: NDArray[np.integer]
    update: int


def draw_slow_motion(step: DrawnStep, name: str) -> Plot:
    """What does one step do?

    Parameters
    ----------
    name : of the target, as the reading aid tells it
    """
    extent = float(np.ptp(step.points, axis=0).max())
    times = magnification(step.moves, extent)
    figure = new_figure(
        "What does one step do?",
        f"One plain gradient step with {name}{magnified(times)}; PCA, samples by cluster",
        {"x": "x", "y": "y"},
    )
    after = step.points + times * step.moves
    centers_after = step.centers + times * step.center_moves
    asked = int(np.count_nonzero(step.wanted != step.clusters))
    changed = int(np.count_nonzero(step.clusters_after != step.clusters))
    titles = (
        "Before",
        "Target, sized by row sum",
        "Pull",
        f"After: {changed:,} changed cluster",
    )
    for number, title in enumerate(titles):
        _place(figure, AXES[number], number)
        name_axes(figure, AXES[number], title)
    _add_samples(figure, step, step.points, step.clusters, AXES[0])
    add_centers(figure, step.centers, AXES[0])
    _add_target(figure, step, AXES[1])
    _add_samples(figure, step, step.points, step.clusters, AXES[2])
    _add_pulls(figure, step, after, centers_after, AXES[2])
    _add_samples(figure, step, after, step.clusters_after, AXES[3])
    add_centers(figure, centers_after, AXES[3])
    _fit(figure, np.concatenate([step.points, after, step.centers, centers_after]))
    figure.update_layout(showlegend=False, margin={"t": 72, "l": 12, "b": 12})
    words = (
        f"One gradient step with {name}: P asks for another cluster for {asked:,} of "
        f"{len(after):,} samples; after the step {changed:,} are nearest to another centre."
    )
    return Plot("slow_motion", figure, words)


def _add_samples(
    figure: Figure, step: DrawnStep, points: Points, clusters: NDArray[np.integer], axis: str
) -> None:
    n_clusters, ids = len(step.centers), step.sample_ids
    add_cloud(figure, points, clusters, n_clusters, sample_ids=ids, update=step.update, axis=axis)


def _add_target(figure: Figure, step: DrawnStep, axis: str) -> None:
    """The samples by the cluster that P wants, in three sizes by the sum of their row."""
    level = np.digitize(step.row_sums, LIGHT_AND_HEAVY)
    for number, size in enumerate(_SIZES):
        chosen = level == number
        add_cloud(
            figure,
            step.points[chosen],
            step.wanted[chosen],
            len(step.centers),
            sample_ids=step.sample_ids[chosen],
            update=step.update,
            axis=axis,
            size=size,
        )


def _add_pulls(
    figure: Figure, step: DrawnStep, after: Points, centers_after: Points, axis: str
) -> None:
    shown = np.linspace(0, len(after) - 1, min(_ARROWS, len(after))).astype(int)
    ways = step.points[shown], after[shown]
    add_arrows(figure, *ways, name="samples", color=GREY, width=1, head=5, axis=axis)
    ways = step.centers, centers_after
    add_arrows(figure, *ways, name="centres", color=TARGET_USED, width=2.5, head=10, axis=axis)


def _place(figure: Figure, axis: str, number: int) -> None:
    """The picture's place in a row of four; all have the same range and equal units."""
    width = (1 - 3 * _GAP) / 4
    left = number * (width + _GAP)
    along = {**BARE_AXIS, **({"matches": "x"} if axis else {})}
    upright = {**BARE_AXIS, **({"matches": "y"} if axis else {"scaleanchor": "x"})}
    place_axes(figure, axis, (left, left + width), x=along, y=upright)


def _fit(figure: Figure, shown: Points) -> None:
    finite = shown[np.isfinite(shown).all(axis=1)]
    for place, axis in enumerate(("xaxis", "yaxis")):
        low, high = float(finite[:, place].min()), float(finite[:, place].max())
        margin = max((high - low) * _MARGIN, 1e-3)
        figure.update_layout({axis: {"range": [low - margin, high + margin]}})
