"""The k-means start: the best of several restarts, one at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """The best result so far after each restart; any scale of the finite embedding is as good.

    The embedding needs at least ``n_clusters`` distinct rows.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import ThreadpoolController

    # A power of two changes no digit, and keeps float32 squares from vanishing or overflowing.
    exponent = int(np.frexp(np.abs(embedding).max())[1])
    scaled = np.ldexp(embedding, -exponent)
    best: KMeansResult | None = None
    # Looking for the libraries takes milliseconds, so it is done once.
    threads = ThreadpoolController()
    for state in np.random.SeedSequence([seed, 2]).generate_state(restarts):
        model = KMeans(n_clusters, n_init=1, random_state=int(state))
        with threads.limit(limits=EXACT_THREADS, user_api="openmp"), warnings.catch_warnings():
            # Of fewer clusters than asked for, which the phase finds in the labels.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(scaled)
        inertia = float(model.inertia_) * 4.0**exponent
        if best is None or inertia < best.inertia:
            centers = np.ldexp(model.cluster_centers_, exponent)
            best = KMeansResult(centers, model.labels_, inertia)
        yield best


def distinct_rows(rows: Iterable[NDArray[np.float32]], at_most: int) -> int:
    """How many rows, each (n_columns,), differ from one another; counted no further than
    ``at_most``."""
    distinct: set[bytes] = set()
    for row in rows:
        # 0.0 and -0.0 are one value with two patterns of bits; the sum has one.
        distinct.add((row + np.float32(0)).tobytes())
        if len(distinct) >= at_most:
            break
    return len(distinct)
