"""Verdicts on runs whose pretraining, stop rule or labels are at fault, on scripted histories."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dec_core.analysis import verdict
from dec_core.analysis.signs import Evidence
from dec_core.analysis.verdict import Condition, Judgement, Start, StopReason, Verdict
from tests.analysis.observations import Observed, observe, start
from tests.analysis.test_verdict import EVEN, ONE_LEFT, assess, conclude


@pytest.mark.parametrize(
    ("measures", "words"),
    [
        ({"mean_confidence": 0.1001}, "as near to one cluster as to any other"),
        ({"embedding_rank": 1.01}, "left one dimension of 10 in use"),
        ({"embedding_rank": 0.0}, "left one point"),
    ],
)
def test_a_dead_embedding_is_a_verdict_of_its_own(measures: dict[str, Any], words: str) -> None:
    # That it has clusters later does not matter; that it has lost them all does.
    lost = [observe(0, EVEN, **measures), observe(30, ONE_LEFT)]
    assert conclude(start(EVEN), lost, StopReason.TOLERANCE).verdict is Verdict.COLLAPSED
    history = [observe(0, EVEN, **measures), observe(30, EVEN)]
    assert assess(start(EVEN), history).condition is Condition.BROKEN
    judgement = conclude(start(EVEN), history, StopReason.TOLERANCE)
    assert judgement.verdict is Verdict.DEAD_EMBEDDING
    assert "but on a dead embedding: " in judgement.sentence and words in judgement.sentence


def test_an_embedding_of_one_unit_is_no_dead_one() -> None:
    begin = replace(start(EVEN), n_dimensions=1)
    history = [observe(0, EVEN, embedding_rank=1.0), observe(30, EVEN)]
    assert conclude(begin, history, StopReason.TOLERANCE).verdict is Verdict.CONVERGED


def test_a_reconstruction_no_better_than_the_mean_is_not_green() -> None:
    begin = start(EVEN, reconstruction_error=1.4e18)
    judgement = conclude(begin, [observe(0, EVEN), observe(30, EVEN)], StopReason.TOLERANCE)
    assert judgement == Judgement(
        Condition.WARNING,
        Verdict.DEAD_EMBEDDING,
        "Converged at iteration 30, but on a dead embedding: the autoencoder reconstructs the data "
        "no better than their mean would (error 1.4e+18 times their variance).",
    )


def test_a_stop_before_every_sample_was_seen_is_premature() -> None:
    begin = start(EVEN, steps_per_pass=8)
    history = [observe(0, EVEN), observe(1, EVEN, delta_label=0.0005)]
    judgement = conclude(begin, history, StopReason.TOLERANCE)
    assert judgement.verdict is Verdict.PREMATURE
    assert "iteration 1, before every sample was seen once (8 iterations)" in judgement.sentence
    later = [observe(0, EVEN), observe(8, EVEN, delta_label=0.0005)]
    assert conclude(begin, later, StopReason.TOLERANCE).verdict is Verdict.CONVERGED
    # Labels that had changed much have been taught something.
    much = [observe(0, EVEN), observe(4, EVEN, delta_label=0.02)]
    assert conclude(begin, much, StopReason.TOLERANCE).verdict is Verdict.CONVERGED


def test_a_run_that_has_not_moved_has_stopped_too_early() -> None:
    still: dict[str, Any] = {"embedding_spread": 1.0, "delta_label": 0.0}
    history = [observe(0, EVEN, **still), observe(300, EVEN, **still)]
    judgement = conclude(start(EVEN, steps_per_pass=8), history, StopReason.TOLERANCE)
    assert judgement.verdict is Verdict.PREMATURE
    assert "neither embedding nor centres have moved" in judgement.sentence


def changing(*changes: float) -> list[Observed]:
    return [observe(30 * at, EVEN, delta_label=change) for at, change in enumerate((0, *changes))]


def test_labels_that_have_not_changed_for_three_updates_have_settled() -> None:
    judgement = conclude(start(EVEN), changing(0.1, 0, 0, 0), StopReason.MAX_ITERATIONS)
    assert judgement.verdict is Verdict.CONVERGED
    assert judgement.sentence.startswith(
        "No label has changed since iteration 60; reached the maximum at iteration 120"
    )
    for changes in ((0.1, 0, 0), (0.1, 0, 0, 0.001)):
        judgement = conclude(start(EVEN), changing(*changes), StopReason.MAX_ITERATIONS)
        assert judgement.verdict is Verdict.UNFINISHED


def test_labels_that_swing_as_much_as_ever_are_stalled() -> None:
    judgement = conclude(start(EVEN), changing(*[0.2, 0.3] * 12), StopReason.MAX_ITERATIONS)
    assert judgement.verdict is Verdict.STALLED
    assert judgement.sentence.startswith("Stalled: 25.0% of the labels still change")
    # Samples that become surer of their clusters are on their way.
    surer = [
        update._replace(measures=update.measures | {"mean_confidence": 0.5 + at / 100})
        for at, update in enumerate(changing(*[0.2, 0.3] * 12))
    ]
    assert conclude(start(EVEN), surer, StopReason.MAX_ITERATIONS).verdict is Verdict.UNFINISHED
    falling = changing(*[0.5 / at for at in range(1, 25)])
    assert conclude(start(EVEN), falling, StopReason.MAX_ITERATIONS).verdict is Verdict.UNFINISHED


def test_a_fall_of_any_score_is_mentioned_and_of_all_is_worse_than_the_start() -> None:
    fallen: dict[str, Any] = {"acc": 0.43, "ari": 0.4}
    history = [observe(0, EVEN, 0.5), observe(30, EVEN, 0.5, **fallen)]
    judgement = conclude(start(EVEN, 0.5), history, StopReason.TOLERANCE)
    assert judgement == Judgement(
        Condition.WARNING,
        Verdict.DEGRADED,
        "Converged at iteration 30, but below the k-means start (ACC 0.430, start 0.500).",
    )
    mixed = [observe(0, EVEN, 0.5), observe(30, EVEN, 0.6, **fallen)]
    judgement = conclude(start(EVEN, 0.5), mixed, StopReason.TOLERANCE)
    assert judgement == Judgement(
        Condition.HEALTHY,
        Verdict.CONVERGED,
        "Converged at iteration 30: NMI 0.600, +0.100 over the k-means start, but ACC -0.070.",
    )


def test_the_numbers_that_decided_are_named() -> None:
    history = [observe(1, EVEN), observe(11, ONE_LEFT), observe(21, ONE_LEFT)]
    judgement = verdict.conclude(start(EVEN), history, StopReason.TOLERANCE)
    assert judgement.evidence == (Evidence("largest_share", 1.0, 0.6, 11),)


# Twenty clusters of which ten are dissolved on purpose, and what their structure was worth.
TWENTY, TEN = (50,) * 20, (100,) * 10 + (0,) * 10
UNEVEN = (*[160] * 5, *[40] * 5, *[0] * 10)


def dissolving(sizes: tuple[int, ...], explained: float) -> tuple[Start, list[Observed]]:
    """A run that dissolves small clusters, and ends with these sizes."""
    begin = replace(start(TWENTY, variance_explained=0.6), dissolves=True)
    history = [observe(0, TWENTY, variance_explained=0.6)]
    return begin, [*history, observe(30, sizes, 0.6, variance_explained=explained)]


@pytest.mark.parametrize("sizes", [TEN, UNEVEN])
def test_clusters_that_are_dissolved_on_purpose_are_no_collapse(sizes: tuple[int, ...]) -> None:
    begin, history = dissolving(sizes, explained=0.42)
    judgement = assess(begin, history)
    assert judgement.condition is Condition.HEALTHY
    assert "10 of 20 clusters left" in judgement.sentence
    over = conclude(begin, history, StopReason.TOLERANCE)
    assert over.verdict is Verdict.CONVERGED
    assert over.sentence.startswith("Converged at iteration 30 with 10 of 20 clusters")
    # The same numbers of a run that means to keep its clusters are a warning, or worse.
    assert assess(replace(begin, dissolves=False), history).condition is not Condition.HEALTHY


@pytest.mark.parametrize(
    ("sizes", "explained"),
    [((1000, *[0] * 19), 0.0), ((900, 100, *[0] * 18), 0.35), ((500, 500, *[0] * 18), 0.2)],
)
def test_too_few_that_are_left_are_a_collapse_all_the_same(
    sizes: tuple[int, ...], explained: float
) -> None:
    begin, history = dissolving(sizes, explained)
    assert conclude(begin, history, StopReason.TOLERANCE).verdict is Verdict.COLLAPSED
