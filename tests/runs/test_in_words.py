"""A run in a few words, with state and verdict as one phrase."""

from __future__ import annotations

from typing import Any

import pytest

from dec_core.analysis.verdict import Condition, Verdict
from dec_core.config import get_preset
from dec_core.runs.in_words import differences_from_preset, preset_in_words, standing
from dec_core.store.record import RunState


def ended(verdict: str, reason: str = "tolerance", iterations: int = 1140) -> dict[str, Any]:
    return {"verdict": verdict, "stop_reason": reason, "iterations": iterations}


@pytest.mark.parametrize(
    ("outcome", "phrase", "condition"),
    [
        (ended("converged"), "converged at iteration 1,140", Condition.HEALTHY),
        (ended("collapsed", iterations=31), "collapsed by iteration 31", Condition.BROKEN),
        (ended("unfinished", "max_iterations"), "maximum reached at iteration 1,140", "warning"),
        (ended("unfinished", "stopped"), "stopped by you at iteration 1,140", "warning"),
        (ended("collapsed", "stopped"), "collapsed by iteration 1,140", Condition.BROKEN),
        (ended("degraded"), "worse than its k-means start at iteration 1,140", "warning"),
        (ended("diverged", "not_finite", 12), "diverged by iteration 12", Condition.BROKEN),
        ({**ended("dead_embedding", "x", 0), "updates": 0}, "dead embedding", Condition.BROKEN),
        ({}, "ended", None),
    ],
)
def test_what_became_of_a_run_is_one_phrase(
    outcome: dict[str, Any], phrase: str, condition: str | None
) -> None:
    found = standing(RunState.FINISHED, outcome)
    assert (found.phrase, found.condition) == (phrase, condition)


@pytest.mark.parametrize(
    ("state", "condition", "phrase"),
    [
        (RunState.RUNNING, None, "training at iteration 420"),
        (RunState.RUNNING, Condition.HEALTHY, "training at iteration 420, healthy"),
        (RunState.PAUSED, Condition.BROKEN, "paused at iteration 420, broken"),
        (RunState.INTERRUPTED, Condition.HEALTHY, "interrupted at iteration 420"),
        (RunState.FAILED, None, "failed at iteration 420"),
        (RunState.WAITING, None, "not begun"),
        (RunState.DAMAGED, None, "damaged"),
    ],
)
def test_what_a_run_does_is_one_phrase(
    state: RunState, condition: Condition | None, phrase: str
) -> None:
    assert standing(state, {"iterations": 420, "verdict": None}, condition).phrase == phrase


def test_nothing_is_said_of_an_iteration_before_the_first() -> None:
    assert standing(RunState.RUNNING, {"iterations": 0}).phrase == "training"
    assert standing(RunState.INTERRUPTED, {}).phrase == "interrupted"


def test_every_state_and_every_verdict_has_its_words() -> None:
    assert len({standing(state, {}).kind for state in RunState}) == len(RunState)
    kinds = {standing(RunState.FINISHED, ended(one)).kind for one in Verdict}
    assert len(kinds) == len(Verdict)
    assert not kinds & {standing(state, {}).kind for state in RunState}


def test_a_run_is_told_apart_by_what_differs_from_its_preset() -> None:
    usual = get_preset("digits").config
    assert preset_in_words(usual, "digits") == "digits on digits"
    config = usual.with_values(
        {"pretraining.learning_rate": 0.5, "clustering.alpha": 2, "clustering.tol": 0, "seed": 3}
    )
    assert differences_from_preset(config, "digits") == [
        "pretraining learning rate 0.5",
        "alpha 2",
        "tolerance 0",
        "seed 3",
    ]
    assert preset_in_words(config, "digits").endswith("alpha 2, tolerance 0 and 1 more")
    elsewhere = get_preset("r-port").on("digits")
    assert preset_in_words(elsewhere, "r-port") == "r-port on digits"
    assert preset_in_words(config, "of-somebody-else") == "of-somebody-else on digits"
