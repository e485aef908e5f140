"""How a run that explains another one is set: its factors, and how long it may take."""

from __future__ import annotations

import math

from dec_core.analysis.diagnosis import Case, Plan
from dec_core.analysis.factors import Factor, suspects, too_few_iterations
from dec_core.config import Config

# What the reference gets: ten of its updates, in which the runs measured had shown what they do.
HORIZON = 1_400
# A run that broke later than that may take so many times as long to do so again.
SLOWER = 1.5
# A run whose updates cost more gets fewer iterations: in all so many times the reference's work. An
# update looks at every sample once, forwards; a step at a batch, forwards and backwards.
WORK, UPDATE_COST, STEP_COST = 2.0, 1.5, 3.0
# Update interval and batch size of the reference.
REFERENCE_WORK = (140, 256)


def clustering_factors(case: Case) -> tuple[Factor, ...]:
    """The factors of clustering and of the k-means start, the likeliest first."""
    config = case.trial.config
    length = too_few_iterations(config, _horizon(case))
    return (*suspects(config, case.facts, case.trial.history), *length)


def plan_of(case: Case, config: Config, repairs: frozenset[str], words: str) -> Plan:
    """The run with these settings, no longer than it takes to see what they do."""
    longest = min(_horizon(case), config.clustering.max_iterations)
    length = min(_affordable(case, config), longest)
    shortened = config.with_values({"clustering.max_iterations": length})
    return Plan(shortened, repairs, words, is_short=length < longest)


def _horizon(case: Case) -> int:
    """In iterations."""
    evidence = case.trial.judgement.evidence if case.trial.judgement else ()
    broke_at = evidence[0].iteration if evidence and case.trial.is_broken else 0
    return max(HORIZON, math.ceil(SLOWER * broke_at))


def _affordable(case: Case, config: Config) -> int:
    """Iterations that a run may take, by what its updates and its steps cost."""
    n_samples, settings = case.facts.n_samples, config.clustering

    def work(interval: int, batch: int) -> float:
        return STEP_COST * min(batch, n_samples) + UPDATE_COST * n_samples / interval

    allowed = WORK * _horizon(case) * work(*REFERENCE_WORK)
    return max(2, math.floor(allowed / work(settings.update_interval, settings.batch_size)))
