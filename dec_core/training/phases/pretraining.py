"""The first phase of a run: the autoencoder learns to reconstruct the data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from time import perf_counter

import numpy as np

from dec_core.events.events import (
    Event,
    Phase,
    PretrainingEpochEnded,
    PretrainingReused,
    Progress,
)
from dec_core.training.checkpoint import Checkpoint, Pretrained, Resumption
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.context import TrainingContext
from dec_core.training.networks import CompiledNetwork
from dec_core.training.phases.phase import Ending, diverged, stopped_early
from dec_core.training.reconstructing import ReconstructionWatch

_LOSS_NOT_FINITE = "the pretraining loss is not finite."


class PretrainingPhase:
    """Trains the autoencoder epoch by epoch on the mean squared reconstruction error.

    The run ends here where the loss is not finite or the run is stopped.

    Parameters
    ----------
    network : its autoencoder is trained in place
    pretrained : an autoencoder for exactly these data and settings; without a checkpoint its
        weights are taken instead of trained

    Attributes
    ----------
    pretrained : the autoencoder once it is pretrained to the end, otherwise what was given
    loss : of the last epoch; NaN without one
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
        self._is_between_epochs = False
        self._is_over = False

    @property
    def loss(self) -> float:
        return self._losses[-1] if self._losses else float("nan")

    def restore(self, resumption: Resumption) -> None:
        """Go on after the epoch at which the checkpoint was taken."""
        checkpoint = resumption.checkpoint
        self._is_over = checkpoint.phase is not Phase.PRETRAINING
        if self._is_over:
            return
        self._loop = self._network.pretraining(self._context)
        self._loop.restore(checkpoint)
        self._epoch, self._losses = checkpoint.epoch, list(resumption.losses)

    def events(self) -> Iterator[Event]:
        """``PretrainingEpochEnded`` after each epoch, with ``Progress`` before it.

        Before the first epoch and the end of the last one, and now and then between them, come
        ``ReconstructionsTaken``.
        """
        if self._is_over:
            return
        if self.pretrained is not None and self._loop is None:
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
            weights=self._loop.weights,
            optimizer=self._loop.optimizer_state,
            epoch=self._epoch,
        )

    def _reuse(self, pretrained: Pretrained) -> Iterator[Event]:
        """The epochs as they were, at no cost."""
        self._network.autoencoder.set_weights(pretrained.weights)
        epochs = len(pretrained.losses)
        yield PretrainingReused(epochs)
        yield self._watch.take(epochs)
        for epoch, loss in enumerate(pretrained.losses, start=1):
            yield PretrainingEpochEnded(epoch, epochs, loss, 0.0)
        self._losses = list(pretrained.losses)
        self.ending = self._early_ending()

    def _train(self) -> Iterator[Event]:
        if self._loop is None:
            self._loop = self._network.pretraining(self._context)
        self._context.pace.restart()
        epochs = self._context.config.pretraining.epochs
        if self._epoch == 0 and self._early_ending() is None:
            yield self._watch.take(0)
        while self._epoch < epochs and self._early_ending() is None:
            yield from self._train_epoch(self._loop, epochs)
        self.ending = self._early_ending()
        if self.ending is None:
            self.pretrained = Pretrained(self._loop.weights, tuple(self._losses))
        self._loop = None

    def _train_epoch(self, loop: PretrainingLoop, epochs: int) -> Iterator[Event]:
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
                yield Progress(Phase.PRETRAINING, first + done, epochs * per_epoch)
                if context.requests.is_stopping:
                    return
        self._epoch += 1
        self._losses.append(total / context.dataset.n_samples)
        if self._epoch == epochs or self._watch.is_due:
            yield self._watch.take(self._epoch)
        self._is_between_epochs = True
        seconds = context.clock.seconds(Phase.PRETRAINING)
        yield PretrainingEpochEnded(self._epoch, epochs, self._losses[-1], seconds)
        self._is_between_epochs = False

    @cached_property
    def _watch(self) -> ReconstructionWatch:
        return ReconstructionWatch(self._context, self._network)

    def _early_ending(self) -> Ending | None:
        """Why the run cannot or should not go on; None where it goes on."""
        if self._losses and not np.isfinite(self._losses[-1]):
            return diverged(_LOSS_NOT_FINITE, self._context.space.largest)
        return stopped_early() if self._context.requests.is_stopping else None
