"""The form that all phases of training have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from dec_core.analysis.signs import Evidence
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
_LOWER_RATE = "lower the learning rate of pretraining"
_PRETRAIN_BETTER = "pretrain at a lower learning rate, for longer or with Adam"


def diverged(problem: str, largest: float) -> Ending:
    """The run diverged before there were labels to judge.

    Parameters
    ----------
    problem : a sentence
    largest : the largest number of the data, in size
    """
    sentence = f"Diverged: {problem} {_remedy(_LOWER_RATE, largest)}"
    judgement = Judgement(Condition.BROKEN, Verdict.DIVERGED, sentence)
    return Ending(StopReason.NOT_FINITE, judgement)


def nothing_to_cluster(problem: str, evidence: Evidence, largest: float) -> Ending:
    """Pretraining left too few different points for a k-means start.

    Parameters
    ----------
    problem : a sentence
    evidence : what was counted, and how many clusters are wanted
    largest : the largest number of the data, in size
    """
    sentence = f"Dead embedding: {problem} {_remedy(_PRETRAIN_BETTER, largest)}"
    judgement = Judgement(Condition.BROKEN, Verdict.DEAD_EMBEDDING, sentence, (evidence,))
    return Ending(StopReason.NOTHING_TO_CLUSTER, judgement)


def _remedy(remedy: str, largest: float) -> str:
    if largest > UNSCALED:
        return (
            f"The data reach {largest:,.4g}: scale them first, to a standard deviation of 1 or "
            f"to 0..1, or {remedy}."
        )
    return f"{remedy[0].upper()}{remedy[1:]}."


def stopped_early() -> Ending:
    """The run was stopped before there were labels to judge."""
    sentence = "Stopped by you before clustering began."
    judgement = Judgement(Condition.WARNING, Verdict.UNFINISHED, sentence)
    return Ending(StopReason.STOPPED, judgement)
