"""The pictures of a run's film as numbers: where the samples are, update after update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.projection import run_map, run_maps
from dec_core.errors import ExportError, SettingsError
from dec_core.events.events import KMEANS
from dec_core.events.frames import Frame, Frames
from dec_core.events.view import View
from dec_core.plots.embedding import doubt_about, fit_axes
from dec_core.plots.sizes import ClusterShares, cluster_shares
from dec_core.plots.style import new_figure

MOST_FRAMES = 100
# How wide it is drawn, in pixels.
FILM_WIDTHS = (500, 760, 1_000)
FILM_WIDTH = 760


def check_film_width(width: int) -> None:
    """Raises SettingsError if it is not one of ``FILM_WIDTHS``."""
    if width not in FILM_WIDTHS:
        raise SettingsError(
            f"A film is {', '.join(f'{one:,}' for one in FILM_WIDTHS)} pixels wide. "
            f"Received {width:,}. Choose one of these widths."
        )


Points = NDArray[np.float32]
# The ends of an axis, or of one side of a rectangle.
Ends = tuple[float, float]


class Scale(NamedTuple):
    """What the axes of one picture show, by the rule of the map on the Train page.

    Attributes
    ----------
    x, y : the ends of the axes, in units of the embedding
    start : the rectangle that the k-means start fills, as its ends along x and y; None where it is
        not marked
    notes : how wide the embedding is beside that start, and why its shapes mean nothing
    """

    x: Ends
    y: Ends
    start: tuple[Ends, Ends] | None
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Film:
    """Successive maps of the same samples.

    Attributes
    ----------
    iterations : (n_frames,)
    points : (n_frames, n_sampled, 2) float32, the maps of ``run_maps``
    scales : of each picture
    labels : (n_frames, n_sampled), clusters
    n_clusters : how many clusters were looked for
    shares : cluster sizes at every update, those without a map too
    n_available : updates that have kept their embedding, of which these were chosen
    """

    iterations: NDArray[np.int64]
    points: Points
    scales: tuple[Scale, ...]
    labels: NDArray[np.integer]
    n_clusters: int
    shares: ClusterShares
    n_available: int

    @property
    def sentence(self) -> str:
        """How many updates are shown."""
        shown, all_of_them = len(self.iterations), self.n_available
        if shown == all_of_them:
            return f"All {shown:,} updates that the run has kept."
        return f"{shown:,} of {all_of_them:,} updates, evenly chosen, the first and the last too."


def film_of(view: View, frames: Frames, most: int = MOST_FRAMES) -> Film:
    """At most ``most`` pictures, evenly chosen, the first and the newest among them.

    Raises
    ------
    ExportError
        If the run has kept no finite embedding with its labels.
    RunError
        If its arrays are damaged.
    """
    kept = finite_updates(view, frames)
    chosen = np.unique(np.linspace(0, len(kept) - 1, min(most, len(kept))).round().astype(int))
    film = mapped([frames.frame(kept[index]) for index in chosen], frames)
    if not film:
        raise ExportError(
            "A film needs the embedding of at least one update. This run has kept none. "
            "Choose a run that reached clustering."
        )
    shares, sample_ids = cluster_shares(view.start, view.updates), frames.samples.sample_ids
    begin = frames.embedding(KMEANS)
    maps = run_map(begin, begin)
    start = None if maps is None else maps[0]
    return Film(
        iterations=np.array([view.updates[frame.update].iteration for frame, _ in film], np.int64),
        points=np.stack([points for _, points in film]),
        scales=tuple(_scale(map_, start, doubt_about(view, one.update)) for one, map_ in film),
        labels=np.stack([frame.labels[sample_ids] for frame, _ in film]),
        n_clusters=shares.shares.shape[1],
        shares=shares,
        n_available=len(kept),
    )


def finite_updates(view: View, frames: Frames) -> list[int]:
    """Updates that can be drawn as a map: both arrays are kept and finite. Raises RunError."""
    if view.centers is None:
        return []
    kept = frames.kept()
    return [u for u in kept if u < len(view.updates) and view.updates[u].is_finite]


def mapped(taken: Sequence[Frame], frames: Frames) -> list[tuple[Frame, Points]]:
    """Each of ``taken`` with its PCA map (n_sampled, 2); those that have none are left out."""
    if not taken:
        return []
    maps = run_maps((frame.embedding for frame in taken), frames.embedding(KMEANS))
    pairs = zip(taken, maps, strict=True)
    return [(frame, points) for frame, points in pairs if points is not None]


def _scale(points: Points, start: Points | None, doubt: str) -> Scale:
    figure = new_figure("", "", {})
    note = fit_axes(figure, points, start)
    layout = figure.layout
    marked = [(_ends(one.x0, one.x1), _ends(one.y0, one.y1)) for one in layout.shapes or []]
    return Scale(
        _ends(*layout.xaxis.range),
        _ends(*layout.yaxis.range),
        marked[0] if marked else None,
        tuple(words for words in (doubt, note) if words),
    )


def _ends(low: float, high: float) -> Ends:
    return float(low), float(high)
