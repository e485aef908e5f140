"""The verdict on scripted histories: the sentences a person reads, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dec_core.analysis import verdict
from dec_core.analysis.verdict import (
    Condition,
    Judgement,
    Observation,
    Start,
    StopReason,
    Verdict,
    is_collapsed,
)
from tests.analysis.observations import observe, start

EVEN = (100,) * 10
ONE_LEFT = (1000, *[0] * 9)
EIGHT_LEFT = (125,) * 8 + (0, 0)
DOMINATED = (910, *[10] * 9)
DYING = (145, 145, 145, 145, 100, 100, 100, 101, 10, 9)


def assess(start: Start, history: Sequence[Observation]) -> Judgement:
    """What is said while a run trains, without the numbers behind it."""
    return replace(verdict.assess(start, history), evidence=())


def conclude(start: Start, history: Sequence[Observation], reason: StopReason) -> Judgement:
    """What is said at the end, without the numbers behind it."""
    return replace(verdict.conclude(start, history, reason), evidence=())


def test_healthy() -> None:
    history = [observe(1, EVEN, 0.5), observe(11, EVEN, 0.513)]
    assert assess(start(EVEN), history) == Judgement(
        Condition.HEALTHY,
        None,
        "Healthy so far: 10 of 10 clusters, NMI 0.513, +0.013 over the k-means start.",
    )


def test_healthy_without_labels() -> None:
    judgement = assess(start(EVEN, None), [observe(1, EVEN, None)])
    assert judgement == Judgement(Condition.HEALTHY, None, "Healthy so far: 10 of 10 clusters.")


def test_one_dying_cluster() -> None:
    # 10 of 100 is a tenth and still lives; 9 is less.
    history = [observe(1, EVEN), observe(11, DYING), observe(21, DYING)]
    assert assess(start(EVEN), history) == Judgement(
        Condition.WARNING, None, "Warning: 1 of 10 clusters is dying since iteration 11."
    )


def test_two_dying_clusters_since_they_last_began() -> None:
    dying = (*DYING[:8], 9, 9)
    history = [observe(1, dying), observe(11, EVEN), observe(1021, dying)]
    assert assess(start(EVEN), history) == Judgement(
        Condition.WARNING, None, "Warning: 2 of 10 clusters are dying since iteration 1,021."
    )


def test_worse_than_the_start() -> None:
    # A loss of 0.01 is within what NMI moves by without meaning.
    worse = [observe(iteration, EVEN, 0.48) for iteration in (11, 21, 31)]
    history = [observe(1, EVEN, 0.491), *worse]
    assert assess(start(EVEN, 0.5), history) == Judgement(
        Condition.WARNING,
        None,
        "Warning: worse than the k-means start since iteration 11 (NMI 0.480, start 0.500).",
    )
    # Once or twice may be an accident.
    assert assess(start(EVEN, 0.5), history[:3]).condition is Condition.HEALTHY
    assert assess(start(EVEN, 0.5), history[:1]) == Judgement(
        Condition.HEALTHY,
        None,
        "Healthy so far: 10 of 10 clusters, NMI 0.491, -0.009 against the k-means start.",
    )


def test_rows_of_the_target_that_do_not_sum_to_one() -> None:
    history = [observe(1, EVEN, row_sums=(0.123, 4.56))]
    assert assess(start(EVEN), history) == Judgement(
        Condition.WARNING,
        None,
        "Warning: the rows of the target sum to 0.123 to 4.56 instead of 1.",
    )
    rounding = [observe(1, EVEN, row_sums=(0.9995, 1.0005))]
    assert assess(start(EVEN), rounding).condition is Condition.HEALTHY


def test_collapsing_while_it_trains() -> None:
    history = [observe(1, EVEN), observe(11, DOMINATED), observe(1021, ONE_LEFT)]
    assert assess(start(EVEN), history) == Judgement(
        Condition.BROKEN,
        None,
        "Collapsed: 1 of 10 clusters left at iteration 1,021, collapsing since iteration 11.",
    )


def test_not_finite_while_it_trains() -> None:
    history = [observe(1, EVEN)] + [observe(i, EVEN, is_finite=False) for i in (11, 21)]
    assert assess(start(EVEN), history) == Judgement(
        Condition.BROKEN, None, "Not finite since iteration 11."
    )


def test_converged() -> None:
    history = [observe(1, EVEN, 0.5), observe(1531, EVEN, 0.563)]
    assert conclude(start(EVEN, 0.5), history, StopReason.TOLERANCE) == Judgement(
        Condition.HEALTHY,
        Verdict.CONVERGED,
        "Converged at iteration 1,531: NMI 0.563, +0.063 over the k-means start.",
    )


def test_converged_without_labels() -> None:
    history = [observe(31, EVEN, None)]
    assert conclude(start(EVEN, None), history, StopReason.TOLERANCE) == Judgement(
        Condition.HEALTHY, Verdict.CONVERGED, "Converged at iteration 31."
    )


@pytest.mark.parametrize(
    ("reason", "opening"),
    [
        (StopReason.TOLERANCE, "Converged at iteration 31"),
        (StopReason.MAX_ITERATIONS, "Reached the maximum at iteration 31"),
    ],
)
def test_degraded(reason: StopReason, opening: str) -> None:
    history = [observe(1, EVEN, 0.5), observe(31, EVEN, 0.4)]
    assert conclude(start(EVEN, 0.5), history, reason) == Judgement(
        Condition.WARNING,
        Verdict.DEGRADED,
        f"{opening}, but below the k-means start (NMI 0.400, start 0.500).",
    )


def test_collapsed_to_one_cluster_when_the_stop_rule_holds() -> None:
    history = [observe(1, EVEN), observe(11, EVEN), observe(21, ONE_LEFT), observe(31, ONE_LEFT)]
    assert conclude(start(EVEN), history, StopReason.TOLERANCE) == Judgement(
        Condition.BROKEN,
        Verdict.COLLAPSED,
        "Collapsed: 1 of 10 clusters left at iteration 31, collapsing since iteration 21. "
        "The stop rule alone would have called this converged.",
    )


def test_clusters_that_merge_are_no_collapse_while_they_tell_as_much_of_the_data() -> None:
    history = [
        observe(1, EVEN, variance_explained=0.5),
        observe(11, EIGHT_LEFT, 0.9, variance_explained=0.46),
    ]
    judgement = conclude(start(EVEN, variance_explained=0.5), history, StopReason.TOLERANCE)
    assert judgement == Judgement(
        Condition.HEALTHY,
        Verdict.CONVERGED,
        "Converged at iteration 11 with 8 of 10 clusters: "
        "NMI 0.900, +0.400 over the k-means start.",
    )


# Three clusters have been lost to one.
SEVEN_LEFT = (100, 100, 100, 100, 100, 100, 400, 0, 0, 0)


@pytest.mark.parametrize("reason", [StopReason.MAX_ITERATIONS, StopReason.STOPPED])
def test_clusters_that_are_lost_to_one_are_a_partial_collapse(reason: StopReason) -> None:
    history = [
        observe(1, EVEN, None, variance_explained=0.5),
        observe(11, SEVEN_LEFT, None, variance_explained=0.36),
        observe(21, SEVEN_LEFT, None, variance_explained=0.3),
    ]
    assert conclude(start(EVEN, None, variance_explained=0.5), history, reason) == Judgement(
        Condition.BROKEN,
        Verdict.COLLAPSED,
        "Partly collapsed: 7 of 10 clusters left at iteration 21, collapsing since iteration 11; "
        "they explain 30% of the data's variance, the start 50%.",
    )


def test_many_clusters_that_merge_evenly_are_no_collapse() -> None:
    sizes, merged = (20,) * 50, (*[50] * 20, *[0] * 30)
    begin = start(sizes, None, variance_explained=0.6)
    assert not is_collapsed(begin, observe(11, merged, None, variance_explained=0.44))
    # Unless they tell nothing any more.
    assert is_collapsed(begin, observe(11, merged, None, variance_explained=0.29))


def test_one_cluster_dominates_though_none_is_empty() -> None:
    history = [observe(1, EVEN), observe(11, DOMINATED)]
    assert conclude(start(EVEN), history, StopReason.MAX_ITERATIONS) == Judgement(
        Condition.BROKEN,
        Verdict.COLLAPSED,
        "Collapsed: one of 10 clusters holds 91% of the samples at iteration 11.",
    )


def test_imbalanced_start_that_stays_so_is_no_collapse() -> None:
    sizes = (650, 150, 100, 100)
    judgement = conclude(start(sizes), [observe(31, sizes)], StopReason.TOLERANCE)
    assert judgement.verdict is Verdict.CONVERGED
    # Half the way from 0.65 to 1 is 0.825.
    assert not is_collapsed(start(sizes), observe(31, (820, 60, 60, 60)))
    assert is_collapsed(start(sizes), observe(31, (830, 60, 55, 55)))


def test_fewer_than_half_of_the_effective_clusters_is_a_collapse() -> None:
    # Two clusters of 490 hold nearly all, so 2.2 effective clusters remain of 10.
    assert is_collapsed(start(EVEN), observe(11, (490, 486, *[3] * 8)))
    assert not is_collapsed(start(EVEN), observe(11, (200, 200, 200, 200, 150, *[10] * 5)))


def test_cluster_that_k_means_left_empty_is_not_lost() -> None:
    sizes = (*EVEN[:9], 0)
    assert not is_collapsed(start(sizes), observe(1, sizes))


def test_diverged() -> None:
    history = [observe(1, EVEN), observe(11, ONE_LEFT, is_finite=False)]
    for reason in StopReason:
        assert conclude(start(EVEN), history, reason) == Judgement(
            Condition.BROKEN, Verdict.DIVERGED, "Diverged: not finite since iteration 11."
        )


def test_diverged_when_only_the_loss_is_not_finite() -> None:
    history = [observe(1, EVEN), observe(11, EVEN)]
    judgement = conclude(start(EVEN), history, StopReason.NOT_FINITE)
    assert judgement.verdict is Verdict.DIVERGED
    assert judgement.sentence == "Diverged: not finite since iteration 11."


def test_unfinished_at_the_maximum() -> None:
    history = [observe(1, EVEN, 0.5), observe(41, EVEN, 0.5)]
    assert conclude(start(EVEN, 0.5), history, StopReason.MAX_ITERATIONS) == Judgement(
        Condition.WARNING,
        Verdict.UNFINISHED,
        "Reached the maximum at iteration 41 before the labels settled: "
        "NMI 0.500, +0.000 over the k-means start.",
    )


def test_unfinished_when_stopped() -> None:
    history = [observe(41, EVEN, 0.4)]
    assert conclude(start(EVEN, 0.5), history, StopReason.STOPPED) == Judgement(
        Condition.WARNING,
        Verdict.UNFINISHED,
        "Stopped by you at iteration 41: NMI 0.400, -0.100 against the k-means start.",
    )


@st.composite
def losses(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Cluster sizes before and after at least one cluster was lost."""
    length = draw(st.integers(2, 12))
    n_occupied = draw(st.integers(2, length))
    n_left = draw(st.integers(1, n_occupied - 1))
    sizes = []
    for n_filled in (n_occupied, n_left):
        filled = draw(st.lists(st.integers(1, 500), min_size=n_filled, max_size=n_filled))
        sizes.append(draw(st.permutations(filled + [0] * (length - n_filled))))
    return sizes[0], sizes[1]


@given(losses(), st.sampled_from(StopReason), st.sampled_from([None, 0.2, 0.9]))
def test_a_run_that_lost_clusters_says_so(
    sizes: tuple[list[int], list[int]], reason: StopReason, nmi: float | None
) -> None:
    began, ended = sizes
    history: list[Observation] = [observe(1, began, nmi), observe(11, ended, nmi)]
    nmi_at_start = None if nmi is None else 0.5
    judgement = conclude(start(began, nmi_at_start), history, reason)
    left = f"{np.count_nonzero(ended)} of "
    if judgement.verdict in (Verdict.CONVERGED, Verdict.COLLAPSED):
        assert f"{left}{np.count_nonzero(began)} clusters" in judgement.sentence.replace(
            f"of {len(began)} ", f"of {np.count_nonzero(began)} "
        )
    # Half of the samples in one more cluster than before is a collapse, however it ended.
    if max(ended) / sum(ended) > max(0.6, (1 + max(began) / sum(began)) / 2):
        assert judgement.condition is Condition.BROKEN


@given(losses(), st.sampled_from(StopReason))
def test_whatever_tells_nothing_of_the_data_any_more_is_broken(
    sizes: tuple[list[int], list[int]], reason: StopReason
) -> None:
    began, ended = sizes
    history = [
        observe(1, began, variance_explained=0.6),
        observe(11, ended, variance_explained=0.2),
    ]
    judgement = conclude(start(began, variance_explained=0.6), history, reason)
    assert judgement.condition is Condition.BROKEN
