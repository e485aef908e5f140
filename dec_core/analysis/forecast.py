"""What warns of a collapse while a run trains, before it is complete."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dec_core.analysis.metrics import effective_clusters
from dec_core.analysis.scores import below_start, versus_start
from dec_core.analysis.signs import (
    FLAT,
    ROW_SUM_MARGIN,
    Bound,
    Evidence,
    History,
    Observation,
    Start,
    dying_clusters,
    growing_share,
    held_since,
)

# Parts of what the start, or the first update, had: in the runs measured hardly a healthy one comes
# here, and those that collapse pass them before their largest share passes 0.9.
FALLING_EFFECTIVE, FALLING_STRUCTURE, FALLING_RANK = 0.75, 0.85, 0.45
# A cluster grows once it has gone this part of the way from the start's largest to everything.
GROWING_SHARE = 0.1
# The embedding's spread, in units of the first update's; healthy runs stay within 0.8 and 4.5.
EXPLODED, IMPLODED = 6.0, 0.15
# Centres whose smallest distance is this part of the first update's have as good as merged.
MERGED = 0.05
# Labels swing where this share of them changes and at the update before it was less by a fifth.
SWING, SWELLING = 0.1, 1.2
# Below the start for so many updates is no accident.
SEVERAL = 3


# Kinds of signs with which a collapse begins; the others harm the result only.
OF_COLLAPSE = frozenset(
    "dying_clusters effective_clusters_fall cluster_grows structure_falls embedding_explodes "
    "embedding_shrinks rank_falls centers_merge assignments_uniform".split()
)
# Kinds of signs that compare with as many clusters as the start had, which says nothing where some
# are dissolved on purpose.
_OF_FEWER = frozenset({"effective_clusters_fall", "cluster_grows", "structure_falls"})
# Kinds of signs that the target is not that of equation 3, which are told in one sentence.
OF_TARGET = frozenset({"target_rows", "target_above_one"})


@dataclass(frozen=True)
class Sign:
    """A warning: its kind in one word, a fragment of a sentence, and the number behind it."""

    kind: str
    words: str
    evidence: Evidence


def forecast(start: Start, history: History) -> tuple[Sign, ...]:
    """What is wrong after the updates in ``history``, the gravest first; empty if nothing is."""
    signs = (sign for look in _LOOKS for sign in look(start, history))
    return tuple(sign for sign in signs if not (start.dissolves and sign.kind in _OF_FEWER))


def told(signs: tuple[Sign, ...]) -> str:
    """The gravest of the signs in words; where it is one of the target, all that are."""
    first = signs[0]
    alike = [one for one in signs if {one.kind, first.kind} <= OF_TARGET] or [first]
    return ", and ".join(one.words for one in alike)


def new_signs(start: Start, history: History, update: Observation) -> tuple[Sign, ...]:
    """Those that ``update``, which follows ``history``, shows and the update before it did not.

    However long the history is, its first and its last few updates are looked at only.
    """
    newest = history[max(1, len(history) - SEVERAL) :]
    now = forecast(start, [*history[:1], *newest, update])
    before = {sign.kind for sign in forecast(start, [*history[:1], *newest])} if history else set()
    return tuple(sign for sign in now if sign.kind not in before)


def _dying(start: Start, history: History) -> Iterator[Sign]:
    dying, total = dying_clusters(start, history[-1]), len(start.cluster_sizes)
    if dying:
        since = held_since(history, lambda o: dying_clusters(start, o) > 0)
        words = f"{dying} of {total} clusters {'is' if dying == 1 else 'are'} dying"
        evidence = Evidence("occupied_clusters", total - dying, total, since)
        yield Sign("dying_clusters", f"{words} since iteration {since:,}", evidence)


def _bounded(
    kind: str,
    words: Callable[[float, float], str],
    indicator: str,
    threshold: Callable[[Start, History], float],
    *,
    is_lowest: bool = True,
) -> Callable[[Start, History], Iterator[Sign]]:
    """A sign that one measure has passed a bound; ``words`` get the measure and the bound."""
    bound = Bound(indicator, threshold, is_lowest=is_lowest)

    def look(start: Start, history: History) -> Iterator[Sign]:
        evidence = bound.passed(start, history)
        if evidence is not None:
            said = words(evidence.value, evidence.threshold)
            yield Sign(kind, f"{said} since iteration {evidence.iteration:,}", evidence)

    return look


def _of_first(name: str, part: float) -> Callable[[Start, History], float]:
    """A part of what the first update had."""
    return lambda _, history: part * history[0].measures.get(name, math.nan)


def _of_dimensions(start: Start, history: History) -> float:
    """A part of the dimensions that the first update filled, or of those that the centres can span
    where these are fewer: two clusters that separate well lie along one line."""
    n_clusters = len(start.cluster_sizes)
    if start.dissolves:
        n_clusters = int(history[-1].measures["occupied_clusters"])
    spanned = n_clusters - 1
    return FALLING_RANK * min(history[0].measures.get("embedding_rank", math.nan), spanned)


def _of_start(name: str, part: float) -> Callable[[Start, History], float]:
    return lambda start, _: part * start.value(name)


def _swinging(_: Start, history: History) -> Iterator[Sign]:
    """Labels that change more and more are on their way to somewhere else."""
    if len(history) < 3:
        return
    before, now = (_changed(update) for update in history[-2:])
    if now >= SWING and now >= SWELLING * before:
        at = history[-1].iteration
        words = f"more labels change from update to update, {now:.0%} at iteration {at:,}"
        yield Sign("labels_swing", words, Evidence("delta_label", now, SWING, at))


def _changed(update: Observation) -> float:
    return update.measures.get("delta_label", math.nan)


def _worse(start: Start, history: History) -> Iterator[Sign]:
    below = below_start(start, history[-1])
    if below and all(below_start(start, update) for update in history[-SEVERAL:]):
        since = held_since(history, lambda o: bool(below_start(start, o)))
        score = below[0]
        now = history[-1].measures[score]
        words = f"worse than the k-means start since iteration {since:,}"
        evidence = Evidence(score, now, start.value(score), since)
        yield Sign("below_start", words + versus_start(start, history[-1], score), evidence)


def _rows(_: Start, history: History) -> Iterator[Sign]:
    low, high = (history[-1].measures[f"target_row_sum_{end}"] for end in ("min", "max"))
    if low < 1 - ROW_SUM_MARGIN or high > 1 + ROW_SUM_MARGIN:
        off = ("target_row_sum_max", high) if high - 1 > 1 - low else ("target_row_sum_min", low)
        words = f"the rows of the target sum to {low:.3g} to {high:.3g} instead of 1"
        yield Sign("target_rows", words, Evidence(*off, 1.0, history[-1].iteration))


def _above_one(_: Start, history: History) -> Iterator[Sign]:
    """By equation 3 an entry is a part of its row, which sums to 1."""
    largest, at = history[-1].measures.get("target_max", math.nan), history[-1].iteration
    if largest > 1 + ROW_SUM_MARGIN:
        words = f"the largest entry of the target is {largest:.3g}, above 1"
        yield Sign("target_above_one", words, Evidence("target_max", largest, 1.0, at))


def _loss(_: Start, history: History) -> Iterator[Sign]:
    last = history[-1]
    if len(history) > 1 and not math.isfinite(last.measures.get("loss", 0.0)):
        words = f"the loss is not finite at iteration {last.iteration:,}"
        yield Sign("loss_not_finite", words, Evidence("is_finite", 0, 1, last.iteration))


_LOOKS: tuple[Callable[[Start, History], Iterator[Sign]], ...] = (
    _loss,
    _dying,
    _bounded(
        "effective_clusters_fall",
        lambda now, _: f"the samples crowd into {now:.1f} effective clusters",
        "effective_clusters",
        lambda start, _: FALLING_EFFECTIVE * effective_clusters(start.cluster_sizes),
    ),
    _bounded(
        "cluster_grows",
        lambda now, _: f"one cluster has grown to {now:.0%} of the samples",
        "largest_share",
        lambda start, _: growing_share(start, GROWING_SHARE),
        is_lowest=False,
    ),
    _bounded(
        "structure_falls",
        lambda now, _: f"the clusters explain only {now:.0%} of the data's variance",
        "variance_explained",
        _of_start("variance_explained", FALLING_STRUCTURE),
    ),
    _bounded(
        "embedding_explodes",
        lambda now, bound: f"the embedding is {EXPLODED * now / bound:,.0f} times as wide",
        "embedding_spread",
        _of_first("embedding_spread", EXPLODED),
        is_lowest=False,
    ),
    _bounded(
        "embedding_shrinks",
        lambda *_: "the embedding shrinks to a point",
        "embedding_spread",
        _of_first("embedding_spread", IMPLODED),
    ),
    _bounded(
        "rank_falls",
        lambda now, _: f"the embedding fills only {now:.1f} dimensions",
        "embedding_rank",
        _of_dimensions,
    ),
    _bounded(
        "centers_merge",
        lambda *_: "two cluster centres lie almost in one place",
        "center_distance",
        _of_first("center_distance", MERGED),
    ),
    _bounded(
        "assignments_uniform",
        lambda *_: "no sample is nearer to one cluster than to another",
        "mean_confidence",
        lambda start, _: FLAT / len(start.cluster_sizes),
    ),
    _swinging,
    _worse,
    _rows,
    _above_one,
)
