"""The trainer: one run of DEC as a generator of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter

import keras
import numpy as np
import tensorflow as tf

from dec_core.analysis.verdict import Condition, Judgement, StopReason, Verdict
from dec_core.config import LIVE_PARAMETERS, Config
from dec_core.data import Dataset
from dec_core.data.fit import clusters_excess
from dec_core.data.subset import stratified_indices
from dec_core.errors import SettingsError
from dec_core.model import build_autoencoder, build_clustering_model
from dec_core.training.checkpoint import Checkpoint, Pretrained, Resumption
from dec_core.training.clock import ActiveTime
from dec_core.training.clustering_phase import ClusteringPhase
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.events import (
    Event,
    ParameterChanged,
    Phase,
    PretrainingEpochEnded,
    PretrainingReused,
    Progress,
    RunFinished,
    RunStarted,
)
from dec_core.training.memory import check_memory
from dec_core.training.pace import Pace

# Samples whose embedding every update carries: enough for a map, few enough to keep.
MAP_SAMPLES = 4_000

_LOSS_NOT_FINITE = "the pretraining loss is not finite. Lower its learning rate."
_START_NOT_FINITE = (
    "the embedding is not finite after pretraining. Lower the learning rate of pretraining."
)


def train(config: Config, dataset: Dataset) -> Iterator[Event]:
    """All events of one run. See ``Trainer``."""
    return Trainer(config, dataset).events()


class Trainer:
    """One run, driven by whoever advances ``events()``.

    Advancing the generator is training; not advancing it is a pause. Between two events, on the
    same thread, ``change`` and ``request_stop`` may be called and ``pace.limit`` set; no event is
    further than about half a second from the next.

    Parameters
    ----------
    data_seconds : what loading the data took
    resumption : where to go on; ``config`` may then differ from the checkpoint's as far as
        ``check_branch`` allows
    pretrained : an autoencoder for exactly these data and settings, instead of pretraining

    Raises
    ------
    SettingsError
        If the config does not fit the data or the machine's memory.
    """

    def __init__(
        self,
        config: Config,
        dataset: Dataset,
        data_seconds: float = 0.0,
        *,
        resumption: Resumption | None = None,
        pretrained: Pretrained | None = None,
    ) -> None:
        _check_fit(config, dataset)
        self.config = config
        self.dataset = dataset
        self.pace = Pace()
        seconds = resumption.checkpoint.seconds if resumption else {Phase.DATA: data_seconds}
        self.clock = ActiveTime(seconds)
        self.pretrained = pretrained
        self._resumption = resumption
        self._take_checkpoint: Callable[[], Checkpoint | None] | None = None
        self.sample_ids = stratified_indices(
            dataset.y, dataset.n_samples, min(MAP_SAMPLES, dataset.n_samples), config.seed
        )
        self._is_stopping = False
        self._changes: dict[str, float] = {}

    def request_stop(self) -> None:
        """End the run after the event at hand."""
        self._is_stopping = True

    def change(self, path: str, value: float) -> None:
        """Change a live parameter from the next chunk on.

        Raises
        ------
        SettingsError
            If ``path`` is fixed during a run or ``value`` out of its bounds.
        """
        if path not in LIVE_PARAMETERS:
            raise SettingsError(
                f"{path} is fixed while a run trains. Only {', '.join(LIVE_PARAMETERS)} can be "
                "changed. Start a new run for the rest."
            )
        self.config.with_values({path: value})
        self._changes[path] = value

    @property
    def requested(self) -> dict[str, float]:
        """Changes that wait for the next gradient step."""
        return dict(self._changes)

    def checkpoint(self) -> Checkpoint | None:
        """The run as it stands after the event at hand; None where nothing is worth keeping.

        In pretraining that is after an epoch, in clustering after any event that follows an
        update of the target distribution.
        """
        return None if self._take_checkpoint is None else self._take_checkpoint()

    def events(self) -> Iterator[Event]:
        """The run from its beginning, or from the checkpoint, to ``RunFinished``."""
        if self._resumption is None:
            yield self._run_started()
        x = tf.constant(self.dataset.x)
        autoencoder = build_autoencoder(
            self.dataset.n_features, self.config.autoencoder, self.config.seed
        )
        is_clustering = self._is_resumed_in(Phase.CLUSTERING)
        loss = self._last_pretraining_loss()
        if not is_clustering:
            phase = self._pretraining_events(autoencoder.model, x)
            for event in self.clock.timed(Phase.PRETRAINING, phase):
                loss = event.loss if isinstance(event, PretrainingEpochEnded) else loss
                yield event
            self._take_checkpoint = None
        if self._is_stopping or not np.isfinite(loss):
            yield self._ended_early("" if np.isfinite(loss) else _LOSS_NOT_FINITE)
            return
        model = build_clustering_model(autoencoder.encoder, self.config.clustering)
        loop = ClusteringLoop(model, x, self.config.clustering, self.config.seed)
        clustering = ClusteringPhase(self, loop)
        if is_clustering and self._resumption is not None:
            clustering.restore(self._resumption)
        else:
            yield from self.clock.timed(Phase.KMEANS, clustering.initialize_centers())
            if self._is_stopping or clustering.is_diverged:
                yield self._ended_early(_START_NOT_FINITE if clustering.is_diverged else "")
                return
        self._take_checkpoint = clustering.checkpoint
        yield from self.clock.timed(Phase.CLUSTERING, clustering.iterate())
        yield clustering.finished()

    def take_changes(self, iteration: int) -> Iterator[ParameterChanged]:
        """Put requested changes into the config, one event each; more may come meanwhile."""
        while self._changes:
            path = next(iter(self._changes))
            old = self.config.get(path)
            self.config = self.config.with_values({path: self._changes.pop(path)})
            if self.config.get(path) != old:
                yield ParameterChanged(iteration, path, old, self.config.get(path))

    @property
    def is_stopping(self) -> bool:
        """Whether ``request_stop`` was called."""
        return self._is_stopping

    def _run_started(self) -> RunStarted:
        dataset = self.dataset
        return RunStarted(
            config=self.config,
            dataset_name=dataset.name,
            n_samples=dataset.n_samples,
            n_features=dataset.n_features,
            sample_ids=self.sample_ids,
            true_labels=dataset.y,
            class_names=dataset.class_names,
        )

    def _is_resumed_in(self, phase: Phase) -> bool:
        return self._resumption is not None and self._resumption.checkpoint.phase is phase

    def _last_pretraining_loss(self) -> float:
        """Of the epochs before the place where the run goes on; 0 without any."""
        is_within = self._resumption is not None and self._is_resumed_in(Phase.PRETRAINING)
        losses = self._resumption.losses if self._resumption and is_within else ()
        return losses[-1] if losses else 0.0

    def _pretraining_events(self, autoencoder: keras.Model, x: tf.Tensor) -> Iterator[Event]:
        if self.pretrained is not None and self._resumption is None:
            return self._reuse(autoencoder, self.pretrained)
        loop = PretrainingLoop(autoencoder, x, self.config.pretraining, self.config.seed)
        return self._pretrain(autoencoder, loop)

    def _reuse(self, autoencoder: keras.Model, pretrained: Pretrained) -> Iterator[Event]:
        """The epochs as they were, at no cost."""
        autoencoder.set_weights(pretrained.weights)
        epochs = len(pretrained.losses)
        yield PretrainingReused(epochs)
        for epoch, loss in enumerate(pretrained.losses, start=1):
            yield PretrainingEpochEnded(epoch, epochs, loss, 0.0)

    def _pretrain(self, autoencoder: keras.Model, loop: PretrainingLoop) -> Iterator[Event]:
        epochs, per_epoch = self.config.pretraining.epochs, loop.batches.per_pass
        losses: list[float] = []
        first_epoch = 0
        if self._resumption is not None and self._is_resumed_in(Phase.PRETRAINING):
            first_epoch = self._resumption.checkpoint.epoch
            losses += self._resumption.losses
            loop.restore(self._resumption.checkpoint)
        if not np.isfinite(self._last_pretraining_loss()):
            return
        for epoch in range(first_epoch, epochs):
            self._take_checkpoint = None
            total, done = 0.0, 0
            while done < per_epoch:
                steps = self.pace.steps(per_epoch - done)
                started = perf_counter()
                total += loop.run(epoch * per_epoch + done, steps)
                self.pace.record(steps, perf_counter() - started)
                done += steps
                if done < per_epoch:
                    yield Progress(Phase.PRETRAINING, epoch * per_epoch + done, epochs * per_epoch)
                    if self._is_stopping:
                        return
            losses.append(total / self.dataset.n_samples)
            self._take_checkpoint = partial(self._pretraining_checkpoint, loop, epoch + 1)
            seconds = self.clock.seconds(Phase.PRETRAINING)
            yield PretrainingEpochEnded(epoch + 1, epochs, losses[-1], seconds)
            if self._is_stopping or not np.isfinite(losses[-1]):
                return
        self.pretrained = Pretrained(tuple(autoencoder.get_weights()), tuple(losses))

    def _pretraining_checkpoint(self, loop: PretrainingLoop, epoch: int) -> Checkpoint:
        return Checkpoint(
            phase=Phase.PRETRAINING,
            config=self.config,
            seconds=self.clock.by_phase(),
            weights=loop.weights,
            optimizer=loop.optimizer_state,
            epoch=epoch,
        )

    def _ended_early(self, problem: str = "") -> RunFinished:
        """The run diverged, or was stopped, before there was anything to judge."""
        if problem:
            judgement = Judgement(Condition.BROKEN, Verdict.DIVERGED, f"Diverged: {problem}")
            return RunFinished(StopReason.NOT_FINITE, judgement, 0, self.clock.by_phase())
        sentence = "Stopped by you before clustering began."
        judgement = Judgement(Condition.WARNING, Verdict.UNFINISHED, sentence)
        return RunFinished(StopReason.STOPPED, judgement, 0, self.clock.by_phase())


def _check_fit(config: Config, dataset: Dataset) -> None:
    n_clusters = config.clustering.n_clusters
    excess = clusters_excess(n_clusters, dataset.n_samples)
    if excess is not None:
        raise SettingsError(
            f"n_clusters must be between 2 and {excess.whole} ({excess.maximum:,}). "
            f"Received {n_clusters:,}. Choose a smaller number or more samples."
        )
    check_memory(config, dataset.n_samples, dataset.n_features)
