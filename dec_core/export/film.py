"""The pictures of a run's film as numbers: where the samples are, update after update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.projection import run_maps
from dec_core.errors import ExportError
from dec_core.events.events import KMEANS
from dec_core.events.frames import Frame, Frames
from dec_core.events.view import View
from dec_core.plots.sizes import ClusterShares, cluster_shares

MOST_FRAMES = 100


@dataclass(frozen=True, eq=False)
class Film:
    """Successive maps of the same samples.

    Attributes
    ----------
    iterations : (n_frames,)
    points : (n_frames, n_sampled, 2) float32 in [0, 1], the same scale on both axes; each map is
        the one of ``run_maps``
    labels : (n_frames, n_sampled), clusters
    n_clusters : how many clusters were looked for
    shares : cluster sizes at every update, those without a map too
    n_available : updates that have kept their embedding, of which these were chosen
    """

    iterations: NDArray[np.int64]
    points: NDArray[np.float32]
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
    shares, sample_ids = cluster_shares(view), frames.samples.sample_ids
    return Film(
        iterations=np.array([view.updates[frame.update].iteration for frame, _ in film], np.int64),
        points=_in_unit_square(np.stack([points for _, points in film])),
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


def mapped(taken: Sequence[Frame], frames: Frames) -> list[tuple[Frame, NDArray[np.float32]]]:
    """Each of ``taken`` with its PCA map (n_sampled, 2); those that have none are left out."""
    if not taken:
        return []
    maps = run_maps((frame.embedding for frame in taken), frames.embedding(KMEANS))
    pairs = zip(taken, maps, strict=True)
    return [(frame, points) for frame, points in pairs if points is not None]


def _in_unit_square(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """One shift and one scale for all maps, so that distances can be compared."""
    low, high = maps.min(axis=(0, 1)), maps.max(axis=(0, 1))
    extent = float((high - low).max()) or 1.0
    return np.asarray((maps - (low + high) / 2) / extent + 0.5, np.float32)
