"""The k-means start: the best of several restarts, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dec_core.errors import DataError

# Two partial sums add up to the same number in either order, three do not. With more threads
# the centres would depend on which thread finished first.
EXACT_THREADS = 2


@dataclass(frozen=True, eq=False)
class KMeansResult:
    """Centres (n_clusters, n_dimensions) float32, labels (n_samples,), sum of squared distances."""

    centers: NDArray[np.float32]
    labels: NDArray[np.int32]
    inertia: float


def kmeans_restarts(
    embedding: NDArray[np.float32], n_clusters: int, restarts: int, seed: int
) -> Iterator[KMeansResult]:
    """The best result so far after each restart.

    Raises
    ------
    DataError
        If the embedding has fewer distinct rows than clusters are wanted.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import ThreadpoolController

    _check_distinct(embedding, n_clusters)
    best: KMeansResult | None = None
    # Looking for the libraries takes milliseconds, so it is done once.
    threads = ThreadpoolController()
    for state in np.random.SeedSequence([seed, 2]).generate_state(restarts):
        model = KMeans(n_clusters, n_init=1, random_state=int(state))
        with threads.limit(limits=EXACT_THREADS, user_api="openmp"):
            model.fit(embedding)
        if best is None or model.inertia_ < best.inertia:
            best = KMeansResult(model.cluster_centers_, model.labels_, float(model.inertia_))
        yield best


def _check_distinct(embedding: NDArray[np.float32], n_clusters: int) -> None:
    distinct: set[bytes] = set()
    for row in embedding:
        distinct.add(row.tobytes())
        if len(distinct) >= n_clusters:
            return
    raise DataError(
        f"k-means needs at least as many distinct samples as clusters ({n_clusters:,}). Received "
        f"{len(distinct):,} distinct points after pretraining. Check that the data are not "
        "constant, lower the learning rate of pretraining or ask for fewer clusters."
    )
