"""What became of a run and of the same run with something changed, and whether it was harmed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from dec_core.analysis.forecast import OF_COLLAPSE, forecast
from dec_core.analysis.scores import below_start
from dec_core.analysis.signs import History, Start
from dec_core.analysis.verdict import Condition, Judgement, Verdict, assess
from dec_core.config import Config

# By less than this two runs may differ whose settings do the same good; what chance alone does is
# measured where it comes to that.
CHANCE = {"nmi": 0.02, "acc": 0.04}
# Between runs that were pretrained in different ways chance does more: the ten published trials of
# the reference on MNIST, which differ in nothing else, have standard deviations of 0.031 and 0.047.
CHANCE_OF_PRETRAINING = {"nmi": 0.06, "acc": 0.1}
# A run is given up once it has been broken at so many updates in a row.
HOPELESS_UPDATES = 2


class Rank(IntEnum):
    """How bad a run is by itself."""

    SOUND = 0
    FAILING = 1
    RUINED = 2


@dataclass(frozen=True, eq=False)
class Trial:
    """A run that was trained.

    Attributes
    ----------
    config : its settings
    start : its k-means start; None where it did not come so far
    history : its updates
    judgement : of its end, or how it fares; None where it failed before there was anything to judge
    is_cut : whether it did not end by itself: it trains, was stopped, or had a maximum below the
        reference's
    run_id : where it is stored
    """

    config: Config
    start: Start | None
    history: History = field(default=())
    judgement: Judgement | None = None
    is_cut: bool = False
    run_id: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """None while it trains or where it failed."""
        return None if self.judgement is None else self.judgement.verdict

    @property
    def measures(self) -> Mapping[str, float]:
        """Of the last update; empty without one."""
        return self.history[-1].measures if self.history else {}

    @property
    def rank(self) -> Rank:
        """Ruined: broken, or worse than its own k-means start; failing: nothing was learned, or
        a collapse has begun."""
        judgement, start = self.judgement, self.start
        if judgement is None or start is None or not self.history:
            return Rank.RUINED
        if judgement.condition is Condition.BROKEN or judgement.verdict in _RUINED:
            return Rank.RUINED
        if below_start(start, self.history[-1]):
            return Rank.RUINED
        signs = forecast(start, self.history)
        begins = any(sign.kind in OF_COLLAPSE for sign in signs)
        return Rank.FAILING if begins or judgement.verdict in _FAILING else Rank.SOUND

    @property
    def is_broken(self) -> bool:
        """Whether nothing can be expected of it any more."""
        is_judged = self.judgement is not None and bool(self.history)
        return not is_judged or self.judgement.condition is Condition.BROKEN  # type: ignore[union-attr]

    def measures_at(self, iteration: int) -> Mapping[str, float]:
        """Of the last update that is not after ``iteration``; of the first one if all are."""
        before = [update for update in self.history if update.iteration <= iteration]
        return (before or self.history)[-1 if before else 0].measures


_RUINED = (Verdict.COLLAPSED, Verdict.DIVERGED, Verdict.DEAD_EMBEDDING, Verdict.DEGRADED)
_FAILING = (Verdict.PREMATURE, Verdict.STALLED)


@dataclass(frozen=True)
class Harm:
    """How much worse a run is than the reference from the same start.

    Attributes
    ----------
    ruins : whether it is ruined, which the reference is not
    costs : what it loses of each score; only where that is more than chance
    """

    ruins: bool
    costs: Mapping[str, float]
    fails: bool = False

    @property
    def is_any(self) -> bool:
        """Whether it is worse at all."""
        return self.ruins or self.fails or bool(self.costs)


def harm(trial: Trial, reference: Trial, margins: Mapping[str, float]) -> Harm:
    """What a run lost against a reference that is sound.

    With true labels the scores decide, at the same iteration where the run was cut; without them
    what the run is by itself.

    Parameters
    ----------
    margins : by score, what chance may do
    """
    losses = losses_of(trial, reference)
    if not _is_pretrained_alike(trial.config, reference.config):
        margins = {one: max(margins[one], CHANCE_OF_PRETRAINING[one]) for one in margins}
    costs = {score: loss for score, loss in losses.items() if loss > margins[score]}
    ruins = trial.rank is Rank.RUINED and (trial.is_broken or not losses or bool(costs))
    fails = not losses and trial.rank > reference.rank
    return Harm(ruins, costs, fails)


def _is_pretrained_alike(one: Config, other: Config) -> bool:
    alike = (one.data, one.autoencoder, one.pretraining)
    return alike == (other.data, other.autoencoder, other.pretraining)


def rescues(trial: Trial, reference: Trial, margins: Mapping[str, float]) -> bool:
    """Whether what was repaired suffices: the run is sound, and no worse than the reference."""
    return trial.rank is Rank.SOUND and not harm(trial, reference, margins).is_any


def losses_of(trial: Trial, reference: Trial) -> dict[str, float]:
    """By how much each score is below the reference's; empty without true labels."""
    if not trial.history or not reference.history:
        return {}
    own, other = trial.measures, reference.measures
    if trial.is_cut:
        other = reference.measures_at(trial.history[-1].iteration)
    # How many classes a cluster can be matched with depends on how many clusters there are.
    is_alike = trial.config.clustering.n_clusters == reference.config.clustering.n_clusters
    scores = CHANCE if is_alike else ("nmi",)
    known = {score: other.get(score, math.nan) - own.get(score, math.nan) for score in scores}
    return {score: loss for score, loss in known.items() if not math.isnan(loss)}


def is_hopeless(start: Start, history: History) -> bool:
    """Whether a run need not go on to be known as broken."""
    if len(history) < HOPELESS_UPDATES:
        return False
    ends = range(len(history) - HOPELESS_UPDATES + 1, len(history) + 1)
    return all(assess(start, history[:end]).condition is Condition.BROKEN for end in ends)
