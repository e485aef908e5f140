"""The first phase of a run: the autoencoder learns to reconstruct the data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from time import perf_counter

import numpy as np

from dec_core.config import PretrainingStage
from dec_core.events.events import (
    Event,
    Phase,
    PretrainingEpochEnded,
    PretrainingReused,
    Progress,
)
from dec_core.training.checkpoint import Arrays, Checkpoint, Pretrained, Resumption
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.context import TrainingContext
from dec_core.training.networks import CompiledNetwork
from dec_core.training.phases.phase import Ending, diverged, stopped_early
from dec_core.training.reconstructing import ReconstructionWatch

_LOSS_NOT_FINITE = "the pretraining loss is not finite."


class PretrainingPhase:
    """Trains the autoencoder epoch by epoch on the mean squared reconstruction error.

    Each stage, of a single layer or of all, has an optimizer and a loop of its own.

    The run ends here where the loss is not finite or the run is stopped.

    Parameters
    ----------
    network : its autoencoder is trained in place
    pretrained : an autoencoder for exactly these data and settings; without a checkpoint its
        weights are taken instead of trained

    Attributes
    ----------
    pretrained : the autoencoder once it is pretrained to the end, otherwise what was given
    loss : of the last epoch in which all layers were trained; NaN without one
    ending : see ``TrainingPhase``
    """

    name = Phase.PRETRAINING

    def __init__(
        self,
        context: TrainingContext,
        network: CompiledNetwork,
        pretrained: Pretrained | None = None,
    ) -> None:
        self.pretrained = pretrained
        self.ending: Ending | None = None
        self._context = context
        self._network = network
        self._loop: PretrainingLoop | None = None
        self._losses: list[float] = []
        self._epoch = 0
        self._checkpoint: Checkpoint | None = None
        self._is_between_epochs = False
        self._is_over = False

    @property
    def loss(self) -> float:
        layer = self._context.config.pretraining_layer(len(self._losses))
        return self._losses[-1] if self._losses and layer is None else float("nan")

    def restore(self, resumption: Resumption) -> None:
        """Go on after the epoch at which the checkpoint was taken."""
        checkpoint = resumption.checkpoint
        self._is_over = checkpoint.phase is not Phase.PRETRAINING
        if self._is_over:
            return
        self._network.autoencoder.set_weights(checkpoint.weights)
        self._checkpoint = checkpoint
        self._epoch, self._losses = checkpoint.epoch, list(resumption.losses)

    def events(self) -> Iterator[Event]:
        """``PretrainingEpochEnded`` after each epoch, with ``Progress`` before it.

        Before the first epoch and the end of the last one, and now and then between them, come
        ``ReconstructionsTaken``.
        """
        if self._is_over:
            return
        if self.pretrained is not None and self._checkpoint is None:
            yield from self._reuse(self.pretrained)
        else:
            yield from self._train()

    def checkpoint(self) -> Checkpoint | None:
        """The state between two epochs; None within one."""
        if self._loop is None or not self._is_between_epochs:
            return None
        return Checkpoint(
            phase=Phase.PRETRAINING,
            config=self._context.config,
            seconds=self._context.clock.by_phase(),
            weights=self._weights,
            optimizer=self._loop.optimizer_state,
            epoch=self._epoch,
        )

    @property
    def _weights(self) -> Arrays:
        return tuple(self._network.autoencoder.get_weights())

    def _reuse(self, pretrained: Pretrained) -> Iterator[Event]:
        """The epochs as they were, at no cost; without them where another run names them."""
        self._network.autoencoder.set_weights(pretrained.weights)
        config, losses = self._context.config, pretrained.losses
        is_taken = config.pretraining.earlier_run is not None
        yield PretrainingReused(len(losses), config.pretraining.earlier_run)
        yield self._watch.take(len(losses))
        for epoch, loss in enumerate(() if is_taken else losses, start=1):
            yield self._ended(epoch, loss, 0.0)
        self._losses = list(losses[-1:] if is_taken else losses)
        self.ending = self._early_ending()

    def _train(self) -> Iterator[Event]:
        if self._epoch == 0 and self._early_ending() is None:
            yield self._watch.take(0)
        last = 0
        for stage in self._context.config.pretraining_stages:
            first, last = last, last + stage.epochs
            if self._epoch < last and self._early_ending() is None:
                yield from self._train_stage(stage, first, last)
        self.ending = self._early_ending()
        if self.ending is None:
            self.pretrained = Pretrained(self._weights, tuple(self._losses))
        self._loop = None

    def _train_stage(self, stage: PretrainingStage, first: int, last: int) -> Iterator[Event]:
        """The epochs after ``first`` up to ``last``, as far as they are not done yet."""
        self._loop = self._network.pretraining(self._context, stage)
        # Where a stage begins, so does its optimizer.
        if self._checkpoint is not None and self._checkpoint.epoch > first:
            self._loop.restore(self._checkpoint)
        self._context.pace.restart()
        while self._epoch < last and self._early_ending() is None:
            yield from self._train_epoch(self._loop, stage.layer, is_last=self._epoch + 1 == last)

    def _train_epoch(
        self, loop: PretrainingLoop, layer: int | None, *, is_last: bool
    ) -> Iterator[Event]:
        """One pass over the data; it breaks off where the run is stopped."""
        context, per_epoch = self._context, loop.batches.per_pass
        first = self._epoch * per_epoch
        total, done = 0.0, 0
        while done < per_epoch:
            steps = context.pace.steps(per_epoch - done)
            started = perf_counter()
            total += loop.run(first + done, steps)
            context.pace.record(steps, perf_counter() - started)
            done += steps
            if done < per_epoch:
                whole = context.config.pretraining_epochs * per_epoch
                yield Progress(Phase.PRETRAINING, first + done, whole)
                if context.requests.is_stopping:
                    return
        self._epoch += 1
        self._losses.append(total / context.dataset.n_samples)
        if is_last or self._watch.is_due:
            yield self._watch.take(self._epoch, layer)
        self._is_between_epochs = True
        seconds = context.clock.seconds(Phase.PRETRAINING)
        yield self._ended(self._epoch, self._losses[-1], seconds)
        self._is_between_epochs = False

    def _ended(self, epoch: int, loss: float, seconds: float) -> PretrainingEpochEnded:
        config = self._context.config
        layer = config.pretraining_layer(epoch)
        return PretrainingEpochEnded(epoch, config.pretraining_epochs, loss, seconds, layer)

    @cached_property
    def _watch(self) -> ReconstructionWatch:
        return ReconstructionWatch(self._context, self._network)

    def _early_ending(self) -> Ending | None:
        """Why the run cannot or should not go on; None where it goes on."""
        if self._losses and not np.isfinite(self._losses[-1]):
            return diverged(_LOSS_NOT_FINITE, self._context.space.largest)
        return stopped_early() if self._context.requests.is_stopping else None
