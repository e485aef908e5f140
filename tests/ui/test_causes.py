"""Diagnose: the answer, the runs that prove it and the remedy, without a browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from pages.ui.diagnose.causes import investigations
from tests.experiments.test_diagnosing import TOO_HIGH, config
from tests.runs.short_runs import wait_for, wait_until
from tests.ui.screens import captions, click, enabled, plots, refresh, rows, sentences
from tests.ui.test_diagnose import diagnose


def settled(screen: AppTest, run_id: str) -> AppTest:
    """The page once the diagnosis that is made has come to its end."""
    wait_until(lambda: investigations().looked_at(run_id).progress.is_over)
    return refresh(screen)


def test_a_spoilt_run_is_explained_and_repaired(manager: RunManager) -> None:
    run = manager.start(config(TOO_HIGH), "digits")
    wait_for(run, RunState.FINISHED)
    screen = settled(diagnose(run=run.run_id), run.run_id)
    (suspected,) = (one for one in sentences(screen) if one.startswith("**Suspected"))
    assert "the learning rate of clustering, 3, is too high" in suspected
    assert len(manager.handles()) == 1
    click(screen, "Find out why")
    screen = settled(screen, run.run_id)
    (answer,) = (one for one in sentences(screen) if one.startswith("**One cause"))
    assert "Repaired by learning rate 3 to 0.01: 10 of 10 clusters" in answer
    drawn = plots(screen)["trial_runs"]["alternative"]
    assert "As it was: " in drawn
    assert "Clustering at the reference: 10 of 10 clusters" in drawn
    (tried,) = (one for one in manager.handles() if one is not run)
    assert [one.label for one in screen.expander if "(proved)" in one.label]
    assert "Find out why" not in enabled(screen)
    click(screen, "Apply the remedy")
    repaired = manager.handles()[-1]
    assert repaired.run_id not in (run.run_id, tried.run_id)
    assert repaired.lineage is not None
    assert (repaired.lineage.parent, repaired.lineage.iteration) == (run.run_id, 0)
    assert repaired.config == config({"clustering.learning_rate": 0.01})
    assert screen.query_params["runs"] == f"{repaired.run_id},{run.run_id}"
    # Runs that were made to explain another one do not crowd the lists.
    assert tried.run_id not in rows(screen)
    assert {run.run_id, repaired.run_id} <= set(rows(screen))
    assert "Tags lead to 1 run of a diagnosis." in " ".join(captions(screen))


def test_a_sound_run_can_be_checked(manager: RunManager) -> None:
    run = manager.start(config({"clustering.update_interval": 100}), "digits")
    wait_for(run, RunState.FINISHED)
    screen = settled(diagnose(run=run.run_id), run.run_id)
    click(screen, "Check it against the reference")
    screen = settled(screen, run.run_id)
    assert any(one.startswith("**Nothing is wrong with this run.") for one in sentences(screen))
    assert "Apply the remedy" not in enabled(screen)
