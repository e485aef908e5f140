"""Which settings a data set allows, as far as its size tells before it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dec_core.config import Config


@dataclass(frozen=True)
class Excess:
    """A setting above ``maximum``, which is what the data allow: ``whole``, in words."""

    path: str
    maximum: int
    whole: str


def clusters_excess(n_clusters: int, n_samples: int) -> Excess | None:
    """More clusters than samples; None for fewer or as many."""
    if n_clusters <= n_samples:
        return None
    return Excess("clustering.n_clusters", n_samples, "the number of samples")


def excesses(config: Config, n_available: int) -> Iterator[Excess]:
    """All of a run's settings that a data set of ``n_available`` samples does not allow."""
    wanted = n_available if config.data.n_samples is None else config.data.n_samples
    if wanted > n_available:
        yield Excess("data.n_samples", n_available, f"the number of samples in {config.data.name}")
    excess = clusters_excess(config.clustering.n_clusters, min(wanted, n_available))
    if excess is not None:
        yield excess
