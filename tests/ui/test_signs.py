"""The warnings of a run, on its page."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.runs.short_runs import small_config, wait_for
from tests.ui.screens import new_screen


def warnings(screen: AppTest) -> list[Any]:
    """The tables of warnings on a page."""
    return [one.value for one in screen.table if "Warning" in one.value]


def test_each_warning_stands_with_its_number_and_its_bound(manager: RunManager) -> None:
    values = {"clustering.learning_rate": 5.0, "clustering.update_interval": 2}
    session = manager.start(small_config(values), "digits")
    wait_for(session, RunState.FINISHED)
    (shown,) = warnings(new_screen(run=session.run_id))
    assert list(shown["Iteration"]) == [f"{seen.iteration:,}" for seen in session.view.signs]
    assert "Embedding spread" in set(shown["Measured"])
    assert not any(shown["Warning"].str.contains("since"))


def test_a_healthy_run_has_none(manager: RunManager) -> None:
    values = {"pretraining.epochs": 60, "clustering.max_iterations": 10}
    session = manager.start(small_config(values), "digits")
    wait_for(session, RunState.FINISHED)
    assert session.view.signs == ()
    assert not warnings(new_screen(run=session.run_id))


def test_a_dead_embedding_leads_to_its_diagnosis(manager: RunManager) -> None:
    session = manager.start(small_config(), "digits")
    wait_for(session, RunState.FINISHED)
    screen = new_screen(run=session.run_id)
    assert "Find out why" in [link.proto.label for link in screen.get("page_link")]
