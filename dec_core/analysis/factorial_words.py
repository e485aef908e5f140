"""A grid of runs in words: the outcome of a cell, what each factor costs, and what pairs do."""

from __future__ import annotations

from collections.abc import Mapping

from dec_core.analysis.factorial import (
    Cell,
    Effect,
    Grid,
    Interaction,
    Score,
    effects,
    interactions,
    score_of,
)
from dec_core.analysis.factors import Factor
from dec_core.analysis.trials import Rank, Trial
from dec_core.analysis.verdict import SPOILT, VERDICT_WORDS, Verdict

# Of the others a grid says how they stand beside their start.
_NAMED = SPOILT - {Verdict.DEGRADED}
_NONE_SOUND = "All of these runs are spoilt: what spoils them is not among these factors alone."


def outcome_word(trial: Trial) -> str:
    """What became of a run that ended, in a word or two."""
    if trial.judgement is None or not trial.history:
        return "failed"
    if trial.rank is Rank.SOUND:
        return "sound"
    verdict = trial.judgement.verdict
    if verdict in _NAMED:
        return VERDICT_WORDS[verdict]
    return "below its start" if trial.rank is Rank.RUINED else "collapse begins"


def level_words(grid: Grid, factor: Factor, *, is_wrong: bool) -> str:
    """A factor with its values in one half of the grid, such as "learning rate 0.01"."""
    return f"{grid.label(factor)} {grid.level(factor, is_wrong=is_wrong)}"


def effect_sentences(grid: Grid, trials: Mapping[Cell, Trial]) -> list[str]:
    """What each factor costs, then what each pair does; every cell has its trial."""
    score = score_of(trials.values())
    said = [_NONE_SOUND] if all(one.rank is Rank.RUINED for one in trials.values()) else []
    said += [_effect_words(grid, one, score) for one in effects(grid, trials)]
    return said + [_interaction_words(grid, one, score) for one in interactions(grid, trials)]


def _effect_words(grid: Grid, effect: Effect, score: Score) -> str:
    own, reference = (grid.level(effect.factor, is_wrong=one) for one in (True, False))
    named = f"The {grid.label(effect.factor)} ({own} instead of {reference})"
    if abs(effect.cost) <= score.chance:
        return f"{named}: no difference on average ({score.text(effect.cost)})."
    verb = "costs" if effect.cost > 0 else "gains"
    return f"{named} {verb} {score.text(effect.cost)} on average."


def _interaction_words(grid: Grid, found: Interaction, score: Score) -> str:
    first, second = map(grid.label, found.factors)
    if found.adds_up:
        pair = f"{first} and {second}"
        return f"{pair[0].upper()}{pair[1:]} add up: no interaction."
    figures = (
        f"{first} alone costs {_signed(found.alone[0], score)}, "
        f"{second} alone {_signed(found.alone[1], score)}, both together "
        f"{_signed(found.together, score)} {score.unit}"
    )
    return f"{_opening(grid, found, score)}: {figures}."


def _opening(grid: Grid, found: Interaction, score: Score) -> str:
    """The kind of an interaction, as the beginning of a sentence."""
    matters = [abs(cost) > score.chance for cost in found.alone]
    first, second = map(grid.label, found.factors)
    if not any(matters):
        return f"The {first} and the {second} matter only together"
    if not all(matters):
        return _condition(grid, found, score, alone=matters.index(True))
    if min(found.alone) < 0:
        return f"What the {first} costs depends on the {second}"
    if found.excess > 0:
        return f"The {first} and the {second} make each other worse"
    if found.together <= max(found.alone) + score.chance:
        return f"Either the {first} or the {second} is enough to do the harm"
    return f"The {first} and the {second} together cost less than the sum"


def _condition(grid: Grid, found: Interaction, score: Score, alone: int) -> str:
    """Where one factor (``alone``) does something alone and the other one does not: that one either
    takes away what the first does, or does something only where the first is wrong."""
    one, other = found.factors[alone], found.factors[1 - alone]
    if abs(found.together - found.alone[1 - alone]) <= score.chance:
        return f"The {grid.label(one)} matters only with {level_words(grid, other, is_wrong=False)}"
    return f"The {grid.label(other)} matters only with {level_words(grid, one, is_wrong=True)}"


def _signed(cost: float, score: Score) -> str:
    return f"{cost:z.{score.digits}f}".replace("-", "\N{MINUS SIGN}")
