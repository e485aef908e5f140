"""The soft reset of the encoder while it clusters, and the centres found anew after it.

What happens follows from the seed and the iteration alone. k-means takes ``RESTARTS`` restarts
on all samples where the authors of BRB take 10 on at most 10,000; it begins anew without the
centres that were dissolved. As in their code the optimizer forgets what it kept for the centres
and keeps the rest; unlike it the centres' momentum of SGD is forgotten as well, not only Adam's.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.metrics import matched
from dec_core.config import SoftReset
from dec_core.events.events import EncoderReset, Phase, Progress
from dec_core.model import build_autoencoder, is_dissolved, soft_reset
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.context import TrainingContext
from dec_core.training.evaluating import evaluated
from dec_core.training.kmeans_restarts import distinct_rows, kmeans_restarts

RESTARTS = 3


class Renewed(NamedTuple):
    """After a reset: what happened, q (n_samples, n_clusters) and labels (n_samples,)."""

    event: EncoderReset
    q: NDArray[np.float32]
    labels: NDArray[np.integer]


class EncoderResets:
    """The resets of one run, as its settings ask for them.

    Attributes
    ----------
    done : those of the run so far
    """

    def __init__(self, context: TrainingContext, loop: ClusteringLoop) -> None:
        self.done: Sequence[EncoderReset] = ()
        self._context = context
        self._loop = loop

    @property
    def left(self) -> int:
        """How many are still to come."""
        settings = self._context.config.clustering.reset
        return max(0, settings.resets - len(self.done)) if isinstance(settings, SoftReset) else 0

    def is_due(self, iteration: int) -> bool:
        """Whether so many passes over the data lie behind the k-means start or the last reset."""
        settings = self._context.config.clustering.reset
        if not isinstance(settings, SoftReset) or not self.left:
            return False
        since = iteration - (self.done[-1].iteration if self.done else 0)
        return since >= settings.reset_every * self._loop.batches.per_pass

    def reset(
        self, iteration: int, labels: NDArray[np.integer]
    ) -> Generator[Progress, None, Renewed]:
        """Reset the encoder, then find the centres anew.

        Each of them has the number of the cluster with which it shares most. Where the embedding
        is not finite or has fewer distinct points than there are clusters, they stay as they are.

        Parameters
        ----------
        labels : (n_samples,), before the reset
        """
        context, loop = self._context, self._loop
        seeds = np.random.SeedSequence([context.config.seed, 4, iteration]).generate_state(2)
        self._reset_weights(int(seeds[0]))
        embedding = (yield from evaluated(loop)).embedding
        left = np.flatnonzero(~is_dissolved(loop.centers))
        if np.isfinite(embedding).all() and distinct_rows(embedding, len(left)) == len(left):
            yield from self._find_centers(embedding, left, labels, int(seeds[1]))
        _, q, renewed = yield from evaluated(loop)
        sizes = np.bincount(renewed, minlength=context.config.clustering.n_clusters)
        changed = float((renewed != labels).mean())
        event = EncoderReset(iteration, tuple(sizes.tolist()), changed)
        self.done = (*self.done, event)
        return Renewed(event, q, renewed.astype(context.label_type))

    def _reset_weights(self, seed: int) -> None:
        context, settings = self._context, self._context.config.clustering.reset
        if isinstance(settings, SoftReset):
            n_features, network = context.dataset.n_features, context.config.autoencoder
            untrained = build_autoencoder(n_features, network, seed).encoder
            soft_reset(self._loop.encoder, untrained, settings.reset_keep)

    def _find_centers(
        self,
        embedding: NDArray[np.float32],
        left: NDArray[np.intp],
        labels: NDArray[np.integer],
        seed: int,
    ) -> Iterator[Progress]:
        """``left`` are the clusters that were not dissolved, ascending, ``labels`` (n_samples,)."""
        former = np.searchsorted(left, labels)
        results = kmeans_restarts(embedding, len(left), RESTARTS, seed)
        for done in range(1, RESTARTS + 1):
            best = next(results)
            yield Progress(Phase.CLUSTERING, done, RESTARTS)
        centers = self._loop.centers.copy()
        centers[left[matched(former, best.labels, len(left))]] = best.centers
        self._loop.place_centers(centers)
