"""The run's settings beside the preset's and the form's, and its name."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dec_core.config import SETTINGS, Config
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.runs.short_runs import SMALL, small_config, wait_for
from tests.ui.screens import button, captions, change, click, new_screen, refresh, setting


@pytest.fixture
def session(manager: RunManager) -> RunHandle:
    run = manager.start(small_config(), "digits")
    wait_for(run, RunState.FINISHED)
    return run


def rows(screen: AppTest) -> dict[str, tuple[str, ...]]:
    """The table of settings: by label and section, the run's value and then the others'."""
    values = screen.table[-1].value
    return {row.iloc[0]: tuple(row.iloc[1:]) for _, row in values.iterrows()}


def test_a_run_is_shown_beside_its_preset_and_the_form(session: RunHandle) -> None:
    screen = new_screen(run=session.run_id)
    (panel,) = [one for one in screen.expander if one.label.startswith("Settings of this run")]
    n_changed = len(session.config.differences(Config()))
    assert panel.label.endswith(f": {n_changed} unlike preset digits, 0 unlike the form")
    assert len(rows(screen)) == n_changed
    assert "Same as the run shown" in captions(screen)
    assert button(screen, "Match").disabled
    change(screen, "clustering.learning_rate", "0.25")
    refresh(screen)
    own = session.config.text_of("clustering.learning_rate")
    assert rows(screen)["Learning rate (clustering)"] == (own, "**0.05**", "**0.25**")
    assert "1 unlike the run shown" in captions(screen)
    screen.toggle(key="all_run_settings").set_value(True).run()
    assert len(rows(screen)) == len(SETTINGS)
    click(screen, "Match")
    assert setting(screen, "clustering.learning_rate").value == own
    assert setting(screen, "data.n_samples").value == str(SMALL["data.n_samples"])


def test_a_run_is_named_in_place(session: RunHandle, manager: RunManager) -> None:
    screen = new_screen(run=session.run_id)
    assert screen.subheader[0].value == "Digits"
    screen.text_input(key=f"name:{session.run_id}").set_value("[my](run)")
    click(screen, "Save")
    assert manager.store.record(session.run_id).title == "[my](run)"
    # Letter by letter: no link.
    assert screen.subheader[0].value == r"\[my\](run)"
    assert [toast.value for toast in screen.toast] == [r"Saved: \[my\](run)"]


def test_a_name_that_cannot_be_saved_is_a_sentence(
    session: RunHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_values: object) -> None:
        raise OSError(28, "No space left on device")

    screen = new_screen(run=session.run_id)
    monkeypatch.setattr("dec_core.store.store.write_notes", refuse)
    screen.text_input(key=f"name:{session.run_id}").set_value("mine")
    click(screen, "Save")
    (toast,) = screen.toast
    assert toast.value.startswith("The name was not saved")
    assert screen.subheader[0].value == "Digits"
