"""The form that all phases of training have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from dec_core.analysis.verdict import Condition, Judgement, StopReason, Verdict
from dec_core.events.events import Event, Phase
from dec_core.training.checkpoint import Checkpoint, Resumption


class Ending(NamedTuple):
    """Why a run ends: the reason, the verdict, and the gradient steps of clustering done."""

    stop_reason: StopReason
    judgement: Judgement
    iterations: int = 0


class TrainingPhase(Protocol):
    """One phase of a run, between two gradient steps or restarts whenever it has yielded."""

    @property
    def name(self) -> Phase:
        """Under which the clock counts its time."""

    @property
    def ending(self) -> Ending | None:
        """Why the run ends with this phase; None where the next phase follows.

        Known once ``events`` has come to its end.
        """

    def restore(self, resumption: Resumption) -> None:
        """Go on where a checkpoint was taken, before ``events`` is called.

        A phase that lies before the checkpoint has nothing left to do; one that lies after it
        begins as ever.
        """

    def events(self) -> Iterator[Event]:
        """Do the work of the phase; called once."""

    def checkpoint(self) -> Checkpoint | None:
        """The phase as it stands after the event at hand; None where nothing is worth keeping."""


# Features of this size make gradients too large for learning rates that fit scaled data.
UNSCALED = 30.0


def diverged(problem: str, largest: float) -> Ending:
    """The run diverged before there were labels to judge.

    Parameters
    ----------
    problem : a sentence
    largest : the largest number of the data, in size
    """
    remedy = "Lower the learning rate of pretraining."
    if largest > UNSCALED:
        remedy = (
            f"The data reach {largest:,.4g}: scale them first, to a standard deviation of 1 or "
            "to 0..1, or lower the learning rate of pretraining."
        )
    judgement = Judgement(Condition.BROKEN, Verdict.DIVERGED, f"Diverged: {problem} {remedy}")
    return Ending(StopReason.NOT_FINITE, judgement)


def stopped_early() -> Ending:
    """The run was stopped before there were labels to judge."""
    sentence = "Stopped by you before clustering began."
    judgement = Judgement(Condition.WARNING, Verdict.UNFINISHED, sentence)
    return Ending(StopReason.STOPPED, judgement)
