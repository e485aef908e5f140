"""One run on its thread: what each command does, and what it must not do."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dec_core.analysis.verdict import StopReason, Verdict
from dec_core.config import DataSettings
from dec_core.data import Dataset, load
from dec_core.errors import RunError, SettingsError
from dec_core.events.events import ParameterChanged
from dec_core.processes.projector import Projector
from dec_core.runs import session as session_module
from dec_core.runs.manager import RunManager
from dec_core.runs.session import RunSession, Step
from dec_core.store.record import RunState
from tests.runs.small_sessions import (
    ENDLESS,
    damaged_data,
    pause,
    small_config,
    step,
    wait_for,
    wait_for_updates,
    wait_until,
)

_sessions: list[RunSession] = []


@pytest.fixture(autouse=True)
def stopped_at_the_end() -> Iterator[None]:
    """No run outlives its test."""
    yield
    for session in _sessions:
        if session.state in (RunState.RUNNING, RunState.PAUSED):
            session.stop()
        session.join(timeout=60)
    _sessions.clear()


def new_session(values: Mapping[str, Any] | None = None) -> RunSession:
    session = RunSession("quiet-otter-3f2a", small_config(values), "digits", Projector())
    _sessions.append(session)
    return session


def started(values: Mapping[str, Any] | None = None) -> RunSession:
    session = new_session(values)
    session.start()
    return session


@pytest.fixture
def at_the_door(monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunSession]:
    """Start a run whose data arrive only once it was asked to pause; it pauses right there."""
    door = threading.Event()

    def load_later(settings: DataSettings, seed: int) -> Dataset:
        assert door.wait(timeout=60)
        return load(settings, seed)

    monkeypatch.setattr("dec_core.data.load", load_later)

    def start(values: Mapping[str, Any] | None = None) -> RunSession:
        session = started(values)
        session.pause()
        door.set()
        wait_for(session, RunState.PAUSED)
        return session

    return start


def clustering(values: Mapping[str, Any] | None = None) -> RunSession:
    """A long run that has begun to cluster."""
    session = started({**ENDLESS, **(values or {})})
    wait_for_updates(session, 2)
    return session


def finished(session: RunSession) -> RunSession:
    session.join(timeout=120)
    assert session.state is RunState.FINISHED
    assert session.view.failed is None
    assert session.view.finished is not None
    return session


def test_a_run_goes_from_its_beginning_to_its_end() -> None:
    session = new_session()
    assert session.state is RunState.QUEUED
    session.start()
    view = finished(session).view
    assert view.finished is not None
    assert view.finished.stop_reason is StopReason.MAX_ITERATIONS
    assert len(view.pretraining) == 2
    assert [update.iteration for update in view.updates] == [0, 10, 20, 30, 40]
    assert view.iteration == 40


def test_the_end_is_told_once_and_after_the_state_changed() -> None:
    states: list[RunState] = []
    session = RunSession(
        "quiet-otter-3f2a",
        small_config(),
        "digits",
        Projector(),
        lambda: states.append(session.state),
    )
    session.start()
    session.join(timeout=120)
    assert states == [RunState.FINISHED]


def test_pause_stops_advancing_and_resume_goes_on() -> None:
    session = clustering()
    pause(session)
    revision = session.view.revision
    time.sleep(0.4)
    assert session.view.revision == revision
    updates = len(session.view.updates)
    session.resume()
    wait_for(session, RunState.RUNNING)
    wait_for_updates(session, updates + 3)


def test_pause_before_the_data_are_there(at_the_door: Callable[..., RunSession]) -> None:
    session = at_the_door()
    assert session.view.started is not None
    assert session.view.revision == 1
    session.resume()
    finished(session)


def test_step_to_the_next_update() -> None:
    session = clustering({"clustering.update_interval": 25})
    pause(session)
    before = len(session.view.updates)
    step(session, Step.UPDATE)
    assert session.state is RunState.PAUSED
    updates = session.view.updates
    assert len(updates) == before + 1
    assert updates[-1].iteration - updates[-2].iteration == 25
    assert session.view.iteration == updates[-1].iteration


def test_step_by_one_iteration() -> None:
    session = clustering({"clustering.update_interval": 50})
    pause(session)
    # After an update all of its interval lies ahead.
    step(session, Step.UPDATE)
    for _ in range(3):
        before = session.view
        step(session, Step.ITERATION)
        assert session.state is RunState.PAUSED
        assert session.view.iteration == before.iteration + 1
        assert session.view.revision == before.revision + 1


def test_step_before_clustering_goes_epoch_by_epoch(at_the_door: Callable[..., RunSession]) -> None:
    session = at_the_door()
    for epochs in (1, 2):
        step(session, Step.UPDATE)
        assert len(session.view.pretraining) == epochs
    step(session, Step.ITERATION)
    assert session.view.centers is not None
    assert not session.view.updates


def test_step_while_it_runs_pauses_at_the_next_update() -> None:
    session = clustering()
    session.step(Step.UPDATE)
    wait_for(session, RunState.PAUSED)
    assert session.view.updates[-1].iteration == session.view.iteration


def test_resume_after_steps_runs_at_full_speed() -> None:
    session = clustering({"clustering.update_interval": 50})
    pause(session)
    step(session, Step.ITERATION)
    session.resume()
    wait_for_updates(session, len(session.view.updates) + 2)
    pause(session)
    # Were the limit of one step still there, every iteration would be an event.
    first = session.view
    session.resume()
    wait_for_updates(session, len(first.updates) + 4)
    pause(session)
    last = session.view
    assert last.iteration - first.iteration > last.revision - first.revision


def test_stop_ends_a_run_as_unfinished() -> None:
    # At a rate at which it stays healthy however late the stop comes.
    session = clustering({"clustering.learning_rate": 1e-5})
    session.stop()
    view = finished(session).view
    assert view.finished is not None
    assert view.finished.stop_reason is StopReason.STOPPED
    assert view.finished.judgement.verdict is Verdict.UNFINISHED
    assert view.finished.judgement.sentence.startswith("Stopped by you at iteration")
    # The buttons may still show the state from before the end; Stop must not come back in them.
    assert session.is_stopping


@pytest.mark.parametrize("has_begun_to_cluster", [True, False])
def test_stop_ends_a_paused_run(
    has_begun_to_cluster: bool, at_the_door: Callable[..., RunSession]
) -> None:
    session = at_the_door(ENDLESS)
    if has_begun_to_cluster:
        for _ in range(4):
            step(session, Step.UPDATE)
    assert bool(session.view.updates) is has_begun_to_cluster
    session.stop()
    view = finished(session).view
    assert view.finished is not None
    assert view.finished.stop_reason is StopReason.STOPPED


def test_stop_ends_a_run_within_a_step() -> None:
    session = started({**ENDLESS, "clustering.update_interval": 10_000})
    wait_for_updates(session, 1)
    pause(session)
    # Of this step only a part is done when the run is stopped.
    session.step(Step.UPDATE)
    revision = session.view.revision
    wait_until(lambda: session.view.revision > revision)
    session.stop()
    view = finished(session).view
    assert view.finished is not None
    assert view.finished.stop_reason is StopReason.STOPPED


def test_nothing_outdoes_a_stop() -> None:
    session = clustering()
    session.stop()
    with contextlib.suppress(RunError):
        session.pause()
        session.step(Step.UPDATE)
    finished(session)


def test_a_withdrawn_run_never_starts() -> None:
    session = new_session()
    session.stop()
    assert session.state is RunState.WITHDRAWN
    assert not session.start()
    session.join(timeout=60)
    assert session.state is RunState.WITHDRAWN
    assert session.view.revision == 0


def test_a_step_ends_at_a_checkpoint(manager: RunManager) -> None:
    session = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(session, 1)
    pause(session)
    for _ in range(3):
        step(session, Step.ITERATION)
        assert session.view.iteration in manager.store.checkpoints(session.run_id)


def test_a_live_change_arrives_as_an_event() -> None:
    session = clustering()
    pause(session)
    path = "clustering.learning_rate"
    session.change(path, 0.005)
    assert not session.view.changes
    # An update that was due at the pause comes before the next gradient step.
    step(session, Step.UPDATE)
    step(session, Step.UPDATE)
    (change,) = session.view.changes
    assert change == ParameterChanged(change.iteration, path, 0.001, 0.005)
    assert change.iteration <= session.view.iteration
    assert session.view.config.clustering.learning_rate == 0.005
    assert session.config.clustering.learning_rate == 0.001


def test_a_shorter_interval_holds_for_the_next_update() -> None:
    session = clustering({"clustering.update_interval": 50})
    pause(session)
    step(session, Step.UPDATE)
    session.change("clustering.update_interval", 5)
    step(session, Step.UPDATE)
    last, before = session.view.updates[-1], session.view.updates[-2]
    assert last.iteration - before.iteration == 5


@pytest.mark.parametrize("path", ["clustering.n_clusters", "seed", "no.such.setting", ""])
def test_fixed_parameters_are_refused_with_a_sentence(path: str) -> None:
    with pytest.raises(SettingsError, match=r"is fixed while a run trains. Only .* can be changed"):
        new_session().change(path, 3)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("clustering.learning_rate", 0.0),
        ("clustering.learning_rate", float("nan")),
        ("clustering.update_interval", 0),
        ("clustering.tol", 0.6),
    ],
)
def test_values_out_of_bounds_are_refused(path: str, value: float) -> None:
    session = clustering()
    with pytest.raises(SettingsError, match=path):
        session.change(path, value)
    wait_for_updates(session, len(session.view.updates) + 2)
    assert session.view.changes == ()


def test_pauses_and_steps_leave_the_labels_as_they_are(
    at_the_door: Callable[..., RunSession],
) -> None:
    halting = at_the_door()
    for how_far in (Step.UPDATE, Step.UPDATE, Step.UPDATE, Step.UPDATE):
        step(halting, how_far)
    for _ in range(4):
        step(halting, Step.ITERATION)
    halting.resume()
    finished(halting)
    straight = finished(started())
    assert len(halting.view.updates) == len(straight.view.updates)
    for one, other in zip(straight.view.updates, halting.view.updates, strict=True):
        assert one.iteration == other.iteration
        first, second = (run.frames.labels(one.update) for run in (halting, straight))
        np.testing.assert_array_equal(first, second)


def test_damaged_data_fail_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEC_DATA_DIR", str(damaged_data(tmp_path)))
    session = started({"data.name": "fashion-mnist"})
    session.join(timeout=60)
    assert session.state is RunState.FAILED
    failed = session.view.failed
    assert failed is not None
    assert str(tmp_path) in failed.message
    assert failed.message.endswith(".")
    assert "Traceback" in failed.details
    assert "Traceback" not in failed.message


def test_settings_that_do_not_fit_the_data_fail_with_a_sentence() -> None:
    session = started({"data.n_samples": 20, "clustering.n_clusters": 30})
    session.join(timeout=60)
    assert session.view.failed is not None
    assert "n_clusters must be between 2 and the number of samples (20)" in (
        session.view.failed.message
    )


def test_an_unexpected_error_is_named_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("dec_core.data.load", broken)
    session = started()
    session.join(timeout=60)
    assert session.state is RunState.FAILED
    assert session.view.failed is not None
    assert session.view.failed.message == (
        "Training stopped on an unexpected error: MemoryError: no room"
    )
    assert any(record.name == session_module.__name__ for record in caplog.records)


@pytest.mark.parametrize("command", ["pause", "resume", "stop", "step", "change"])
def test_commands_to_an_ended_run_are_refused(command: str) -> None:
    session = finished(started())
    arguments: dict[str, tuple[Any, ...]] = {
        "step": (Step.UPDATE,),
        "change": ("clustering.tol", 0.1),
    }
    with pytest.raises(RunError, match=r"quiet-otter-3f2a is ended. Reload the page"):
        getattr(session, command)(*arguments.get(command, ()))


def test_commands_that_do_not_fit_the_state_are_refused() -> None:
    session = new_session(ENDLESS)
    with pytest.raises(RunError, match=r"needs a run that is running. .* is queued"):
        session.pause()
    session.start()
    with pytest.raises(RunError, match=r"needs a run that is paused. .* is running"):
        session.resume()
    pause(session)
    with pytest.raises(RunError, match=r"needs a run that is running. .* is paused"):
        session.pause()
