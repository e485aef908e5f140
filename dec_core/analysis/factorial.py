"""A full factorial: runs with every combination of two or three factors, and what each costs.

Every factor is either at the run's own value, which is called wrong here, or at the reference. What
a factor costs is the mean, over the combinations of the others, of the score at the reference less
the score at the run's own value (Box, Hunter and Hunter, Statistics for Experimenters, chapter 5).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from dec_core.analysis.diagnosis import Case, Plan
from dec_core.analysis.factors import Factor, pretraining_suspects, repaired
from dec_core.analysis.plans import clustering_factors, plan_of
from dec_core.analysis.trials import CHANCE, Trial
from dec_core.config import Config
from dec_core.errors import SettingsError

FEWEST, MOST = 2, 3
# An interaction is a difference of two costs, in each of which chance may do as much.
_OF_INTERACTION = 2.0

# The chosen causes whose factors are at the run's own value: one cell of the grid.
Cell = frozenset[str]


@dataclass(frozen=True)
class Score:
    """What the outcomes are compared by.

    Attributes
    ----------
    measure : its name among the measures; higher is better
    unit : in words
    chance : by less than this two runs may differ that do the same good
    nothing : of a run that did not come to cluster
    """

    measure: str
    unit: str
    digits: int
    chance: float
    nothing: float

    def of(self, trial: Trial) -> float:
        """At the last update."""
        value = trial.measures.get(self.measure, math.nan)
        return self.nothing if math.isnan(value) else value

    def text(self, cost: float) -> str:
        """A cost without its sign, such as "0.31 NMI"."""
        return f"{abs(cost):.{self.digits}f} {self.unit}"


NMI = Score("nmi", "NMI", 2, CHANCE["nmi"], 0.0)
# Less than half a cluster is no cluster; a run without clusters leaves all samples together.
CLUSTERS = Score("effective_clusters", "effective clusters", 1, 0.5, 1.0)


@dataclass(frozen=True, eq=False)
class Grid:
    """The runs of a factorial.

    Attributes
    ----------
    factors : those that are varied, two or three
    plans : the run of every cell, the one with all factors at the reference first
    """

    factors: tuple[Factor, ...]
    plans: Mapping[Cell, Plan]

    def level(self, factor: Factor, *, is_wrong: bool) -> str:
        """The values of a factor's settings in one half of the grid, such as "0.01"."""
        configs = [
            plan.config for cell, plan in self.plans.items() if (factor.cause in cell) is is_wrong
        ]
        # What suits depends on the other factors for some settings, so that there may be several.
        paths = factor.repair(self._own)
        texts = (dict.fromkeys(one.text_of(path) for one in configs) for path in paths)
        return ", ".join(" or ".join(one) for one in texts)

    def label(self, factor: Factor) -> str:
        """The names of a factor's settings."""
        return factor.label(self._own)

    @property
    def _own(self) -> Config:
        return self.plans[_all_of(self.factors)].config


@dataclass(frozen=True)
class Effect:
    """What a factor costs on average; negative where the run's own value is better."""

    factor: Factor
    cost: float


@dataclass(frozen=True)
class Interaction:
    """What two factors cost alone and together, on average over a third one.

    Attributes
    ----------
    alone : of each of both where the other one is at the reference
    together : of both at the run's own values
    chance : by less than this two costs may differ whose factors add up
    """

    factors: tuple[Factor, Factor]
    alone: tuple[float, float]
    together: float
    chance: float

    @property
    def excess(self) -> float:
        """What both together cost beyond the sum of what each costs alone: the interaction."""
        return self.together - sum(self.alone)

    @property
    def adds_up(self) -> bool:
        """Whether what one factor costs does not depend on the other one."""
        return abs(self.excess) <= self.chance


def grid_factors(case: Case) -> tuple[Factor, ...]:
    """The factors of a run that differ from the reference, those of clustering first."""
    return (*clustering_factors(case), *pretraining_suspects(case.trial.config, case.facts))


def grid_of(case: Case, causes: Iterable[str], *, repairs_others: bool = True) -> Grid:
    """The runs of every combination of the factors of ``causes``.

    Parameters
    ----------
    repairs_others : whether the other factors of clustering are at the reference, or as in the run

    Raises
    ------
    SettingsError
        If they are not two or three of the run's factors.
    """
    wanted = set(causes)
    chosen = tuple(one for one in grid_factors(case) if one.cause in wanted)
    if not FEWEST <= len(chosen) <= MOST or len(chosen) < len(wanted):
        raise SettingsError(
            f"A grid needs {FEWEST} or {MOST} factors in which the run differs from the reference. "
            f"Received {', '.join(sorted(wanted)) or 'none'}. Choose others."
        )
    others = [one for one in clustering_factors(case) if repairs_others and one.cause not in wanted]
    cells = chain.from_iterable(combinations(chosen, size) for size in range(len(chosen) + 1))
    plans = {_all_of(cell): _plan(case, cell, chosen, others) for cell in cells}
    return Grid(chosen, plans)


def score_of(trials: Iterable[Trial]) -> Score:
    """NMI where there are true labels."""
    return NMI if any(NMI.measure in trial.measures for trial in trials) else CLUSTERS


def effects(grid: Grid, trials: Mapping[Cell, Trial]) -> list[Effect]:
    """What each factor costs, where every cell of the grid has its trial."""
    score = score_of(trials.values())
    values = {cell: score.of(trial) for cell, trial in trials.items()}
    return [Effect(one, _cost(values, one.cause)) for one in grid.factors]


def interactions(grid: Grid, trials: Mapping[Cell, Trial]) -> list[Interaction]:
    """What every pair of factors costs alone and together, where every cell has its trial."""
    score = score_of(trials.values())
    values = {cell: score.of(trial) for cell, trial in trials.items()}
    return [_interaction(values, *pair, score) for pair in combinations(grid.factors, 2)]


def _interaction(
    values: Mapping[Cell, float], first: Factor, second: Factor, score: Score
) -> Interaction:
    without_first, without_second = (
        {cell: value for cell, value in values.items() if one.cause not in cell}
        for one in (first, second)
    )
    alone = _cost(without_second, first.cause), _cost(without_first, second.cause)
    neither = [value for cell, value in without_first.items() if second.cause not in cell]
    both = [value for cell, value in values.items() if {first.cause, second.cause} <= cell]
    chance = _OF_INTERACTION * score.chance
    return Interaction((first, second), alone, _mean(neither) - _mean(both), chance)


def _cost(values: Mapping[Cell, float], cause: str) -> float:
    right = [value for cell, value in values.items() if cause not in cell]
    wrong = [value for cell, value in values.items() if cause in cell]
    return _mean(right) - _mean(wrong)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _plan(
    case: Case, wrong: Sequence[Factor], chosen: Sequence[Factor], others: Sequence[Factor]
) -> Plan:
    repairs = [*(one for one in chosen if one not in wrong), *others]
    own = case.trial.config
    labels = " and ".join(one.label(own) for one in wrong)
    words = f"{labels} as in this run" if wrong else "All chosen factors at the reference"
    return plan_of(case, repaired(own, repairs), _all_of(repairs), words)


def _all_of(factors: Iterable[Factor]) -> Cell:
    return frozenset(factor.cause for factor in factors)
