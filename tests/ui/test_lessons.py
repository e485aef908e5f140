"""The table of lessons: settings, claims and figures agree with the runs that they come from."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dec_core.analysis.verdict import StopReason
from dec_core.config import get_preset
from dec_core.data import load
from dec_core.events.view import View, fold
from dec_core.model.assignment import recycled_target_distribution, target_distribution
from dec_core.training.trainer import train
from pages.ui.guide.islands import island_figures
from pages.ui.guide.lessons import LESSONS, Lesson, Trial, lesson_after, lesson_named
from pages.ui.guide.outcomes import outcome, text_of
from pages.ui.guide.port import FACTORIAL
from pages.ui.guide.small_example import Q_OF_THREE, dec_steps, divisors, unequal_scores

TRIALS = {trial.name: trial for one in LESSONS for trial in (*one.trials, *one.beside)}
# Those that train for a second; the others are known from their logs alone.
QUICK = ("rate-2", "rate-0.001", "interval-1", "epochs-4", "single-layer")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.name)
def test_a_lesson_is_a_question_with_a_short_answer(lesson: Lesson) -> None:
    text = text_of(lesson)
    assert lesson.question.endswith("?")
    assert 3 <= len(re.findall(r"[.?](?= |$)", text)) <= 6
    assert "{" not in text
    assert lesson.look_for.endswith(".")
    assert all(re.search(r"\(\d+\)$", formula) for formula in lesson.formulas)
    assert lesson.trials


def test_lessons_follow_one_another_by_their_names() -> None:
    found, lesson = [], LESSONS[0]
    while (following := lesson_after(lesson)) is not None:
        found.append(lesson.name)
        lesson = following
    assert [*found, lesson.name] == [one.name for one in LESSONS]
    assert len(set(found)) == len(found)
    assert all(lesson_named(one.name) is one for one in LESSONS)
    assert lesson_named("nonsense") is None


@pytest.mark.parametrize("trial", TRIALS.values(), ids=lambda one: one.name)
def test_the_stored_outcome_is_that_of_the_settings_and_ends_as_claimed(trial: Trial) -> None:
    view = outcome(trial.name)
    judgement = view.judgement
    assert view.config == trial.config
    assert judgement is not None and judgement.verdict is trial.verdict
    # Every setting that is named is another than the preset's.
    assert trial.config.differences(get_preset(trial.preset).config) == trial.values


def test_without_its_data_the_port_runs_on_digits() -> None:
    port = TRIALS["r-port"]
    assert not port.is_at_hand
    assert port.config_here() == get_preset("r-port").on("digits")
    assert TRIALS["rate-2"].config_here() == TRIALS["rate-2"].config


@pytest.mark.parametrize("name", [*QUICK, "r-port", "r-port-rate"])
def test_a_quick_run_ends_as_claimed(name: str) -> None:
    """The port and its repaired target collapse on digits as well."""
    config, view = TRIALS[name].config_here(), View()
    for event in train(config, load(config.data, config.seed)):
        view = fold(view, event)
    judgement = view.judgement
    assert judgement is not None and judgement.verdict is TRIALS[name].verdict


def test_all_runs_of_the_stop_rule_ended_by_it() -> None:
    lesson = lesson_named("stop-rule")
    assert lesson is not None
    ended = [outcome(trial.name).finished for trial in (*lesson.trials, *lesson.beside)]
    assert [one.stop_reason for one in ended if one] == [StopReason.TOLERANCE] * 3


def test_each_entry_of_the_target_has_the_divisors_that_are_shown() -> None:
    q = np.random.default_rng(0).dirichlet(np.ones(4), size=7)
    rules = {False: target_distribution, True: recycled_target_distribution}
    for is_recycled, target in rules.items():
        for example in (q, Q_OF_THREE):
            clusters, samples = divisors(*example.shape, is_recycled=is_recycled)
            weight = example**2 / example.sum(axis=0)[clusters]
            computed = weight / weight.sum(axis=1)[samples]
            np.testing.assert_allclose(computed, target(example), rtol=1e-12)
    assert not np.allclose(recycled_target_distribution(Q_OF_THREE).sum(axis=1), 1, atol=0.01)


def test_the_table_of_causes_agrees_with_the_stored_runs() -> None:
    for name, rule, rate, interval in (
        ("r-port", "as R divides", "1", "10"),
        ("r-port-rate", "equation (3)", "1", "10"),
        ("r-port-target", "as R divides", "0.01", "140"),
    ):
        last = outcome(name).updates[-1]
        (row,) = [
            line for line in FACTORIAL.splitlines() if f"| {rule} | {rate} | {interval} |" in line
        ]
        assert f"{last.measures['occupied_clusters']} cluster" in row
        assert f"after {last.iteration:,}" in row
        assert "NMI" not in row or f"NMI {last.measures['nmi']:.3f}" in row


def test_the_small_examples_show_what_is_said_of_them() -> None:
    steps = dec_steps()
    np.testing.assert_allclose(steps.q.sum(axis=1), 1, atol=1e-6)
    assert (steps.p.max(axis=1) > steps.q.max(axis=1)).all()
    one, halved, right = unequal_scores().values()
    assert (one.acc, one.nmi, one.ari) == (0.9, 0.0, 0.0)
    assert halved.acc < one.acc and halved.nmi > 0.5
    assert right.acc == right.nmi == right.ari == 1
    # Five clusters are matched to the five largest of the ten classes at best.
    digits = load(get_preset("digits").config.data, 0)
    assert digits.y is not None
    sizes = np.sort(np.bincount(digits.y))
    assert f"{sizes[-5:].sum() / len(digits.y):.2f}" == "0.51"


def test_umap_keeps_neither_distances_nor_widths() -> None:
    figures = island_figures()
    assert (figures.distance, figures.size) == ("5", "4")
    assert float(figures.map_distance) < 2 and float(figures.map_size) < 2
