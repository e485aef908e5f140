"""A run in a few words: how it stands, and what sets it apart from its preset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dec_core.analysis.verdict import VERDICT_WORDS, Condition, StopReason, Verdict
from dec_core.config import SETTINGS, Config, get_preset
from dec_core.errors import SettingsError
from dec_core.store.record import RunState


@dataclass(frozen=True)
class Standing:
    """State and verdict of a run as one phrase.

    Attributes
    ----------
    kind : what became of it or what it does, such as "collapsed"; few kinds, to choose runs by
    place : how far it is or was then, such as "by iteration 31"; may be empty
    condition : how a person should take it; None where nothing is judged yet
    """

    kind: str
    place: str
    condition: Condition | None

    @property
    def phrase(self) -> str:
        """Kind and place, and of a run that trains also how it fares."""
        words = f"{self.kind} {self.place}".rstrip()
        if self.kind in _TRAINS and self.condition is not None:
            return f"{words}, {self.condition.value}"
        return words


_HEALTHY, _WARNING, _BROKEN = Condition.HEALTHY, Condition.WARNING, Condition.BROKEN
# States that are told in other words than their own.
_WORDS = {
    RunState.RUNNING: "training",
    RunState.WAITING: "not begun",
    RunState.ELSEWHERE: "trained by another process",
    RunState.FINISHED: "ended",
}
_CONDITIONS = {
    RunState.INTERRUPTED: _WARNING,
    RunState.FAILED: _BROKEN,
    RunState.DAMAGED: _BROKEN,
}
_TRAINS = ("training", "paused", "trained by another process")
# That a run is collapsed or no longer finite is known of its last update; it may be so for longer.
_SINCE = (Verdict.COLLAPSED, Verdict.DIVERGED)
_JUDGED = {
    Verdict.CONVERGED: _HEALTHY,
    Verdict.COLLAPSED: _BROKEN,
    Verdict.DIVERGED: _BROKEN,
    Verdict.DEAD_EMBEDDING: _BROKEN,
}
# Without place: they have no iteration that says anything.
_NOWHERE = (RunState.QUEUED, RunState.WAITING, RunState.WITHDRAWN, RunState.DAMAGED)


def standing(
    state: RunState, outcome: Mapping[str, Any], condition: Condition | None = None
) -> Standing:
    """How a run stands.

    Parameters
    ----------
    outcome : as ``events.outcome`` tells it, at the end or so far; empty where nothing is known
    condition : how a run that trains fares so far; None before its first update
    """
    iterations = outcome.get("iterations")
    verdict = outcome.get("verdict") if state is RunState.FINISHED else None
    if verdict in list(Verdict):
        verdict = Verdict(verdict)
        kind = VERDICT_WORDS[verdict]
        if verdict is Verdict.UNFINISHED and outcome.get("stop_reason") == StopReason.STOPPED:
            kind = "stopped by you"
        # One that ended before it clustered has no iteration either.
        word = "by" if verdict in _SINCE else "at"
        place = _place(word, iterations) if outcome.get("updates") != 0 else ""
        return Standing(kind, place, _JUDGED.get(verdict, _WARNING))
    kind, known = _WORDS.get(state, state.value), _CONDITIONS.get(state)
    place = "" if state in _NOWHERE or not iterations else _place("at", iterations)
    return Standing(kind, place, condition if kind in _TRAINS else known)


def _place(word: str, iterations: int | None) -> str:
    return "" if iterations is None else f"{word} iteration {iterations:,}"


_NAMES_DATA = ("data.name", "data.file")


def differences_from_preset(config: Config, preset: str) -> list[str]:
    """The settings in which a run differs from its preset, such as "learning rate 0.02".

    None of an unknown preset; the data set is not among them.
    """
    try:
        usual = get_preset(preset).config
    except SettingsError:
        return []
    paths = [path for path in config.differences(usual) if path not in _NAMES_DATA]
    return [f"{SETTINGS[path].words} {config.text_of(path)}" for path in paths]


# A page of many runs asks for the same again and again.
@lru_cache(maxsize=1024)
def preset_in_words(config: Config, preset: str, at_most: int = 3) -> str:
    """Preset, data and what differs, as "r-port on digits: alpha 2, tolerance 0 and 2 more"."""
    words = f"{preset} on {config.data.called}" if preset else config.data.called
    different = differences_from_preset(config, preset)
    shown = ", ".join(different[:at_most])
    if len(different) > at_most:
        shown += f" and {len(different) - at_most} more"
    return f"{words}: {shown}" if shown else words
