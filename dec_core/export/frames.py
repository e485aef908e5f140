"""The pictures of a run's film as numbers: where the samples are, update after update."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.projection import pca_map
from dec_core.errors import ExportError
from dec_core.plots.sizes import ClusterShares, cluster_shares
from dec_core.training.view import View, finite_frames

MOST_FRAMES = 100


@dataclass(frozen=True, eq=False)
class Frames:
    """Successive maps of the same samples.

    Attributes
    ----------
    iterations : (n_frames,)
    points : (n_frames, n_sampled, 2) float32 in [0, 1], the same scale on both axes; each map is
        the PCA of its own embedding, turned towards the one before
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


def frames_of(view: View, most: int = MOST_FRAMES) -> Frames:
    """At most ``most`` frames, evenly chosen, the first and the newest among them.

    Raises
    ------
    ExportError
        If the run has kept no finite embedding with its labels.
    """
    kept = list(finite_frames(view.updates))
    if view.started is None or not kept:
        raise ExportError(
            "A film needs the embedding of at least one update. This run has kept none. "
            "Choose a run that reached clustering."
        )
    chosen = np.unique(np.linspace(0, len(kept) - 1, min(most, len(kept))).round().astype(int))
    maps: list[NDArray[np.float32]] = []
    for index in chosen:
        maps.append(pca_map(kept[index].embedding, maps[-1] if maps else None))
    shares = cluster_shares(view)
    return Frames(
        iterations=np.array([kept[index].update.iteration for index in chosen], np.int64),
        points=_in_unit_square(np.stack(maps)),
        labels=np.stack([kept[index].labels[view.started.sample_ids] for index in chosen]),
        n_clusters=shares.shares.shape[1],
        shares=shares,
        n_available=len(kept),
    )


def _in_unit_square(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """One shift and one scale for all maps, so that distances can be compared."""
    low, high = maps.min(axis=(0, 1)), maps.max(axis=(0, 1))
    extent = float((high - low).max()) or 1.0
    return np.asarray((maps - (low + high) / 2) / extent + 0.5, np.float32)
