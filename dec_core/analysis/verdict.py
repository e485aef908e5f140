"""Whether a run is healthy while it trains, and what became of it at the end.

A stop rule only says that labels no longer change, which is as true of a total collapse as of
success. So the verdict is judged apart from it, from cluster sizes, from what the clusters tell of
the data and from the scores of the k-means start. Everything here works without true labels;
without them a run cannot be found to be worse than its start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from dec_core.analysis.forecast import forecast, told
from dec_core.analysis.scores import below_start, gain, versus_start
from dec_core.analysis.signs import (
    Evidence,
    History,
    Observation,
    Start,
    collapse,
    dead_embedding,
    deaths,
    held_since,
    is_collapsed,
    useless_reconstruction,
)

__all__ = ["Observation", "Start", "is_collapsed"]

# Measures that every update must have to be judged; others are used where they are there.
JUDGED = (
    "occupied_clusters",
    "effective_clusters",
    "largest_share",
    "target_row_sum_min",
    "target_row_sum_max",
)
# Where one cluster has this share a collapse is total, otherwise some clusters live on.
TOTAL_COLLAPSE = 0.9
# Labels that have not changed at so many updates in a row have settled, whatever the tolerance is.
SETTLED_UPDATES = 3
# Labels swing without settling where after so many updates this share of them still changes at
# each, in the last quarter of the updates hardly less than in the quarter before, while the samples
# have not become surer of their clusters by this factor.
STALLED_UPDATES, STALLED_CHANGE, STALLED_TREND, PROGRESS = 20, 0.01, 0.8, 1.01
# Nothing was learned where fewer labels than this have changed before every sample was seen once,
# or where none of the numbers that training moves has moved by more than this part.
UNLEARNED_CHANGE, UNMOVED = 0.01, 1e-3
_MOVED = ("mean_confidence", "embedding_spread", "center_distance")


class StopReason(StrEnum):
    """Why training ended."""

    TOLERANCE = "tolerance"
    MAX_ITERATIONS = "max_iterations"
    STOPPED = "stopped"
    NOT_FINITE = "not_finite"
    NOTHING_TO_CLUSTER = "nothing_to_cluster"


class Verdict(StrEnum):
    """What became of a run."""

    CONVERGED = "converged"
    DEGRADED = "degraded"
    COLLAPSED = "collapsed"
    DIVERGED = "diverged"
    DEAD_EMBEDDING = "dead_embedding"
    STALLED = "stalled"
    PREMATURE = "premature"
    UNFINISHED = "unfinished"


# What became of a run, in a few words.
VERDICT_WORDS = {
    Verdict.CONVERGED: "converged",
    Verdict.DEGRADED: "worse than its k-means start",
    Verdict.COLLAPSED: "collapsed",
    Verdict.DIVERGED: "diverged",
    Verdict.DEAD_EMBEDDING: "dead embedding",
    Verdict.STALLED: "stalled",
    Verdict.PREMATURE: "stopped too early",
    Verdict.UNFINISHED: "maximum reached",
}
# Verdicts on a run that is not what it could be, whose cause can be asked for.
SPOILT = frozenset(Verdict) - {Verdict.CONVERGED, Verdict.UNFINISHED}


class Condition(StrEnum):
    """How a run fares, as a banner shows it."""

    HEALTHY = "healthy"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True)
class Judgement:
    """A condition, the verdict (None while the run trains), the sentence for a person, and the
    numbers that decided; none where nothing is wrong, and in what former versions wrote."""

    condition: Condition
    verdict: Verdict | None
    sentence: str
    evidence: tuple[Evidence, ...] = ()


def assess(start: Start, history: History) -> Judgement:
    """How a training run fares after the updates in ``history`` (at least one)."""
    broken = _broken(start, history)
    if broken is not None:
        return broken
    warnings = forecast(start, history)
    if warnings:
        evidence = tuple(sign.evidence for sign in warnings)
        return Judgement(Condition.WARNING, None, f"Warning: {told(warnings)}.", evidence)
    last = history[-1]
    clusters = f"{last.measures['occupied_clusters']} of {len(start.cluster_sizes)} clusters"
    clusters += " left" * (
        start.dissolves and last.measures["occupied_clusters"] < start.n_occupied
    )
    score = gain(start, last)
    sentence = f"Healthy so far: {clusters}{', ' * bool(score)}{score}."
    return Judgement(Condition.HEALTHY, None, sentence)


def conclude(start: Start, history: History, reason: StopReason) -> Judgement:
    """The verdict on a run that ended for ``reason`` after the updates in ``history``."""
    broken = _broken(start, history, reason)
    if broken is not None:
        return broken
    if reason is StopReason.STOPPED:
        ending = f"Stopped by you at iteration {history[-1].iteration:,}"
        return _ended(start, history, Condition.WARNING, Verdict.UNFINISHED, ending)
    useless = useless_reconstruction(start, history)
    if useless is not None:
        sentence = (
            f"{_dead(history, reason)}: the autoencoder reconstructs the data no better than their "
            f"mean would (error {useless.value:.3g} times their variance)."
        )
        return Judgement(Condition.WARNING, Verdict.DEAD_EMBEDDING, sentence, (useless,))
    if reason is StopReason.TOLERANCE:
        return _premature(start, history) or _settled(start, history, "Converged")
    return _at_maximum(start, history)


def _broken(start: Start, history: History, reason: StopReason | None = None) -> Judgement | None:
    """A run that nothing can be expected of any more; None where it is not broken."""
    is_over, last = reason is not None, history[-1]
    if reason is StopReason.NOT_FINITE or not last.is_finite:
        since = held_since(history, lambda o: not o.is_finite)
        opening = "Diverged: not" if is_over else "Not"
        verdict, evidence = Verdict.DIVERGED, Evidence("is_finite", 0, 1, since)
        sentence = f"{opening} finite since iteration {since:,}."
    elif (evidence_of := collapse(start, history)) is not None:
        verdict, evidence = Verdict.COLLAPSED, evidence_of
        sentence = _collapse_sentence(start, history, evidence)
        if reason is StopReason.TOLERANCE:
            sentence += " The stop rule alone would have called this converged."
    elif (evidence_of := dead_embedding(start, history)) is not None:
        verdict, evidence = Verdict.DEAD_EMBEDDING, evidence_of
        sentence = f"{_dead(history, reason)}: {_dead_words(start, evidence)}."
    else:
        return None
    return Judgement(Condition.BROKEN, verdict if is_over else None, sentence, (evidence,))


def _premature(start: Start, history: History) -> Judgement | None:
    """The verdict where the stop rule fired before anything was learned."""
    last = history[-1]
    changed = sum(update.measures.get("delta_label", math.inf) for update in history[1:])
    moved = max((_moved(history, name) for name in _MOVED), default=math.inf)
    if last.iteration < start.steps_per_pass and changed < UNLEARNED_CHANGE:
        why = f"before every sample was seen once ({start.steps_per_pass:,} iterations)"
        evidence = Evidence("iteration", last.iteration, start.steps_per_pass, last.iteration)
    elif moved < UNMOVED:
        why = "though neither embedding nor centres have moved"
        evidence = Evidence("embedding_spread", moved, UNMOVED, last.iteration)
    else:
        return None
    ending = f"Stopped too early: the stop rule fired at iteration {last.iteration:,}, {why}"
    return _ended(start, history, Condition.WARNING, Verdict.PREMATURE, ending, evidence)


def _moved(history: History, name: str) -> float:
    """How far a measure has gone from the first update, in parts of it; infinite if unknown."""
    if len(history) == 1:
        return math.inf
    began, now = (update.measures.get(name, math.nan) for update in (history[0], history[-1]))
    part = abs(now - began) / abs(began) if began else math.nan
    return math.inf if math.isnan(part) else part


def _at_maximum(start: Start, history: History) -> Judgement:
    at = f"at iteration {history[-1].iteration:,}"
    changes = [update.measures.get("delta_label", math.nan) for update in history[1:]]
    if len(changes) >= SETTLED_UPDATES and not any(changes[-SETTLED_UPDATES:]):
        since = held_since(history, lambda o: not o.measures.get("delta_label", math.nan))
        still = f"No label has changed since iteration {since:,}; reached the maximum"
        return _settled(start, history, still)
    if below_start(start, history[-1]):
        return _settled(start, history, "Reached the maximum")
    swing = _swing(changes, history)
    if swing is not None:
        ending = f"Stalled: {swing.value:.1%} of the labels still change at each update {at}"
        return _ended(start, history, Condition.WARNING, Verdict.STALLED, ending, swing)
    ending = f"Reached the maximum {at} before the labels settled"
    return _ended(start, history, Condition.WARNING, Verdict.UNFINISHED, ending)


def _swing(changes: list[float], history: History) -> Evidence | None:
    """The evidence that labels change as much as ever; None where they settle or may do so."""
    quarter = len(changes) // 4
    if len(changes) < STALLED_UPDATES:
        return None
    now, before = median(changes[-quarter:]), median(changes[-2 * quarter : -quarter])
    surer = _median_confidence(history[-quarter:])
    is_moving = surer > PROGRESS * _median_confidence(history[-2 * quarter : -quarter])
    if now < STALLED_CHANGE or now < STALLED_TREND * before or is_moving:
        return None
    return Evidence("delta_label", now, STALLED_CHANGE, history[-quarter].iteration)


def _median_confidence(updates: History) -> float:
    return median(update.measures.get("mean_confidence", math.nan) for update in updates)


def _settled(start: Start, history: History, ending: str) -> Judgement:
    """The verdict on a run whose labels no longer change, or that is worse than its start."""
    last = history[-1]
    ending = f"{ending} at iteration {last.iteration:,}"
    below = below_start(start, last)
    if below:
        score, now = below[0], last.measures[below[0]]
        since = held_since(history, lambda o: score in below_start(start, o))
        sentence = f"{ending}, but below the k-means start{versus_start(start, last, score)}."
        evidence = Evidence(score, now, start.value(score), since)
        return Judgement(Condition.WARNING, Verdict.DEGRADED, sentence, (evidence,))
    left, began = last.measures["occupied_clusters"], start.n_occupied
    if left < began:
        ending += f" with {left} of {began} clusters"
    return _ended(start, history, Condition.HEALTHY, Verdict.CONVERGED, ending)


def _ended(
    start: Start,
    history: History,
    condition: Condition,
    verdict: Verdict,
    ending: str,
    *evidence: Evidence,
) -> Judgement:
    score = gain(start, history[-1])
    return Judgement(condition, verdict, f"{ending}{': ' * bool(score)}{score}.", evidence)


_ENDINGS = {
    StopReason.TOLERANCE: "Converged at",
    StopReason.MAX_ITERATIONS: "Reached the maximum at",
    StopReason.STOPPED: "Stopped by you at",
}


def _dead(history: History, reason: StopReason | None) -> str:
    """How a run ended whose embedding was dead, which nothing that came later can mend."""
    if reason is None:
        return "Dead embedding"
    return f"{_ENDINGS[reason]} iteration {history[-1].iteration:,}, but on a dead embedding"


def _dead_words(start: Start, evidence: Evidence) -> str:
    if evidence.indicator == "embedding_rank":
        left = (
            "one point" if evidence.value == 0 else f"one dimension of {start.n_dimensions} in use"
        )
        return f"pretraining left {left}, so that there is little to cluster"
    return (
        "after pretraining every sample is as near to one cluster as to any other "
        f"(mean confidence {evidence.value:.3f} of {len(start.cluster_sizes)} clusters)"
    )


def _collapse_sentence(start: Start, history: History, evidence: Evidence) -> str:
    last, n_clusters = history[-1], len(start.cluster_sizes)
    is_total = last.measures["largest_share"] > TOTAL_COLLAPSE
    dead = deaths(start, history)
    share = f"{last.measures['largest_share']:.0%}"
    left = f"one of {n_clusters} clusters holds {share} of the samples"
    if dead:
        left = f"{last.measures['occupied_clusters']} of {n_clusters} clusters left"
    since = evidence.iteration
    began_at = f", collapsing since iteration {since:,}" if since < last.iteration else ""
    opening = "Collapsed" if is_total else "Partly collapsed"
    tells = ""
    if evidence.indicator == "variance_explained":
        began = start.value("variance_explained")
        tells = f"; they explain {evidence.value:.0%} of the data's variance, the start {began:.0%}"
    return f"{opening}: {left} at iteration {last.iteration:,}{began_at}{tells}."
