"""Whether a run is healthy while it trains, and what became of it at the end.

A stop rule only says that labels no longer change, which is as true of a total collapse as of
success. So the verdict is judged apart from it, from cluster sizes and from the scores of the
k-means start. Everything here works without true labels; without them a run cannot be found
to be worse than its start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from dec_core.analysis.metrics import effective_clusters

# One cluster dominates once it has gone half the way from its start to holding everything,
# and holds at least this share.
DOMINATING_SHARE = 0.6
# Fewer effective clusters than this part of the start's count as collapsed ...
COLLAPSED_EFFECTIVE = 0.5
# ... and a cluster with less than this part of its start's size is dying.
DYING_SIZE = 0.1
# NMI moves by about this much from one update to the next without meaning.
NMI_MARGIN = 0.01
# Row sums of P further from 1 than this are no rounding.
ROW_SUM_MARGIN = 1e-3
# Measures that every update must have to be judged; NMI is used where it is there.
JUDGED = (
    "occupied_clusters",
    "effective_clusters",
    "largest_share",
    "target_row_sum_min",
    "target_row_sum_max",
)


class StopReason(StrEnum):
    """Why training ended."""

    TOLERANCE = "tolerance"
    MAX_ITERATIONS = "max_iterations"
    STOPPED = "stopped"
    NOT_FINITE = "not_finite"


class Verdict(StrEnum):
    """What became of a run."""

    CONVERGED = "converged"
    DEGRADED = "degraded"
    COLLAPSED = "collapsed"
    DIVERGED = "diverged"
    UNFINISHED = "unfinished"


class Condition(StrEnum):
    """How a run fares, as a banner shows it."""

    HEALTHY = "healthy"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True)
class Start:
    """The k-means start: sizes of its clusters, and its measures by name."""

    cluster_sizes: tuple[int, ...]
    measures: Mapping[str, float] = field(default_factory=dict)


class Observation(Protocol):
    """What the verdict needs to know of an update: it stands after ``iteration`` gradient steps.

    ``measures`` are numbers by the names of ``MEASURES``, with all of ``JUDGED``. ``TargetUpdated``
    is one.
    """

    @property
    def iteration(self) -> int: ...
    @property
    def cluster_sizes(self) -> tuple[int, ...]: ...
    @property
    def is_finite(self) -> bool: ...
    @property
    def measures(self) -> Mapping[str, float]: ...


@dataclass(frozen=True)
class Judgement:
    """A condition, the verdict (None while the run trains) and the sentence for a person."""

    condition: Condition
    verdict: Verdict | None
    sentence: str


def assess(start: Start, history: Sequence[Observation]) -> Judgement:
    """How a training run fares after the updates in ``history`` (at least one)."""
    last = history[-1]
    if not last.is_finite:
        since = _since(history, lambda o: not o.is_finite)
        return Judgement(Condition.BROKEN, None, f"Not finite since iteration {since:,}.")
    if is_collapsed(start, last):
        return Judgement(Condition.BROKEN, None, _collapse_sentence(start, history))
    warning = _warning(start, history)
    if warning:
        return Judgement(Condition.WARNING, None, f"Warning: {warning}.")
    clusters = f"{last.measures['occupied_clusters']} of {len(start.cluster_sizes)} clusters"
    return Judgement(
        Condition.HEALTHY, None, f"Healthy so far: {clusters}{_gain(start, last, ', ')}."
    )


def conclude(start: Start, history: Sequence[Observation], reason: StopReason) -> Judgement:
    """The verdict on a run that ended for ``reason`` after the updates in ``history``."""
    last = history[-1]
    if reason is StopReason.NOT_FINITE or not last.is_finite:
        since = _since(history, lambda o: not o.is_finite)
        sentence = f"Diverged: not finite since iteration {since:,}."
        return Judgement(Condition.BROKEN, Verdict.DIVERGED, sentence)
    if is_collapsed(start, last):
        sentence = _collapse_sentence(start, history)
        if reason is StopReason.TOLERANCE:
            sentence += " The stop rule alone would have called this converged."
        return Judgement(Condition.BROKEN, Verdict.COLLAPSED, sentence)
    at = f"at iteration {last.iteration:,}"
    if reason is StopReason.STOPPED:
        sentence = f"Stopped by you {at}{_gain(start, last)}."
        return Judgement(Condition.WARNING, Verdict.UNFINISHED, sentence)
    ending = f"Converged {at}"
    if reason is StopReason.MAX_ITERATIONS:
        ending = f"Reached the maximum {at}"
    if _is_below_start(start, last):
        sentence = f"{ending}, but below the k-means start{_versus_start(start, last)}."
        return Judgement(Condition.WARNING, Verdict.DEGRADED, sentence)
    if reason is StopReason.MAX_ITERATIONS:
        sentence = f"{ending} before the labels settled{_gain(start, last)}."
        return Judgement(Condition.WARNING, Verdict.UNFINISHED, sentence)
    return Judgement(Condition.HEALTHY, Verdict.CONVERGED, f"{ending}{_gain(start, last)}.")


def is_collapsed(start: Start, observation: Observation) -> bool:
    """Whether clusters of the start are lost, or one has come to dominate."""
    measures = observation.measures
    return (
        measures["occupied_clusters"] < _occupied(start)
        or measures["largest_share"] > dominating_share(start)
        or measures["effective_clusters"]
        < COLLAPSED_EFFECTIVE * effective_clusters(start.cluster_sizes)
    )


def dominating_share(start: Start) -> float:
    """The largest share above which a cluster dominates, given the k-means start."""
    start_share = max(start.cluster_sizes) / sum(start.cluster_sizes)
    return max(DOMINATING_SHARE, (1 + start_share) / 2)


def dying_clusters(start: Start, observation: Observation) -> int:
    """How many clusters still have samples, but less than a tenth of what they started with."""
    pairs = zip(start.cluster_sizes, observation.cluster_sizes, strict=True)
    return sum(0 < size < DYING_SIZE * began for began, size in pairs)


def _warning(start: Start, history: Sequence[Observation]) -> str:
    """What is wrong although nothing is lost yet; empty if nothing is."""
    last = history[-1]
    dying = dying_clusters(start, last)
    if dying:
        since = _since(history, lambda o: dying_clusters(start, o) > 0)
        verb = "is" if dying == 1 else "are"
        total = len(start.cluster_sizes)
        return f"{dying} of {total} clusters {verb} dying since iteration {since:,}"
    if _is_below_start(start, last):
        since = _since(history, lambda o: _is_below_start(start, o))
        return f"worse than the k-means start since iteration {since:,}{_versus_start(start, last)}"
    low, high = (last.measures[f"target_row_sum_{end}"] for end in ("min", "max"))
    if low < 1 - ROW_SUM_MARGIN or high > 1 + ROW_SUM_MARGIN:
        return f"the rows of the target sum to {low:.3g} to {high:.3g} instead of 1"
    return ""


def _collapse_sentence(start: Start, history: Sequence[Observation]) -> str:
    last, n_clusters = history[-1], len(start.cluster_sizes)
    since = _since(history, lambda o: is_collapsed(start, o))
    if last.measures["occupied_clusters"] < _occupied(start):
        left = f"{last.measures['occupied_clusters']} of {n_clusters} clusters left"
    else:
        share = f"{last.measures['largest_share']:.0%}"
        left = f"one of {n_clusters} clusters holds {share} of the samples"
    began = f", collapsing since iteration {since:,}" if since < last.iteration else ""
    return f"Collapsed: {left} at iteration {last.iteration:,}{began}."


def _since(history: Sequence[Observation], holds: Callable[[Observation], bool]) -> int:
    """The iteration of the earliest update from which the condition has held until now."""
    since = history[-1].iteration
    for observation in reversed(history):
        if not holds(observation):
            break
        since = observation.iteration
    return since


def _occupied(start: Start) -> int:
    return sum(size > 0 for size in start.cluster_sizes)


def _both_nmi(start: Start, observation: Observation) -> tuple[float, float] | None:
    """NMI of the start and of the update; None without true labels."""
    began, now = start.measures.get("nmi"), observation.measures.get("nmi")
    return None if began is None or now is None else (began, now)


def _is_below_start(start: Start, observation: Observation) -> bool:
    both = _both_nmi(start, observation)
    return both is not None and both[1] < both[0] - NMI_MARGIN


def _gain(start: Start, observation: Observation, before: str = ": ") -> str:
    """NMI and how far it is from the k-means start, or nothing without true labels."""
    both = _both_nmi(start, observation)
    if both is None:
        return ""
    began, nmi = both
    difference = nmi - began
    place = "over" if difference >= 0 else "against"
    return f"{before}NMI {nmi:.3f}, {difference:+.3f} {place} the k-means start"


def _versus_start(start: Start, observation: Observation) -> str:
    both = _both_nmi(start, observation)
    return "" if both is None else f" (NMI {both[1]:.3f}, start {both[0]:.3f})"
