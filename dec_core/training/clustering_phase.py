"""The clustering phase of a run: from the k-means start to the verdict, as events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from dec_core.analysis.metrics import (
    Scores,
    measure_health,
    score,
    score_successive,
    share_changed,
)
from dec_core.analysis.verdict import Observation, Start, StopReason, conclude
from dec_core.errors import RunError
from dec_core.training.checkpoint import Checkpoint, Resumption
from dec_core.training.compiled_clustering import ClusteringLoop, Evaluation
from dec_core.training.events import (
    CentersInitialized,
    Event,
    Phase,
    Progress,
    RunFinished,
    StepsDone,
    TargetUpdated,
)
from dec_core.training.kmeans_restarts import check_start, kmeans_restarts
from dec_core.training.pace import Pace

if TYPE_CHECKING:
    from dec_core.training.trainer import Trainer


class ClusteringPhase:
    """From the k-means start to the verdict.

    ``is_diverged`` says that pretraining left an embedding that k-means cannot start from.
    """

    def __init__(self, trainer: Trainer, loop: ClusteringLoop) -> None:
        self._trainer = trainer
        self._loop = loop
        self._pace = trainer.pace = Pace(trainer.pace.limit)
        self._labels: NDArray[np.integer] = np.empty(0, np.uint8)
        self._start = Start(())
        self._history: list[Observation] = []
        self._iteration = 0
        self._last_update_at = 0
        self._loss = float("nan")
        self._reason: StopReason | None = None
        self._p: NDArray[np.float32] | None = None
        self.is_diverged = False
        self._label_type = np.min_scalar_type(trainer.config.clustering.n_clusters - 1)

    def initialize_centers(self) -> Iterator[Event]:
        """k-means on the embedding; its centres go into the clustering layer.

        Nothing follows where the embedding is not finite, see ``is_diverged``.
        """
        trainer, settings = self._trainer, self._trainer.config.clustering
        embedding = self._evaluated().embedding
        self.is_diverged = not np.isfinite(embedding).all()
        if self.is_diverged:
            return
        restarts = settings.kmeans_restarts
        results = kmeans_restarts(embedding, settings.n_clusters, restarts, trainer.config.seed)
        for done in range(1, restarts + 1):
            result = next(results)
            yield Progress(Phase.KMEANS, done, restarts)
            if trainer.is_stopping:
                return
        self._loop.layer.cluster_centers.assign(result.centers)
        # Not k-means' own labels, whose rounding differs from that of the labels after updates.
        self._labels = self._loop.nearest_centers(embedding).astype(self._label_type)
        check_start(self._labels, settings.n_clusters)
        sizes = tuple(np.bincount(self._labels, minlength=settings.n_clusters).tolist())
        self._start = Start(sizes, self._scores())
        yield CentersInitialized(
            labels=self._labels,
            cluster_sizes=sizes,
            scores=self._start.scores,
            embedding_sample=embedding[trainer.sample_ids],
            seconds=trainer.clock.seconds(Phase.KMEANS),
        )

    def restore(self, resumption: Resumption) -> None:
        """Go on where a checkpoint was taken.

        A branch with another target rule makes P by its own rule at once, from the present q.
        """
        checkpoint = resumption.checkpoint
        if checkpoint.labels is None or checkpoint.p is None:
            raise RunError(
                "A checkpoint of the clustering phase must hold labels and target distribution. "
                "Received one without. Choose another checkpoint."
            )
        self._loop.restore(checkpoint)
        self._start, self._history = resumption.start, list(resumption.history)
        self._iteration, self._loss = checkpoint.iteration, checkpoint.loss
        self._last_update_at, self._reason = checkpoint.last_update_at, checkpoint.stop_reason
        self._labels, self._p = checkpoint.labels, checkpoint.p
        rule = self._trainer.config.clustering.target
        if rule != checkpoint.config.clustering.target:
            self._p = self._loop.target(self._evaluated().q)

    def checkpoint(self) -> Checkpoint | None:
        """The phase as it stands between two gradient steps; None before the first update."""
        if self._p is None:
            return None
        trainer = self._trainer
        return Checkpoint(
            phase=Phase.CLUSTERING,
            config=trainer.config,
            seconds=trainer.clock.by_phase(),
            weights=self._loop.weights,
            optimizer=self._loop.optimizer_state,
            epoch=trainer.config.pretraining.epochs,
            iteration=self._iteration,
            last_update_at=self._last_update_at,
            loss=self._loss,
            stop_reason=self._reason,
            p=self._p,
            labels=self._labels,
        )

    def iterate(self) -> Iterator[Event]:
        """Update the target, take steps, until the stop rule, the maximum or a command."""
        p = None
        while self._reason is None:
            yield from self._apply_changes()
            if self._is_update_due():
                yield from self._update()
                p = None
                continue
            if p is None:
                p = tf.constant(self._p)
            steps = self._steps_to_take()
            started = perf_counter()
            self._loss = self._loop.run(p, self._iteration, steps)
            self._pace.record(steps, perf_counter() - started)
            self._iteration += steps
            seconds = self._trainer.clock.seconds(Phase.CLUSTERING)
            yield StepsDone(self._iteration, self._loss, seconds)

    def finished(self) -> RunFinished:
        """The verdict."""
        reason = self._reason or StopReason.STOPPED
        judgement = conclude(self._start, self._history, reason)
        return RunFinished(reason, judgement, self._iteration, self._trainer.clock.by_phase())

    def _apply_changes(self) -> Iterator[Event]:
        for change in self._trainer.take_changes(self._iteration):
            if change.path == "clustering.learning_rate":
                self._loop.optimizer.learning_rate.assign(change.new)
            yield change

    def _steps_to_take(self) -> int:
        settings = self._trainer.config.clustering
        due = self._last_update_at + settings.update_interval
        wanted = min(due, settings.max_iterations) - self._iteration
        same_order = self._loop.batches.steps_before_new_order(self._iteration)
        if same_order is not None:
            wanted = min(wanted, same_order)
        return self._pace.steps(wanted)

    def _is_update_due(self) -> bool:
        """Before the first step, at the interval, and once more where the run ends."""
        since = self._iteration - self._last_update_at
        interval = self._trainer.config.clustering.update_interval
        return self._p is None or since >= interval or (since > 0 and self._is_ending())

    def _is_ending(self) -> bool:
        is_at_maximum = self._iteration >= self._trainer.config.clustering.max_iterations
        return is_at_maximum or self._trainer.is_stopping or not np.isfinite(self._loss)

    def _update(self) -> Iterator[Event]:
        """Evaluate all data, renew P and yield what they show."""
        n_samples = self._trainer.dataset.n_samples
        pieces = []
        for begin, piece in self._loop.evaluate():
            pieces.append(piece)
            done = begin + len(piece.labels)
            if done < n_samples:
                yield Progress(Phase.CLUSTERING, done, n_samples)
        evaluation = _joined(pieces)
        p = self._loop.target(evaluation.q)
        event = self._updated(evaluation, p)
        self._p = p
        self._history.append(event.observation)
        self._reason = self._stop_reason(event)
        self._last_update_at = self._iteration
        yield event

    def _evaluated(self) -> Evaluation:
        """Of all samples."""
        return _joined([piece for _, piece in self._loop.evaluate()])

    def _updated(self, evaluation: Evaluation, p: NDArray[np.float32]) -> TargetUpdated:
        embedding, q, labels = evaluation
        previous, self._labels = self._labels, labels.astype(self._label_type)
        successive_acc, successive_nmi = score_successive(previous, self._labels)
        return TargetUpdated(
            update=len(self._history),
            iteration=self._iteration,
            loss=self._loss,
            delta_label=share_changed(previous, self._labels),
            successive_acc=successive_acc,
            successive_nmi=successive_nmi,
            scores=self._scores(),
            health=measure_health(q, p, self._labels, self._loop.centers, embedding),
            labels=self._labels,
            embedding_sample=embedding[self._trainer.sample_ids],
            seconds=self._trainer.clock.seconds(Phase.CLUSTERING),
        )

    def _stop_reason(self, event: TargetUpdated) -> StopReason | None:
        settings = self._trainer.config.clustering
        if not event.health.is_finite or (event.update > 0 and not np.isfinite(self._loss)):
            return StopReason.NOT_FINITE
        # After fewer steps than the interval, few changed labels say nothing.
        is_scheduled = self._iteration - self._last_update_at >= settings.update_interval
        if is_scheduled and event.delta_label < settings.tol:
            return StopReason.TOLERANCE
        if self._trainer.is_stopping:
            return StopReason.STOPPED
        if self._iteration >= settings.max_iterations:
            return StopReason.MAX_ITERATIONS
        return None

    def _scores(self) -> Scores | None:
        y = self._trainer.dataset.y
        return None if y is None else score(y, self._labels)


def _joined(pieces: Sequence[Evaluation]) -> Evaluation:
    return Evaluation(*map(np.concatenate, zip(*pieces, strict=True)))
