"""Why a run was spoilt: which runs to make from the same start, and what they prove.

``investigate`` is a plan that asks for one run after another and learns from each. It trains
nothing itself. A factor (``factors``) is a cause only where runs say so: it alone at its wrong
value spoils a run whose other settings are the reference's, or it alone repaired rescues the run.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from dec_core.analysis.diagnosis import Case, Cause, Counterfactual, Diagnosis, Plan, Status
from dec_core.analysis.factors import (
    Factor,
    Stage,
    network_suspects,
    pretraining_suspects,
    repaired,
)
from dec_core.analysis.plans import clustering_factors, plan_of
from dec_core.analysis.trials import CHANCE, Harm, Rank, Trial, harm, losses_of, rescues
from dec_core.analysis.verdict import Verdict
from dec_core.config import Config

# A loss beyond so many times what chance is allowed without being measured needs no measuring.
CLEAR = 4.0
# What chance does, as far as it was measured, may happen once more and again as much.
CHANCE_SAFETY = 2.0
# Pairs of repairs are looked for among so many factors, as their number grows with the square.
MOST_PAIRED = 5

_NONE: frozenset[str] = frozenset()
# A plan asks for runs and gets what became of them, None for one that could not be made.
Inquiry = Generator[Plan, Trial | None, Diagnosis]
_Part = Generator[Plan, Trial | None, Any]


def investigate(case: Case) -> Inquiry:
    """Ask for the runs that tell why ``case`` was spoilt; the diagnosis is what it returns."""
    return _Investigation(case).events()


class _Investigation:
    def __init__(self, case: Case) -> None:
        self._case = case
        self._config = case.trial.config
        self._trials: dict[frozenset[str], Trial] = {}
        self._margins = dict(CHANCE)
        self._reference: Trial | None = None
        self._is_complete = True
        self._chance: list[Trial] = []
        self._factors: tuple[Factor, ...] = ()

    def events(self) -> Inquiry:
        """The whole plan."""
        base = self._case.trial
        factors = self._factors = clustering_factors(self._case) if base.start is not None else ()
        reference = yield from self._run(factors)
        if reference is None:
            return self._suspected(factors)
        if reference.rank is Rank.SOUND:
            self._reference = reference
            found: Diagnosis = yield from self._separated(factors)
            if found.causes or not self._is_start_doubtful():
                return found
        elif base.rank is Rank.SOUND and not self._is_start_doubtful():
            return self._diagnosis((), factors, ())
        return (yield from self._with_pretraining(factors))

    def _is_start_doubtful(self) -> bool:
        """Whether data or autoencoder look as if a sound run could have been a far better one."""
        start, facts = self._case.trial.start, self._case.facts
        is_unscaled = facts.is_unscaled and self._config.data.scaling == "none"
        error = math.nan if start is None else start.value("reconstruction_error")
        return is_unscaled or error > facts.pca_error

    def _with_pretraining(self, factors: tuple[Factor, ...]) -> Inquiry:
        """Not even the reference's clustering helps, so what comes before it is to blame. The
        network comes last: another one is another run."""
        early = pretraining_suspects(self._config, self._case.facts)
        is_dead = self._case.trial.verdict is Verdict.DEAD_EMBEDDING
        later = (*early, *network_suspects(self._config, is_dead=is_dead))
        clustering = factors or clustering_factors(self._case)
        for before in (early, later):
            everything = self._factors = (*before, *clustering)
            reference = (yield from self._run(everything)) if before else None
            if reference is not None and reference.rank is Rank.SOUND:
                self._reference = reference
                return (yield from self._separated(everything))
        return self._suspected(later or factors)

    def _separated(self, factors: tuple[Factor, ...]) -> Inquiry:
        """Which of the factors did the harm, if there was any."""
        yield from self._measure_chance([self._case.trial])
        if not self._harm(self._case.trial).is_any:
            return self._diagnosis((), factors, ())
        wrong: dict[str, Trial] = {}
        for factor in factors:
            trial = yield from self._run([one for one in factors if one is not factor])
            if trial is not None:
                wrong[factor.cause] = trial
        yield from self._measure_chance(wrong.values())
        ruinous = [f for f in factors if f.cause in wrong and self._harm(wrong[f.cause]).is_any]
        repairs = yield from self._repairs(factors, ruinous)
        causes, doubtful = [], list[Factor]()
        for factor in factors:
            trial = yield from self._run([factor])
            is_rescued = trial is not None and self._rescues(trial)
            repairs += [frozenset([factor.cause])] * is_rescued
            is_tested = factor.cause in wrong and trial is not None
            if factor in ruinous or is_rescued:
                causes.append(self._cause(factor, factors, Status.PROVED))
            elif is_tested:
                doubtful.append(factor)
            else:
                causes.append(self._cause(factor, factors, Status.SUSPECTED))
        smallest = _minimal(repairs)
        harmless = [one for one in doubtful if not smallest or one.cause not in smallest[0]]
        needed = [one for one in doubtful if one not in harmless]
        causes += [self._cause(one, factors, Status.SUSPECTED) for one in needed]
        return self._diagnosis(causes, harmless, smallest)

    def _repairs(self, factors: Sequence[Factor], ruinous: Sequence[Factor]) -> _Part:
        """Sets of repairs that suffice. What is ruinous alone is in all of them."""
        found: list[frozenset[str]] = []
        rest = [one for one in factors if one not in ruinous]
        for size in range(0 if ruinous else 1, 3):
            for added in combinations(rest[:MOST_PAIRED], size):
                chosen = [one for one in factors if one in ruinous or one in added]
                trial = yield from self._run(chosen)
                if trial is not None and self._rescues(trial):
                    found.append(_key(chosen))
            if found:
                return found
        return [_key(factors)]

    def _run(self, chosen: Iterable[Factor]) -> _Part:
        """The run with the chosen factors repaired; None where it cannot be made."""
        chosen = tuple(chosen)
        key = _key(chosen)
        if not key:
            return self._case.trial
        if key not in self._trials:
            config = repaired(self._config, chosen)
            trial = yield plan_of(self._case, config, key, self._words(chosen))
            if trial is None:
                self._is_complete = False
                return None
            self._trials[key] = trial
        return self._trials[key]

    def _words(self, chosen: Sequence[Factor]) -> str:
        left = [one for one in self._factors if one not in chosen]
        if not left:
            is_all = any(one.stage is Stage.PRETRAINING for one in chosen)
            return "All at the reference" if is_all else "Clustering at the reference"
        if len(left) == 1 and len(chosen) > 1:
            return f"Only {left[0].label(self._config)} wrong"
        labels = (one.label(self._config) for one in chosen)
        return f"Only {', '.join(labels)} repaired"

    def _harm(self, trial: Trial) -> Harm:
        """Against the reference, beyond what chance is known to do."""
        if self._reference is None:
            return Harm(ruins=False, costs={})
        return harm(trial, self._reference, self._margins)

    def _rescues(self, trial: Trial) -> bool:
        reference = self._reference
        return reference is not None and rescues(trial, reference, self._margins)

    def _measure_chance(self, trials: Iterable[Trial]) -> _Part:
        """The reference again with other batches, where a score leaves it open whether it is worse:
        what differs then is chance."""
        reference = self._reference
        if self._chance or reference is None or not any(map(self._is_open, trials)):
            return
        key = next((key for key, trial in self._trials.items() if trial is reference), _NONE)
        for values in self._other_batches(reference.config):
            config = reference.config.with_values(values)
            trial = yield Plan(config, key, "The reference, other batches")
            if trial is None:
                self._is_complete = False
                continue
            self._chance.append(trial)
            for score, loss in losses_of(trial, reference).items():
                self._margins[score] = max(self._margins[score], CHANCE_SAFETY * abs(loss))

    def _is_open(self, trial: Trial) -> bool:
        """Whether a score is lower than the reference's, but not so much that it is clear."""
        if trial.is_broken or self._reference is None:
            return False
        losses = losses_of(trial, self._reference)
        return any(CHANCE[one] < loss <= CLEAR * CHANCE[one] for one, loss in losses.items())

    def _other_batches(self, config: Config) -> Iterator[Mapping[str, Any]]:
        size, order = config.clustering.batch_size, config.clustering.batch_order
        yield {"clustering.batch_size": max(1, size - max(1, size // 16))}
        if not self._case.facts.is_ordered:
            yield {"clustering.batch_order": "stored" if order == "shuffled" else "shuffled"}

    def _counterfactual(self, key: frozenset[str]) -> Counterfactual | None:
        trial = self._trials.get(key) if key else self._case.trial
        measured = None if self._reference is None or trial is None else self._harm(trial)
        return None if trial is None else Counterfactual(key, trial, measured)

    def _cause(self, factor: Factor, factors: Iterable[Factor], status: Status) -> Cause:
        alone = self._counterfactual(_key(one for one in factors if one is not factor))
        return Cause(factor, status, alone, self._counterfactual(frozenset([factor.cause])))

    def _suspected(self, factors: Sequence[Factor]) -> Diagnosis:
        """No run has told, so that every factor may be it; of a sound run none."""
        if self._case.trial.rank is Rank.SOUND:
            return self._diagnosis((), factors, ())
        causes = [self._cause(factor, factors, Status.SUSPECTED) for factor in factors]
        return self._diagnosis(causes, (), ())

    def _diagnosis(
        self,
        causes: Sequence[Cause],
        harmless: Sequence[Factor],
        repairs: Sequence[frozenset[str]],
    ) -> Diagnosis:
        made = [one for key in self._trials if (one := self._counterfactual(key)) is not None]
        reference = next((one for one in made if one.trial is self._reference), None)
        return Diagnosis(
            case=self._case,
            causes=tuple(sorted(causes, key=_gravity)),
            harmless=tuple(harmless),
            repairs=tuple(repairs),
            counterfactuals=tuple(made),
            reference=reference,
            margins=dict(self._margins),
            is_complete=self._is_complete,
        )


def _key(factors: Iterable[Factor]) -> frozenset[str]:
    return frozenset(factor.cause for factor in factors)


def _minimal(repairs: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Without those that contain another one, the smallest first."""
    known = sorted(set(repairs), key=lambda repair: (len(repair), sorted(repair)))
    return [one for one in known if not any(other < one for other in known)]


def _gravity(cause: Cause) -> tuple[bool, bool, float]:
    """Those that ruin a run come first, the worst of them before others; suspects come last."""
    alone = cause.alone_wrong
    if alone is not None and not alone.trial.history:
        return cause.status is Status.SUSPECTED, False, -1.0
    nmi = math.nan if alone is None else alone.trial.measures.get("nmi", math.nan)
    structure = math.nan if alone is None else alone.trial.measures.get("variance_explained", 1.0)
    left = nmi if not math.isnan(nmi) else 0.0 if math.isnan(structure) else structure
    return cause.status is Status.SUSPECTED, not cause.breaks, left
