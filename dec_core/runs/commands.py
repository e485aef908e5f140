"""What a person, or whoever starts a run, may ask of the thread that trains it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dec_core.errors import RunError
from dec_core.store.record import RunState
from dec_core.training.requests import check_change


class StepSize(StrEnum):
    """How far a single step goes."""

    UPDATE = "update"
    ITERATION = "iteration"


@dataclass(frozen=True)
class Pause:
    """Stop advancing after the event at hand."""


@dataclass(frozen=True)
class Resume:
    """Go on after a pause."""


@dataclass(frozen=True)
class Step:
    """Go on to the end of one update or one iteration, then pause."""

    size: StepSize


@dataclass(frozen=True)
class Stop:
    """End the run; a queued one never starts, and can be resumed if it has trained before."""


@dataclass(frozen=True)
class Suspend:
    """Keep a checkpoint and end the thread without a verdict; the run can be resumed.

    A run that is not saved is stopped.
    """


@dataclass(frozen=True)
class Change:
    """Give a live parameter a new value from the next chunk on."""

    path: str
    value: float


@dataclass(frozen=True)
class PauseAtCollapse:
    """Pause by itself, or not, at an update that warns of a collapse."""

    is_on: bool


Command = Pause | Resume | Step | Stop | Suspend | Change | PauseAtCollapse

_ACTIVE = tuple(state for state in RunState if state.is_active)
_ALLOWED: dict[type[Command], tuple[RunState, ...]] = {
    Pause: (RunState.RUNNING,),
    Resume: (RunState.PAUSED,),
    Step: (RunState.PAUSED, RunState.RUNNING),
    Stop: _ACTIVE,
    Suspend: _ACTIVE,
    Change: _ACTIVE,
    PauseAtCollapse: _ACTIVE,
}


def check_command(command: Command, run_id: str, state: RunState) -> None:
    """Check that a run in ``state`` can carry out ``command``; any queued one can be ended.

    Raises
    ------
    TypeError
        If it is no command.
    SettingsError
        If the parameter to be changed is fixed or the value out of its bounds.
    RunError
        If the run is in another state.
    """
    allowed = _ALLOWED.get(type(command))
    if allowed is None:
        names = ", ".join(one.__name__ for one in _ALLOWED)
        raise TypeError(f"A command must be one of {names}. Received {command!r}.")
    if isinstance(command, Change):
        check_change(command.path, command.value)
    is_withdrawal = isinstance(command, Stop | Suspend) and state is RunState.QUEUED
    if state not in allowed and not is_withdrawal:
        expected = " or ".join(state.value for state in allowed)
        raise RunError(
            f"This command needs a run that is {expected}. {run_id} is "
            f"{state.in_a_sentence}. Reload the page to see its present state."
        )
