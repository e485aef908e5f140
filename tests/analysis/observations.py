"""Scripted histories: what updates might have shown, from cluster sizes and a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dec_core.analysis.metrics import effective_clusters
from dec_core.analysis.verdict import Start


class Observed(NamedTuple):
    """What one update showed."""

    iteration: int
    cluster_sizes: tuple[int, ...]
    is_finite: bool
    measures: dict[str, float]


def scores(nmi: float | None) -> dict[str, float]:
    """Scores of which only NMI matters; none where there are no true labels."""
    return {} if nmi is None else {"acc": 0.5, "nmi": nmi, "ari": 0.4}


def start(
    sizes: Sequence[int], nmi: float | None = 0.5, *, steps_per_pass: int = 0, **others: float
) -> Start:
    """A k-means start of an embedding of ten dimensions; ``others`` are measures by their names."""
    return Start(tuple(sizes), scores(nmi) | others, 10, steps_per_pass)


def observe(
    iteration: int,
    sizes: Sequence[int],
    nmi: float | None = 0.5,
    *,
    row_sums: tuple[float, float] = (1.0, 1.0),
    is_finite: bool = True,
    **others: float,
) -> Observed:
    """One update of a run that moves; ``others`` are measures by their names."""
    counts = np.array(sizes)
    measures: dict[str, float] = {
        "occupied_clusters": int(np.count_nonzero(counts)),
        "effective_clusters": effective_clusters(counts),
        "largest_share": float(counts.max() / counts.sum()),
        "mean_confidence": 0.8,
        "target_row_sum_min": row_sums[0],
        "target_row_sum_max": row_sums[1],
        "center_distance": 1.0,
        "embedding_spread": 1.0 + iteration / 1000,
        "embedding_rank": 4.0,
    }
    return Observed(iteration, tuple(sizes), is_finite, measures | scores(nmi) | others)
