"""Scripted histories: what updates might have shown, from cluster sizes and a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dec_core.analysis.metrics import Health, Scores, effective_clusters
from dec_core.analysis.verdict import Start


class Observed(NamedTuple):
    """What one update showed."""

    iteration: int
    health: Health
    scores: Scores | None


def scores(nmi: float | None) -> Scores | None:
    """Scores of which only NMI matters; None where there are no true labels."""
    return None if nmi is None else Scores(acc=0.5, nmi=nmi, ari=0.4)


def start(sizes: Sequence[int], nmi: float | None = 0.5) -> Start:
    """A k-means start."""
    return Start(tuple(sizes), scores(nmi))


def observe(
    iteration: int,
    sizes: Sequence[int],
    nmi: float | None = 0.5,
    *,
    row_sums: tuple[float, float] = (1.0, 1.0),
    is_finite: bool = True,
) -> Observed:
    """One update."""
    counts = np.array(sizes)
    health = Health(
        cluster_sizes=tuple(sizes),
        occupied_clusters=int(np.count_nonzero(counts)),
        effective_clusters=effective_clusters(counts),
        largest_share=float(counts.max() / counts.sum()),
        mean_confidence=0.8,
        target_row_sums=row_sums,
        center_distance=1.0,
        embedding_spread=1.0,
        is_finite=is_finite,
    )
    return Observed(iteration, health, scores(nmi))
