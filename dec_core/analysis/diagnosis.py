"""What a diagnosis asks for and what it says: runs with something changed, causes, repairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dec_core.analysis.data_facts import DataFacts
from dec_core.analysis.factors import Factor
from dec_core.analysis.trials import CHANCE, Harm, Trial
from dec_core.config import Config


class Status(StrEnum):
    """How sure a cause is."""

    PROVED = "proved"
    SUSPECTED = "suspected"


@dataclass(frozen=True, eq=False)
class Case:
    """A run to be explained.

    Attributes
    ----------
    trial : the run as it was
    facts : of its data
    """

    trial: Trial
    facts: DataFacts


@dataclass(frozen=True)
class Plan:
    """A run that is wanted.

    Attributes
    ----------
    config : its settings
    repairs : the causes whose factors are at the reference
    words : what sets it apart, such as "Only the learning rate wrong"
    is_short : whether its maximum is below the reference's, as its updates cost more
    """

    config: Config
    repairs: frozenset[str]
    words: str
    is_short: bool = False


@dataclass(frozen=True)
class Counterfactual:
    """A run that was made, by the causes that were repaired in it; ``harm`` against the reference
    run, None where there is no sound one."""

    repairs: frozenset[str]
    trial: Trial
    harm: Harm | None


@dataclass(frozen=True)
class Cause:
    """Why a run was spoilt.

    Attributes
    ----------
    factor : what was wrong
    alone_wrong, alone_repaired : the runs in which only this factor was, or was not, at its wrong
        value; None where they were not made
    """

    factor: Factor
    status: Status
    alone_wrong: Counterfactual | None = None
    alone_repaired: Counterfactual | None = None

    @property
    def breaks(self) -> bool:
        """Whether it ruins a run by itself."""
        alone = self.alone_wrong
        return alone is not None and alone.harm is not None and alone.harm.ruins


@dataclass(frozen=True)
class Diagnosis:
    """What the runs said.

    Attributes
    ----------
    causes : the worst first; none of a healthy run
    harmless : factors that differ from the reference and did no harm here
    repairs : the smallest sets of causes whose repair suffices, by their ids
    counterfactuals : every run that was made
    reference : the run with every factor at its reference; None where it was not made
    is_complete : whether every run that was wanted was made
    """

    case: Case
    causes: tuple[Cause, ...] = ()
    harmless: tuple[Factor, ...] = ()
    repairs: tuple[frozenset[str], ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()
    reference: Counterfactual | None = None
    margins: Mapping[str, float] = field(default_factory=lambda: dict(CHANCE))
    is_complete: bool = True

    def repaired_by(self, repair: frozenset[str]) -> Counterfactual:
        """The run with just these causes repaired."""
        return next(one for one in self.counterfactuals if one.repairs == repair)


def changes(before: Config, after: Config) -> dict[str, tuple[Any, Any]]:
    """The settings in which two runs differ, as (before, after), without the length of a run."""
    return {
        path: (before.get(path), value)
        for path, value in after.differences(before).items()
        if path != "clustering.max_iterations"
    }
