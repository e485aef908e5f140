"""Adjust: what it shows of a run that trains, and what it sends."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from dec_core.runs.commands import Change, Resume
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from tests.runs.short_runs import ENDLESS, pause, small_config, wait_for_updates
from tests.ui.screens import click, new_screen, refresh, sentences


def endless(manager: RunManager, values: dict[str, Any] | None = None) -> RunHandle:
    """A long run that has begun to cluster."""
    session = manager.start(small_config({**ENDLESS, **(values or {})}), "digits")
    wait_for_updates(session, 2)
    return session


def test_adjust_sends_what_a_person_has_changed_and_only_that(manager: RunManager) -> None:
    session = endless(manager, {"clustering.learning_rate": 0.00123})
    pause(manager, session)
    screen = open_adjust(new_screen(run=session.run_id))
    assert live_fields(screen) == {"learning_rate": "0.00123", "update_interval": "10", "tol": "0"}
    click(screen, "Apply")
    assert "These are the present values already." in sentences(screen)
    type_live(screen, learning_rate="50", tol="x")
    click(screen, "Apply")
    (sentence,) = [said for said in sentences(screen) if said.startswith("Learning rate: must be")]
    assert "Tolerance: must be" in sentence
    type_live(screen, learning_rate="0.002", tol="0")
    click(screen, "Apply")
    assert "Sent: learning rate 0.002." in sentences(screen)
    # Paused, the run has not taken it yet; it is not sent again for that.
    click(screen, "Apply")
    assert "These are the present values already." in sentences(screen)
    manager.send(session, Resume())
    wait_for_updates(session, len(session.view.updates) + 2)
    assert [(c.path, c.new) for c in session.view.changes] == [("clustering.learning_rate", 0.002)]


def test_adjust_shows_what_another_tab_has_changed(manager: RunManager) -> None:
    session = endless(manager)
    # Nothing else of the run changes, or the page would be drawn anew with Adjust closed.
    pause(manager, session)
    screen = open_adjust(new_screen(run=session.run_id))
    manager.send(session, Change("clustering.tol", 1e-07))
    assert live_fields(refresh(screen))["tol"] == "1e-07"


def open_adjust(screen: AppTest) -> AppTest:
    """AppTest cannot click a popover."""
    screen.session_state["adjust"] = True
    return refresh(screen)


def live_fields(screen: AppTest) -> dict[str, str]:
    """What the fields of Adjust hold, by the name of their setting."""
    return {name: field.value or "" for name, field in _live(screen).items()}


def type_live(screen: AppTest, **texts: str) -> None:
    """Type into the fields of Adjust."""
    for name, text in texts.items():
        _live(screen)[name].set_value(text)


def _live(screen: AppTest) -> dict[str, TextInput]:
    fields = {(field.key or "").split(":", 3)[2]: field for field in _live_fields(screen)}
    return {path.removeprefix("clustering."): field for path, field in fields.items()}


def _live_fields(screen: AppTest) -> list[TextInput]:
    return [field for field in screen.text_input if (field.key or "").startswith("live:")]
