"""What warns of a collapse before it is complete, on scripted histories."""

from __future__ import annotations

from typing import Any

import pytest

from dec_core.analysis.forecast import forecast
from dec_core.analysis.signs import Evidence, Observation
from dec_core.analysis.verdict import Condition, assess
from tests.analysis.observations import observe, start

EVEN = (100,) * 10
BEGIN = start(EVEN, None, variance_explained=0.5)
SIZES = {
    "dying_clusters": (*[110] * 9, 9),
    "effective_clusters_fall": (*[160] * 6, *[10] * 4),
    "cluster_grows": (200, *[89] * 8, 88),
}
FIRST: dict[str, Any] = {
    "embedding_spread": 1.0,
    "embedding_rank": 6.0,
    "center_distance": 2.0,
    "delta_label": 0.0,
    "variance_explained": 0.5,
}
MEASURES: dict[str, dict[str, Any]] = {
    "structure_falls": {"variance_explained": 0.42},
    "embedding_explodes": {"embedding_spread": 6.5},
    "embedding_shrinks": {"embedding_spread": 0.1},
    "rank_falls": {"embedding_rank": 2.5},
    "centers_merge": {"center_distance": 0.05},
    "assignments_uniform": {"mean_confidence": 0.101},
    "labels_swing": {"delta_label": 0.2},
    "loss_not_finite": {"loss": float("inf")},
    "target_rows": {"target_row_sum_max": 1.5},
    "target_above_one": {"target_max": 1.25},
}


def history(*last: Observation) -> list[Observation]:
    """A healthy beginning of three updates, and what comes then."""
    begin = [observe(10 * at, EVEN, None, **FIRST) for at in range(3)]
    return [*begin, *last]


@pytest.mark.parametrize("kind", [*SIZES, *MEASURES])
def test_each_sign_is_seen_with_its_number(kind: str) -> None:
    sizes = SIZES.get(kind, EVEN)
    last = observe(30, sizes, None, **{**FIRST, **MEASURES.get(kind, {})})
    assert forecast(BEGIN, history()) == ()
    seen = {sign.kind: sign for sign in forecast(BEGIN, history(last))}
    assert seen.keys() == {kind}
    evidence = seen[kind].evidence
    assert evidence.iteration == 30
    assert evidence.value != evidence.threshold
    judgement = assess(BEGIN, history(last))
    assert judgement.condition is Condition.WARNING
    assert judgement.sentence == f"Warning: {seen[kind].words}."
    assert judgement.evidence == (evidence,)


@pytest.mark.parametrize(
    ("n_clusters", "is_warned"), [(2, False), (3, False), (4, True), (10, True)]
)
def test_few_clusters_need_few_dimensions(n_clusters: int, is_warned: bool) -> None:
    sizes = (100,) * n_clusters
    begin = observe(0, sizes, None, **FIRST)
    flat = begin._replace(iteration=10, measures={**begin.measures, "embedding_rank": 1.02})
    kinds = [sign.kind for sign in forecast(start(sizes, None), [begin, flat])]
    assert kinds == ["rank_falls"] * is_warned


def test_a_sign_is_as_old_as_its_last_unbroken_stay() -> None:
    wide, narrow = (observe(0, EVEN, None, **{**FIRST, "embedding_spread": s}) for s in (9.0, 2.0))
    then = [wide, narrow, wide, wide]
    later = [one._replace(iteration=30 + 10 * at) for at, one in enumerate(then)]
    (sign,) = forecast(BEGIN, history(*later))
    assert sign.evidence == Evidence("embedding_spread", 9.0, 6.0, 50)
    assert sign.words == "the embedding is 9 times as wide since iteration 50"


def test_the_gravest_sign_is_told_first() -> None:
    several = {"dying_clusters", "embedding_explodes"}
    last = observe(30, SIZES["dying_clusters"], None, **{**FIRST, "embedding_spread": 7.0})
    signs = forecast(BEGIN, history(last))
    assert {sign.kind for sign in signs} == several
    assert signs[0].kind == "dying_clusters"


def test_rows_and_entries_of_a_wrong_target_are_told_in_one_warning() -> None:
    wrong = {"target_row_sum_max": 1.5, "target_max": 1.25}
    last = observe(30, EVEN, None, **{**FIRST, **wrong})
    signs = forecast(BEGIN, history(last))
    assert [sign.kind for sign in signs] == ["target_rows", "target_above_one"]
    assert assess(BEGIN, history(last)).sentence == (
        "Warning: the rows of the target sum to 1 to 1.5 instead of 1, "
        "and the largest entry of the target is 1.25, above 1."
    )
    # A graver sign has the sentence for itself.
    last = observe(30, EVEN, None, **{**FIRST, **wrong, "embedding_spread": 7.0})
    assert "target" not in assess(BEGIN, history(last)).sentence


def test_a_target_that_is_1_by_rounding_is_no_sign() -> None:
    last = observe(30, EVEN, None, **{**FIRST, "target_max": 1.0000002})
    assert forecast(BEGIN, history(last)) == ()


def test_former_versions_recorded_less_and_are_judged_by_what_they_have() -> None:
    bare = start(EVEN, None)
    last = observe(30, SIZES["cluster_grows"], None)
    assert [sign.kind for sign in forecast(bare, [observe(0, EVEN, None), last])] == [
        "cluster_grows"
    ]
