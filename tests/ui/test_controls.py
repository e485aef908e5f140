"""The buttons: what they start, pause, step and stop."""

from __future__ import annotations

import pytest

from dec_core.config import get_preset
from dec_core.runs.commands import Stop
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.runs.short_runs import (
    ENDLESS,
    SMALL,
    pause,
    small_config,
    wait_for,
    wait_for_updates,
    wait_until,
)
from tests.ui.screens import (
    button,
    click,
    enabled,
    intact,
    menu,
    new_screen,
    preset_choice,
    refresh,
    sentences,
    setting,
    where,
)


def endless(manager: RunManager) -> RunHandle:
    """So slow that it stays healthy however long the screen takes."""
    session = manager.start(small_config({**ENDLESS, "clustering.learning_rate": 1e-5}), "digits")
    wait_for_updates(session, 2)
    return session


def small_screen_query() -> dict[str, str]:
    return {path.replace(".", "__"): str(value) for path, value in {**SMALL, **ENDLESS}.items()}


def test_start_begins_a_run_with_the_settings_of_the_form(manager: RunManager) -> None:
    screen = click(new_screen(**small_screen_query()), "Start")
    (session,) = manager.handles()
    assert screen.query_params["run"] == session.run_id
    assert session.config == small_config(ENDLESS)
    assert session.preset == "digits"
    wait_for_updates(session, 1)
    assert session.run_id in where(refresh(screen))


def test_a_second_start_queues(manager: RunManager) -> None:
    screen = click(click(new_screen(**small_screen_query()), "Start"), "Start next")
    first, second = manager.handles()
    assert len(manager.runs_ahead(second)) == 1
    assert screen.query_params["run"] == second.run_id
    assert "1 ahead of this one" in sentences(screen)[0]
    click(screen, "Stop")
    assert second.state is RunState.WITHDRAWN
    assert first.state is RunState.RUNNING
    assert sentences(refresh(screen)) == ["Withdrawn before it began."]


def test_pause_and_resume(manager: RunManager) -> None:
    session = endless(manager)
    screen = click(new_screen(run=session.run_id), "Pause")
    wait_for(session, RunState.PAUSED)
    assert "Pause" not in enabled(refresh(screen))
    click(screen, "Resume")
    wait_for(session, RunState.RUNNING)
    assert "Pause" in enabled(refresh(screen))


def test_step_goes_to_the_next_update_and_pauses(manager: RunManager) -> None:
    session = endless(manager)
    screen = click(new_screen(run=session.run_id), "Next update")
    wait_for(session, RunState.PAUSED)
    before = len(session.view.updates)
    click(refresh(screen), "Next update")
    wait_until(lambda: len(session.view.updates) > before)
    wait_for(session, RunState.PAUSED)
    assert len(session.view.updates) == before + 1


def test_step_by_one_iteration(manager: RunManager) -> None:
    session = manager.start(small_config({**ENDLESS, "clustering.update_interval": 1000}), "digits")
    wait_for_updates(session, 1)
    screen = click(new_screen(run=session.run_id), "Next update")
    wait_for(session, RunState.PAUSED)
    before = session.view.iteration
    click(refresh(screen), "One iteration")
    wait_until(lambda: session.view.iteration > before)
    wait_for(session, RunState.PAUSED)
    assert session.view.iteration == before + 1


def test_stop_ends_the_run(manager: RunManager) -> None:
    session = endless(manager)
    screen = click(new_screen(run=session.run_id), "Stop")
    wait_for(session, RunState.FINISHED)
    refresh(screen)
    assert [s for s in sentences(screen) if s.startswith("Stopped by you")]
    assert button(screen, "Stop").disabled


def test_a_command_that_comes_too_late_is_a_sentence(manager: RunManager) -> None:
    session = endless(manager)
    screen = new_screen(run=session.run_id)
    manager.send(session, Stop())
    wait_for(session, RunState.FINISHED)
    click(screen, "Pause")
    assert button(screen, "Pause").disabled
    assert [s for s in sentences(screen) if s.startswith("Stopped by you")]


def test_the_list_of_runs_leads_to_each(manager: RunManager) -> None:
    first = endless(manager)
    second = manager.start(small_config(), "digits")
    screen = new_screen(run=second.run_id)
    runs = menu(screen, "runs")
    queued, training = (option.split(" \N{MIDDLE DOT} ") for option in runs.options)
    assert queued[0] == second.run_id
    assert queued[1].startswith("digits on digits: samples 300, ")
    assert queued[2:3] == ["queued"]
    assert training[0] == first.run_id
    assert training[2:3] == ["training"]
    runs.click(runs.options[1]).run()
    assert intact(screen).query_params["run"] == first.run_id
    assert first.run_id in where(screen)


def test_the_card_trains_digits(manager: RunManager) -> None:
    screen = click(new_screen(), "Train on digits")
    (session,) = manager.handles()
    assert (session.preset, session.config) == ("digits", get_preset("digits").config)
    assert screen.query_params["run"] == session.run_id


def test_the_card_trains_the_r_port_on_what_is_at_hand(manager: RunManager) -> None:
    screen = click(new_screen(), "Train the R port")
    (session,) = manager.handles()
    assert (session.preset, session.config) == ("r-port", get_preset("r-port").on("digits"))
    assert screen.query_params["preset"] == "r-port"
    assert screen.query_params["data.name"] == "digits"
    assert preset_choice(screen).value == "r-port"


def test_a_state_that_comes_while_the_page_is_drawn_reaches_the_buttons(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = endless(manager)

    def pause_behind_the_buttons(*_: object) -> None:
        if session.state is RunState.RUNNING:
            pause(manager, session)

    # The last thing of the row.
    monkeypatch.setattr("pages.ui.train.controls.export_control", pause_behind_the_buttons)
    screen = new_screen(run=session.run_id)
    assert not button(screen, "Resume").disabled


def test_start_takes_a_field_that_the_same_click_has_left(manager: RunManager) -> None:
    screen = new_screen(**small_screen_query())
    setting(screen, "data.n_samples").set_value("200")
    click(screen, "Start")
    (session,) = manager.handles()
    assert session.config.data.n_samples == 200


def test_the_menu_leads_to_a_run_whose_label_has_changed_meanwhile(manager: RunManager) -> None:
    first = endless(manager)
    second = manager.start(small_config(), "digits")
    screen = new_screen(run=first.run_id)
    runs = menu(screen, "runs")
    manager.send(second, Stop())
    runs.click(runs.options[0]).run()
    assert intact(screen).query_params["run"] == second.run_id
