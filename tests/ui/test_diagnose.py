"""The Diagnose page: the target inspector of runs of either rule, and where there is nothing."""

from __future__ import annotations

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.runs.short_runs import ENDLESS, small_config, wait_for, wait_for_updates
from tests.store.test_golden import GOLDEN
from tests.ui.screens import (
    captions,
    choose,
    come_again,
    intact,
    metrics,
    opened,
    plots,
    refresh,
    sentences,
)

FIGURES = {
    f"inspector_{name}"
    for name in "row_sums cluster_shares pulls pull_lengths target_sample slow_motion".split()
}


def diagnose(**query: str) -> AppTest:
    """A tab that shows the Diagnose page at this address."""
    return refresh(opened("diagnose.py", **query))


def inspected(screen: AppTest) -> str:
    """The caption of the target inspector, below the answer."""
    return next(one for one in captions(screen) if one.startswith("Target rule"))


def test_a_run_of_each_rule(manager: RunManager) -> None:
    run_ids = []
    for rule in ("paper", "r-recycled"):
        run = manager.start(small_config({"clustering.target": rule}), "digits")
        wait_for(run, RunState.FINISHED)
        run_ids.append(run.run_id)
    right, wrong = run_ids
    # Where the address names none, the newest run is shown.
    screen = diagnose()
    sentence = sentences(screen)[-1]
    assert sentence.startswith("The rows of P sum to 0.")
    assert "this is not a distribution. " in sentence
    assert inspected(screen) == "Target rule r-recycled, iteration 40."
    assert set(plots(screen)) >= FIGURES
    assert metrics(screen)["Row sums of P"].startswith("0.")
    before = plots(screen)

    choose(screen, "pulled", "Samples")
    choose(screen, "step_with", "P of the paper")
    after = plots(screen)
    changed = {name for name in FIGURES if after[name]["figure"] != before[name]["figure"]}
    assert changed == {"inspector_pulls", "inspector_pull_lengths", "inspector_slow_motion"}

    (choice,) = [box for box in screen.selectbox if box.label == "Run"]
    choice.set_value(right).run()
    intact(screen)
    assert screen.query_params["run"] == right
    sentence = sentences(screen)[-1]
    assert sentence.startswith("P is the paper's target: its rows sum to 1.")
    assert metrics(screen)["Mean difference"] == "0"
    # A sample that was chosen is followed from update to update.
    (sample,) = [box for box in screen.selectbox if str(box.key).startswith("inspected_sample")]
    sample.set_value(sample.options[3]).run()
    intact(screen)
    assert screen.session_state["followed_sample"] == {right: sample.options[3]}
    # Train shows the run that was looked at last, and so does Diagnose.
    assert come_again(screen, "train.py").query_params["run"] == right
    come_again(screen, "train.py", run=wrong)
    assert come_again(screen, "diagnose.py").query_params["run"] == wrong
    # An address leads to a run and an update.
    screen = diagnose(run=wrong, update="1")
    assert inspected(screen) == "Target rule r-recycled, iteration 10."
    for number, is_known in (("7", True), ("300", False)):
        screen = opened("diagnose.py", run=wrong, update="1")
        screen.session_state["followed_sample"] = {wrong: number}
        shown = "inspector_target_sample" in plots(refresh(screen))
        assert shown is is_known
    assert sentences(screen)[-1].startswith("A sample must be a whole number from 0 to 299.")


def test_a_run_that_trains_and_one_that_waits(manager: RunManager) -> None:
    running, waiting = (manager.start(small_config(ENDLESS), "digits") for _ in range(2))
    wait_for_updates(running, 2)
    assert set(plots(diagnose(run=running.run_id))) >= FIGURES
    asked, sentence = sentences(diagnose(run=waiting.run_id))
    assert asked == "Why a run is spoilt can be asked once it clusters."
    assert sentence.startswith("This run has made no target yet")


def test_a_run_of_a_former_version(manager: RunManager) -> None:
    shutil.copytree(GOLDEN, manager.store.root / GOLDEN.name)
    screen = diagnose(run=GOLDEN.name)
    sentence = sentences(screen)[-1]
    assert sentence.startswith("The cluster centres of this run were not stored")
    assert not FIGURES & set(plots(screen))


@pytest.mark.parametrize("query", [{}, {"run": "quiet-otter-0000"}])
def test_without_any_run(query: dict[str, str]) -> None:
    screen = diagnose(**query)
    assert [link.proto.label for link in screen.get("page_link")] == ["Train a run"]
    assert len(sentences(screen)) == len(query)
