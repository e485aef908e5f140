"""Grids of scripted runs: which are asked for, and main effects and interactions by hand."""

from __future__ import annotations

import pytest

from dec_core.analysis.diagnosis import Case, Plan
from dec_core.analysis.factorial import (
    Cell,
    Grid,
    effects,
    grid_factors,
    grid_of,
    interactions,
)
from dec_core.analysis.factorial_words import effect_sentences, outcome_word
from dec_core.analysis.investigation import investigate
from dec_core.analysis.trials import Trial
from dec_core.errors import SettingsError
from tests.analysis.test_diagnosis import FACTS, R_PORT, REFERENCE, diagnosed, trial, two_causes

RATE, INTERVAL = "learning_rate_too_high", "update_interval_too_short"
TARGET = "target_ignores_cluster_frequency"
CASE = Case(trial(REFERENCE.with_values(R_PORT), None), FACTS)


def two(right: float, rate: float, interval: float, both: float) -> tuple[Grid, dict[Cell, Trial]]:
    """A grid of rate and interval with the NMI of each cell."""
    grid = grid_of(CASE, [RATE, INTERVAL])
    values = {(): right, (RATE,): rate, (INTERVAL,): interval, (RATE, INTERVAL): both}
    trials = {
        frozenset(cell): trial(grid.plans[frozenset(cell)].config, nmi)
        for cell, nmi in values.items()
    }
    return grid, trials


def said(right: float, rate: float, interval: float, both: float) -> str:
    return effect_sentences(*two(right, rate, interval, both))[-1]


def settings(plan: Plan) -> tuple[str, float, int]:
    chosen = plan.config.clustering
    return chosen.target.kind, chosen.learning_rate, chosen.update_interval


def test_every_combination_once_with_the_others_at_the_reference_or_as_they_were() -> None:
    grid = grid_of(CASE, [RATE, INTERVAL])
    assert {cell: settings(plan) for cell, plan in grid.plans.items()} == {
        frozenset(): ("paper", 0.01, 140),
        frozenset({RATE}): ("paper", 1.0, 140),
        frozenset({INTERVAL}): ("paper", 0.01, 10),
        frozenset({RATE, INTERVAL}): ("paper", 1.0, 10),
    }
    left = grid_of(CASE, [RATE, INTERVAL], repairs_others=False)
    assert {settings(plan)[0] for plan in left.plans.values()} == {"r-recycled"}
    # The run itself is one of them.
    assert not left.plans[frozenset({RATE, INTERVAL})].repairs
    assert len(grid_of(CASE, [RATE, INTERVAL, TARGET]).plans) == 8


def test_the_runs_that_a_diagnosis_made_are_runs_of_the_grid() -> None:
    made = {plan.repairs: plan.config for plan in diagnosed(R_PORT, two_causes)[1]}
    grid = grid_of(CASE, [RATE, TARGET, INTERVAL])
    shared = [plan for plan in grid.plans.values() if plan.repairs in made]
    assert len(shared) == 7
    assert all(plan.config == made[plan.repairs] for plan in shared)
    assert next(investigate(CASE)).config == grid.plans[frozenset()].config


@pytest.mark.parametrize("causes", [[RATE], [RATE, "loss_unsuitable"], []])
def test_other_factors_than_two_or_three_of_the_run_are_refused(causes: list[str]) -> None:
    with pytest.raises(SettingsError, match="A grid needs 2 or 3 factors"):
        grid_of(CASE, causes)


def test_factors_of_clustering_stand_before_those_of_pretraining() -> None:
    short = Case(trial(REFERENCE.with_values({**R_PORT, "pretraining.epochs": 5}), None), FACTS)
    causes = [factor.cause for factor in grid_factors(short)]
    assert causes == [TARGET, RATE, INTERVAL, "pretraining_insufficient"]


def test_what_two_factors_cost() -> None:
    grid, trials = two(0.8, 0.4, 0.7, 0.1)
    # The rate: (0.8 + 0.7 - 0.4 - 0.1) / 2; the interval: (0.8 + 0.4 - 0.7 - 0.1) / 2.
    costs = {one.factor.cause: one.cost for one in effects(grid, trials)}
    assert costs == pytest.approx({RATE: 0.5, INTERVAL: 0.2})
    (found,) = interactions(grid, trials)
    assert found.alone == pytest.approx((0.4, 0.1))
    assert found.together == pytest.approx(0.7)
    assert found.excess == pytest.approx(0.2)
    assert not found.adds_up
    assert effect_sentences(grid, trials) == [
        "The learning rate (1 instead of 0.01) costs 0.50 NMI on average.",
        "The update interval (10 instead of 140) costs 0.20 NMI on average.",
        "The learning rate and the update interval make each other worse: learning rate alone "
        "costs 0.40, update interval alone 0.10, both together 0.70 NMI.",
    ]


def test_what_three_factors_cost_is_the_mean_over_the_others() -> None:
    grid = grid_of(CASE, [TARGET, RATE, INTERVAL])
    # The target costs 0.3, the rate 0.2, both 0.1 less than that; the interval gains 0.05.
    costs = {TARGET: 0.3, RATE: 0.2, INTERVAL: -0.05}
    trials = {
        cell: trial(
            plan.config,
            0.9 - sum(costs[cause] for cause in cell) + 0.1 * ({TARGET, RATE} <= cell),
        )
        for cell, plan in grid.plans.items()
    }
    found = {one.factor.cause: one.cost for one in effects(grid, trials)}
    assert found == pytest.approx({TARGET: 0.25, RATE: 0.15, INTERVAL: -0.05})
    excesses = [one.excess for one in interactions(grid, trials)]
    assert excesses == pytest.approx([-0.1, 0, 0])
    sentences = effect_sentences(grid, trials)
    assert sentences[2] == "The update interval (10 instead of 140) gains 0.05 NMI on average."
    assert sentences[3].startswith("The target rule and the learning rate together cost less than")
    assert sentences[4] == "Target rule and update interval add up: no interaction."


@pytest.mark.parametrize(
    ("cells", "opening"),
    [
        ((0.8, 0.0, 0.0, 0.0), "Either the learning rate or the update interval is enough"),
        ((0.8, 0.8, 0.8, 0.1), "The learning rate and the update interval matter only together"),
        ((0.8, 0.5, 0.8, 0.1), "The update interval matters only with learning rate 1:"),
        ((0.8, 0.5, 0.8, 0.8), "The learning rate matters only with update interval 140:"),
        ((0.6, 0.7, 0.3, 0.1), "What the learning rate costs depends on the update interval:"),
        ((0.8, 0.6, 0.7, 0.52), "Learning rate and update interval add up"),
    ],
)
def test_the_kinds_of_interactions(cells: tuple[float, ...], opening: str) -> None:
    assert said(*cells).startswith(opening)


def test_what_chance_does_as_well_is_no_difference() -> None:
    sentence = effect_sentences(*two(0.8, 0.79, 0.8, 0.81))[0]
    assert sentence.endswith("no difference on average (0.00 NMI).")


def test_a_grid_in_which_every_run_is_spoilt_says_so() -> None:
    grid, trials = two(0.3, 0.3, 0.3, 0.3)
    assert effect_sentences(grid, trials)[0].startswith("All of these runs are spoilt")


def test_without_true_labels_clusters_are_counted() -> None:
    grid, _ = two(0, 0, 0, 0)
    trials = {
        cell: trial(plan.config, None if RATE in cell else 0.5, has_labels=False)
        for cell, plan in grid.plans.items()
    }
    assert effect_sentences(grid, trials) == [
        "The learning rate (1 instead of 0.01) costs 9.0 effective clusters on average.",
        "The update interval (10 instead of 140): no difference on average (0.0 effective "
        "clusters).",
        "Learning rate and update interval add up: no interaction.",
    ]


def test_a_run_that_failed_counts_as_one_that_found_nothing() -> None:
    grid, trials = two(0.8, 0.8, 0.8, 0.8)
    trials[frozenset({RATE})] = Trial(REFERENCE, None)
    assert effects(grid, trials)[0].cost == pytest.approx(0.4)
    assert outcome_word(trials[frozenset({RATE})]) == "failed"


def test_the_outcome_of_a_cell_in_a_word() -> None:
    words = {nmi: outcome_word(trial(REFERENCE, nmi)) for nmi in (0.6, 0.3, None)}
    assert words == {0.6: "sound", 0.3: "below its start", None: "collapsed"}


def test_a_level_that_depends_on_another_factor_names_both_values() -> None:
    adam = {"clustering.optimizer": "adam", "clustering.learning_rate": 0.05}
    case = Case(trial(REFERENCE.with_values(adam), None), FACTS)
    grid = grid_of(case, [RATE, "optimizer_unsuitable"])
    rate = grid.factors[0]
    assert grid.level(rate, is_wrong=False) == "0.01 or 0.001"
    assert grid.level(rate, is_wrong=True) == "0.05"
