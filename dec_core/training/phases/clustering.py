"""The third phase of a run: from the k-means start to the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from dec_core.analysis.forecast import new_signs
from dec_core.analysis.labeling import Clustering
from dec_core.analysis.measures import measure
from dec_core.analysis.verdict import Observation, Start, StopReason, conclude
from dec_core.errors import RunError
from dec_core.events.events import (
    ClustersDissolved,
    Event,
    FrameTaken,
    Phase,
    SignSeen,
    StepsDone,
    TargetUpdated,
)
from dec_core.model import is_dissolved
from dec_core.training.checkpoint import Checkpoint, Resumption
from dec_core.training.compiled_clustering import ClusteringLoop, Evaluation, Losses
from dec_core.training.context import TrainingContext
from dec_core.training.dissolving import too_small
from dec_core.training.evaluating import evaluated
from dec_core.training.phases.phase import Ending
from dec_core.training.resetting import EncoderResets
from dec_core.training.resident import resident


class ClusteringPhase:
    """Moves embedding and centres so that q follows the target distribution.

    The target is renewed every ``update_interval`` gradient steps; the run ends by the stop
    rule, at the maximum of iterations, where numbers are not finite, or on request. Where the
    settings say so, the encoder is reset after an update, and at one small clusters are dissolved.

    Parameters
    ----------
    loop : of the clustering model, whose centres are those of the start
    labels : (n_samples,) of the start
    start : what the verdict is measured against

    Attributes
    ----------
    ending : see ``TrainingPhase``
    """

    name = Phase.CLUSTERING

    def __init__(
        self,
        context: TrainingContext,
        loop: ClusteringLoop,
        labels: NDArray[np.integer],
        start: Start,
    ) -> None:
        self.ending: Ending | None = None
        self._context = context
        self._loop = loop
        self._labels = labels
        self._start = start
        self._history: list[Observation] = []
        self._resets = EncoderResets(context, loop)
        self._iteration = 0
        self._last_update_at = 0
        self._losses = loop.no_losses
        self._reason: StopReason | None = None
        self._p: NDArray[np.float32] | None = None
        # In the middle of an update or a reset no checkpoint can say what is done already.
        self._is_whole = True

    def restore(self, resumption: Resumption) -> None:
        """Go on where a checkpoint of clustering was taken.

        A branch with another target rule makes P by its own rule at once, from the present q.
        """
        checkpoint = resumption.checkpoint
        if checkpoint.phase is not Phase.CLUSTERING:
            return
        if checkpoint.labels is None or checkpoint.p is None:
            raise RunError(
                "A checkpoint of the clustering phase must hold labels and target distribution. "
                "Received one without. Choose another checkpoint."
            )
        self._loop.restore(checkpoint)
        self._start, self._history = resumption.start, list(resumption.history)
        self._resets.done = resumption.resets
        self._iteration = checkpoint.iteration
        self._losses = Losses(checkpoint.loss, checkpoint.reconstruction_loss)
        self._last_update_at, self._reason = checkpoint.last_update_at, checkpoint.stop_reason
        self._labels, self._p = checkpoint.labels, checkpoint.p
        rule = self._context.config.clustering.target
        if rule != checkpoint.config.clustering.target:
            self._p = self._loop.target(self._loop.evaluate_all().q)

    def checkpoint(self) -> Checkpoint | None:
        """The state between two gradient steps; None before the first update, and in the middle of
        an update or a reset."""
        if self._p is None or not self._is_whole:
            return None
        context = self._context
        return Checkpoint(
            phase=Phase.CLUSTERING,
            config=context.config,
            seconds=context.clock.by_phase(),
            weights=self._loop.weights,
            decoder=self._loop.decoder_weights,
            optimizer=self._loop.optimizer_state,
            epoch=context.config.pretraining_epochs,
            iteration=self._iteration,
            last_update_at=self._last_update_at,
            loss=self._losses.clustering,
            reconstruction_loss=self._losses.reconstruction,
            stop_reason=self._reason,
            p=self._p,
            labels=self._labels,
        )

    def events(self) -> Iterator[Event]:
        """``StepsDone`` and ``TargetUpdated`` until the end, ``ParameterChanged`` on request, and
        what comes with resets and dissolved clusters."""
        self._context.pace.restart()
        p = None
        while self._reason is None:
            yield from self._apply_changes()
            if self._is_update_due():
                p = None
                yield from self._update()
                continue
            if self._iteration == self._last_update_at and self._resets.is_due(self._iteration):
                p = None
                yield from self._reset()
            if p is None and self._p is not None:
                p = resident(self._p)
            yield self._take_steps(p)
        judgement = conclude(self._start, self._history, self._reason)
        self.ending = Ending(self._reason, judgement, self._iteration)

    def _apply_changes(self) -> Iterator[Event]:
        for change in self._context.take_changes(self._iteration):
            if change.path == "clustering.learning_rate":
                self._loop.optimizer.learning_rate.assign(change.new)
            yield change

    def _take_steps(self, p: tf.Tensor) -> StepsDone:
        pace, steps = self._context.pace, self._steps_to_take()
        started = perf_counter()
        self._losses = self._loop.run(p, self._iteration, steps)
        pace.record(steps, perf_counter() - started)
        self._iteration += steps
        self._is_whole = True
        seconds = self._context.clock.seconds(Phase.CLUSTERING)
        return StepsDone(self._iteration, self._losses.clustering, seconds)

    def _steps_to_take(self) -> int:
        settings = self._context.config.clustering
        due = self._last_update_at + settings.update_interval
        wanted = min(due, settings.max_iterations) - self._iteration
        same_order = self._loop.batches.steps_before_new_order(self._iteration)
        if same_order is not None:
            wanted = min(wanted, same_order)
        return self._context.pace.steps(wanted)

    def _is_update_due(self) -> bool:
        """Before the first step, at the interval, and once more where the run ends."""
        since = self._iteration - self._last_update_at
        interval = self._context.config.clustering.update_interval
        return self._p is None or since >= interval or (since > 0 and self._is_ending())

    def _is_ending(self) -> bool:
        is_at_maximum = self._iteration >= self._context.config.clustering.max_iterations
        is_stopping = self._context.requests.is_stopping
        return is_at_maximum or is_stopping or not self._losses.are_finite

    def _update(self) -> Iterator[Event]:
        """Evaluate all data, renew P and yield what they show."""
        evaluation = yield from evaluated(self._loop)
        dissolved = self._too_small(evaluation)
        if len(dissolved):
            self._is_whole = False
            self._loop.dissolve(dissolved)
            evaluation = yield from evaluated(self._loop)
        labels = evaluation.labels.astype(self._context.label_type)
        sampled = evaluation.embedding[self._context.sample_ids]
        p = self._loop.target(evaluation.q)
        event = self._updated(evaluation, labels, p)
        self._is_whole = False
        if len(dissolved):
            n_left = int((~is_dissolved(self._loop.centers)).sum())
            yield ClustersDissolved(self._iteration, tuple(dissolved.tolist()), n_left)
        yield from self._new_signs(event)
        yield FrameTaken(event.update, labels, sampled, self._loop.centers.copy())
        self._p, self._labels, self._is_whole = p, labels, True
        self._history.append(event)
        self._reason = self._stop_reason(event)
        self._last_update_at = self._iteration
        yield event

    def _reset(self) -> Iterator[Event]:
        """Reset the encoder and renew P; no checkpoint is made until the next step is done."""
        self._is_whole = False
        renewed = yield from self._resets.reset(self._iteration, self._labels)
        self._p, self._labels = self._loop.target(renewed.q), renewed.labels
        yield renewed.event

    def _too_small(self, evaluation: Evaluation) -> NDArray[np.intp]:
        """The clusters to dissolve at this update."""
        done, settings = self._resets.done, self._context.config.clustering.dissolve
        began = done[-1].cluster_sizes if done else self._start.cluster_sizes
        return too_small(settings, evaluation, began, self._loop.centers)

    def _new_signs(self, event: TargetUpdated) -> Iterator[SignSeen]:
        """Of an update whose numbers are finite; others are no warning but the end."""
        if event.is_finite:
            for sign in new_signs(self._start, self._history, event):
                yield SignSeen(event.iteration, sign)

    def _updated(
        self, evaluation: Evaluation, labels: NDArray[np.integer], p: NDArray[np.float32]
    ) -> TargetUpdated:
        context, centers = self._context, self._loop.centers
        clustering = Clustering(
            labels,
            context.config.clustering.n_clusters,
            context.dataset.y,
            context.space,
            previous=self._labels,
            q=evaluation.q,
            p=p,
            centers=centers[~is_dissolved(centers)],
            embedding=evaluation.embedding,
            loss=self._losses.clustering,
            reconstruction_loss=self._losses.reconstruction,
        )
        return TargetUpdated(
            update=len(self._history),
            iteration=self._iteration,
            cluster_sizes=clustering.cluster_sizes,
            is_finite=clustering.is_finite,
            measures=measure(clustering),
            seconds=context.clock.seconds(Phase.CLUSTERING),
        )

    def _stop_reason(self, event: TargetUpdated) -> StopReason | None:
        settings = self._context.config.clustering
        if not event.is_finite or (event.update > 0 and not self._losses.are_finite):
            return StopReason.NOT_FINITE
        # After fewer steps than the interval, few changed labels say nothing.
        is_scheduled = self._iteration - self._last_update_at >= settings.update_interval
        is_settled = event.value("delta_label") < settings.tol and not self._resets.left
        if is_scheduled and is_settled:
            return StopReason.TOLERANCE
        requests = self._context.requests
        if requests.is_stopping or requests.ends_when(self._start, self._history):
            return StopReason.STOPPED
        if self._iteration >= settings.max_iterations:
            return StopReason.MAX_ITERATIONS
        return None
