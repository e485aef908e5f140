"""The k-means start: the best of several restarts, one at a time."""

from __future__ import annotations

import warnings
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
    """The best result so far after each restart; any scale of the finite embedding is as good.

    Raises
    ------
    DataError
        If the embedding has fewer distinct rows than clusters are wanted.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import ThreadpoolController

    _check_distinct(embedding, n_clusters)
    # A power of two changes no digit, and keeps float32 squares from vanishing or overflowing.
    exponent = int(np.frexp(np.abs(embedding).max())[1])
    scaled = np.ldexp(embedding, -exponent)
    best: KMeansResult | None = None
    # Looking for the libraries takes milliseconds, so it is done once.
    threads = ThreadpoolController()
    for state in np.random.SeedSequence([seed, 2]).generate_state(restarts):
        model = KMeans(n_clusters, n_init=1, random_state=int(state))
        with threads.limit(limits=EXACT_THREADS, user_api="openmp"), warnings.catch_warnings():
            # Of fewer clusters than asked for, which ``check_start`` says in words.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(scaled)
        inertia = float(model.inertia_) * 4.0**exponent
        if best is None or inertia < best.inertia:
            centers = np.ldexp(model.cluster_centers_, exponent)
            best = KMeansResult(centers, model.labels_, inertia)
        yield best


def check_start(labels: NDArray[np.integer], n_clusters: int) -> None:
    """Whether the labels after k-means, (n_samples,), are a start of so many clusters.

    Raises
    ------
    DataError
        If there are fewer: the run could only be judged against a collapse.
    """
    found = np.unique(labels).size
    if found < n_clusters:
        raise DataError(
            f"k-means must find {n_clusters:,} clusters to start from. It found {found:,}: the "
            "others lie too close together after pretraining. Lower the learning rate of "
            "pretraining, or ask for fewer clusters."
        )


def _check_distinct(embedding: NDArray[np.float32], n_clusters: int) -> None:
    distinct: set[bytes] = set()
    for row in embedding:
        # 0.0 and -0.0 are one value with two patterns of bits; the sum has one.
        distinct.add((row + np.float32(0)).tobytes())
        if len(distinct) >= n_clusters:
            return
    raise DataError(
        f"k-means needs at least as many distinct samples as clusters ({n_clusters:,}). Received "
        f"{len(distinct):,} distinct points after pretraining. Check that the data are not "
        "constant, lower the learning rate of pretraining or ask for fewer clusters."
    )
