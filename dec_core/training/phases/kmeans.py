"""The second phase of a run: k-means on the embedding gives the first cluster centres."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.measures import measure_start
from dec_core.analysis.signs import Evidence
from dec_core.analysis.verdict import Start
from dec_core.errors import DataError
from dec_core.events.events import (
    KMEANS,
    CentersInitialized,
    Event,
    FrameTaken,
    Phase,
    Progress,
)
from dec_core.training.checkpoint import Checkpoint, Resumption
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.context import TrainingContext
from dec_core.training.kmeans_restarts import distinct_rows, kmeans_restarts
from dec_core.training.phases.phase import Ending, diverged, nothing_to_cluster, stopped_early

_START_NOT_FINITE = "the embedding is not finite after pretraining."


class KMeansPhase:
    """Finds the centres that clustering starts from and puts them into the clustering layer.

    The run ends here where the embedding is not finite or has too few different points to start
    from, or where the run is stopped.

    Parameters
    ----------
    loop : of the clustering model whose centres are set
    pretraining_loss : of the last epoch; NaN without one

    Attributes
    ----------
    labels : (n_samples,) of the start, by the nearest centre; empty before it is found
    start : sizes of the clusters and measures, which the verdict is measured against
    ending : see ``TrainingPhase``
    """

    name = Phase.KMEANS

    def __init__(
        self, context: TrainingContext, loop: ClusteringLoop, pretraining_loss: float = float("nan")
    ) -> None:
        self.labels: NDArray[np.integer] = np.empty(0, context.label_type)
        self.start = Start(())
        self.ending: Ending | None = None
        self._context = context
        self._loop = loop
        self._pretraining_loss = pretraining_loss
        self._is_over = False

    def restore(self, resumption: Resumption) -> None:
        """Leave centres and labels to the checkpoint if it was taken in clustering."""
        self._is_over = resumption.checkpoint.phase is Phase.CLUSTERING

    def events(self) -> Iterator[Event]:
        """``Progress`` after each restart, then ``CentersInitialized``.

        Raises
        ------
        DataError
            If the data have fewer distinct samples than clusters are wanted.
        """
        if self._is_over:
            return
        embedding = self._loop.evaluate_all().embedding
        if not np.isfinite(embedding).all():
            self.ending = diverged(_START_NOT_FINITE, self._context.space.largest)
            return
        n_clusters = self._context.config.clustering.n_clusters
        n_distinct = distinct_rows(embedding, n_clusters)
        if n_distinct < n_clusters:
            self.ending = self._too_few_points(n_distinct)
            return
        yield from self._search(embedding)
        if self.ending is None and self._context.requests.is_stopping:
            self.ending = stopped_early()

    def checkpoint(self) -> Checkpoint | None:
        """None: a run that is broken off here goes on from the end of pretraining."""
        return None

    def _search(self, embedding: NDArray[np.float32]) -> Iterator[Event]:
        context, settings = self._context, self._context.config.clustering
        restarts = settings.kmeans_restarts
        results = kmeans_restarts(embedding, settings.n_clusters, restarts, context.config.seed)
        for done in range(1, restarts + 1):
            result = next(results)
            yield Progress(Phase.KMEANS, done, restarts)
            if context.requests.is_stopping:
                return
        self._loop.layer.cluster_centers.assign(result.centers)
        # Not k-means' own labels, whose rounding differs from that of the labels after updates.
        self.labels = self._loop.nearest_centers(embedding).astype(context.label_type)
        n_found = np.unique(self.labels).size
        if n_found < settings.n_clusters:
            self.ending = self._too_few_clusters(n_found)
            return
        labeling = context.labeling(self.labels, embedding)
        measures = measure_start(labeling) | self._reconstruction_error()
        self.start = Start.of(context.config, labeling.cluster_sizes, measures)
        yield FrameTaken(
            KMEANS, self.labels, embedding[context.sample_ids], self._loop.centers.copy()
        )
        seconds = context.clock.seconds(Phase.KMEANS)
        yield CentersInitialized(labeling.cluster_sizes, self.start.measures, seconds)

    def _too_few_points(self, n_distinct: int) -> Ending:
        wanted = self._context.config.clustering.n_clusters
        left = f"{n_distinct:,} distinct points for {wanted:,} clusters"
        if n_distinct == 1:
            left = "all samples in one point, so that there is nothing to cluster"
        evidence = Evidence("distinct_points", n_distinct, wanted, 0)
        return self._dead(f"pretraining left {left}.", evidence)

    def _too_few_clusters(self, n_found: int) -> Ending:
        wanted = self._context.config.clustering.n_clusters
        problem = (
            f"k-means found {n_found:,} of {wanted:,} clusters to start from; the others lie too "
            "close together after pretraining."
        )
        return self._dead(problem, Evidence("occupied_clusters", n_found, wanted, 0))

    def _dead(self, problem: str, evidence: Evidence) -> Ending:
        """Raises DataError where the data leave no room for another embedding."""
        context, wanted = self._context, self._context.config.clustering.n_clusters
        n_distinct = distinct_rows(context.dataset.samples, wanted)
        if n_distinct < wanted:
            raise DataError(
                f"The data must have at least as many distinct samples as clusters ({wanted:,}). "
                f"They have {n_distinct:,}. Check that they are not constant, or ask for fewer "
                "clusters."
            )
        return nothing_to_cluster(problem, evidence, context.space.largest)

    def _reconstruction_error(self) -> dict[str, float]:
        """The loss of pretraining over the variance of the data, where there are both."""
        error, variance = self._pretraining_loss, self._context.space.variance
        return {"reconstruction_error": error / variance} if error >= 0 and variance else {}
