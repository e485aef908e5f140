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
from dec_core.runs import worker as worker_module
from dec_core.runs.commands import Change, Command, Pause, Resume, Step, StepSize, Stop, Suspend
from dec_core.runs.worker import Worker
from dec_core.store.record import RunState
from tests.runs.short_runs import (
    ENDLESS,
    damaged_data,
    wait_for,
    wait_for_updates,
    wait_until,
)
from tests.runs.small_workers import (
    clustering,
    end_workers,
    finished,
    new_worker,
    pause,
    started,
    step,
)


@pytest.fixture(autouse=True)
def stopped_at_the_end() -> Iterator[None]:
    """No run outlives its test."""
    yield
    end_workers()


@pytest.fixture
def at_the_door(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Worker]:
    """Start a run whose data arrive only once it was asked to pause; it pauses right there."""
    door = threading.Event()

    def load_later(settings: DataSettings, seed: int) -> Dataset:
        assert door.wait(timeout=60)
        return load(settings, seed)

    monkeypatch.setattr("dec_core.data.load", load_later)

    def start(values: Mapping[str, Any] | None = None) -> Worker:
        worker = started(values)
        worker.send(Pause())
        door.set()
        wait_for(worker.handle, RunState.PAUSED)
        return worker

    return start


def test_who_waits_for_a_run_at_the_moment_it_starts_waits_for_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker, start, seen = new_worker(), threading.Thread.start, list[RunState]()

    def wait() -> None:
        worker.join()
        seen.append(worker.handle.state)

    waiter = threading.Thread(target=wait)

    def start_late(thread: threading.Thread) -> None:
        if thread.name.startswith("run "):
            start(waiter)
            waiter.join(timeout=0.1)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_late)
    worker.start()
    waiter.join()
    assert seen == [RunState.FINISHED]


def test_a_run_goes_from_its_beginning_to_its_end() -> None:
    worker = new_worker()
    assert worker.handle.state is RunState.QUEUED
    worker.start()
    view = finished(worker).handle.view
    assert view.finished is not None
    assert view.finished.stop_reason is StopReason.MAX_ITERATIONS
    assert len(view.pretraining) == 2
    assert [update.iteration for update in view.updates] == [0, 10, 20, 30, 40]
    assert view.iteration == 40


def test_the_end_is_told_once_and_after_the_state_changed() -> None:
    states: list[RunState] = []
    worker = new_worker(on_end=lambda: states.append(worker.handle.state))
    worker.start()
    worker.join(timeout=120)
    assert states == [RunState.FINISHED]


def test_pause_stops_advancing_and_resume_goes_on() -> None:
    worker = clustering()
    pause(worker)
    revision = worker.handle.view.revision
    time.sleep(0.4)
    assert worker.handle.view.revision == revision
    updates = len(worker.handle.view.updates)
    worker.send(Resume())
    wait_for(worker.handle, RunState.RUNNING)
    wait_for_updates(worker.handle, updates + 3)


def test_pause_before_the_data_are_there(at_the_door: Callable[..., Worker]) -> None:
    worker = at_the_door()
    assert worker.handle.view.started is not None
    assert worker.handle.view.revision == 1
    worker.send(Resume())
    finished(worker)


def test_step_to_the_next_update() -> None:
    worker = clustering({"clustering.update_interval": 25})
    pause(worker)
    before = len(worker.handle.view.updates)
    step(worker, StepSize.UPDATE)
    assert worker.handle.state is RunState.PAUSED
    updates = worker.handle.view.updates
    assert len(updates) == before + 1
    assert updates[-1].iteration - updates[-2].iteration == 25
    assert worker.handle.view.iteration == updates[-1].iteration


def test_step_by_one_iteration() -> None:
    worker = clustering({"clustering.update_interval": 50})
    pause(worker)
    # After an update all of its interval lies ahead.
    step(worker, StepSize.UPDATE)
    for _ in range(3):
        before = worker.handle.view
        step(worker, StepSize.ITERATION)
        assert worker.handle.state is RunState.PAUSED
        assert worker.handle.view.iteration == before.iteration + 1
        assert worker.handle.view.revision == before.revision + 1


def test_step_before_clustering_goes_epoch_by_epoch(at_the_door: Callable[..., Worker]) -> None:
    worker = at_the_door()
    for epochs in (1, 2):
        step(worker, StepSize.UPDATE)
        assert len(worker.handle.view.pretraining) == epochs
    step(worker, StepSize.ITERATION)
    assert worker.handle.view.centers is not None
    assert not worker.handle.view.updates


def test_step_while_it_runs_pauses_at_the_next_update() -> None:
    worker = clustering()
    worker.send(Step(StepSize.UPDATE))
    wait_for(worker.handle, RunState.PAUSED)
    assert worker.handle.view.updates[-1].iteration == worker.handle.view.iteration


def test_resume_after_steps_runs_at_full_speed() -> None:
    worker = clustering({"clustering.update_interval": 50})
    pause(worker)
    step(worker, StepSize.ITERATION)
    worker.send(Resume())
    wait_for_updates(worker.handle, len(worker.handle.view.updates) + 2)
    pause(worker)
    # Were the limit of one step still there, every iteration would be an event.
    first = worker.handle.view
    worker.send(Resume())
    wait_for_updates(worker.handle, len(first.updates) + 4)
    pause(worker)
    last = worker.handle.view
    assert last.iteration - first.iteration > last.revision - first.revision


def test_stop_ends_a_run_as_unfinished() -> None:
    # At a rate at which it stays healthy however late the stop comes.
    worker = clustering({"clustering.learning_rate": 1e-5})
    worker.send(Stop())
    view = finished(worker).handle.view
    assert view.finished is not None
    assert view.finished.stop_reason is StopReason.STOPPED
    assert view.finished.judgement.verdict is Verdict.UNFINISHED
    assert view.finished.judgement.sentence.startswith("Stopped by you at iteration")
    # The buttons may still show the state from before the end; Stop must not come back in them.
    assert worker.handle.is_stopping


@pytest.mark.parametrize("has_begun_to_cluster", [True, False])
def test_stop_ends_a_paused_run(
    has_begun_to_cluster: bool, at_the_door: Callable[..., Worker]
) -> None:
    worker = at_the_door(ENDLESS)
    if has_begun_to_cluster:
        for _ in range(4):
            step(worker, StepSize.UPDATE)
    assert bool(worker.handle.view.updates) is has_begun_to_cluster
    worker.send(Stop())
    view = finished(worker).handle.view
    assert view.finished is not None
    assert view.finished.stop_reason is StopReason.STOPPED


def test_stop_ends_a_run_within_a_step() -> None:
    worker = started({**ENDLESS, "clustering.update_interval": 10_000})
    wait_for_updates(worker.handle, 1)
    pause(worker)
    # Of this step only a part is done when the run is stopped.
    worker.send(Step(StepSize.UPDATE))
    revision = worker.handle.view.revision
    wait_until(lambda: worker.handle.view.revision > revision)
    worker.send(Stop())
    view = finished(worker).handle.view
    assert view.finished is not None
    assert view.finished.stop_reason is StopReason.STOPPED


def test_nothing_outdoes_a_stop() -> None:
    worker = clustering()
    worker.send(Stop())
    with contextlib.suppress(RunError):
        worker.send(Pause())
        worker.send(Step(StepSize.UPDATE))
    finished(worker)


def test_a_withdrawn_run_never_starts() -> None:
    worker = new_worker()
    worker.send(Stop())
    assert worker.handle.state is RunState.WITHDRAWN
    assert not worker.start()
    worker.join(timeout=60)
    assert worker.handle.state is RunState.WITHDRAWN
    assert worker.handle.view.revision == 0


def test_a_live_change_arrives_as_an_event() -> None:
    worker = clustering()
    pause(worker)
    path = "clustering.learning_rate"
    worker.send(Change(path, 0.005))
    assert not worker.handle.view.changes
    # An update that was due at the pause comes before the next gradient step.
    step(worker, StepSize.UPDATE)
    step(worker, StepSize.UPDATE)
    (change,) = worker.handle.view.changes
    assert change == ParameterChanged(change.iteration, path, 0.001, 0.005)
    assert change.iteration <= worker.handle.view.iteration
    assert worker.handle.view.config.clustering.learning_rate == 0.005
    assert worker.handle.config.clustering.learning_rate == 0.001


def test_a_shorter_interval_holds_for_the_next_update() -> None:
    worker = clustering({"clustering.update_interval": 50})
    pause(worker)
    step(worker, StepSize.UPDATE)
    worker.send(Change("clustering.update_interval", 5))
    step(worker, StepSize.UPDATE)
    last, before = worker.handle.view.updates[-1], worker.handle.view.updates[-2]
    assert last.iteration - before.iteration == 5


@pytest.mark.parametrize("path", ["clustering.n_clusters", "seed", "no.such.setting", ""])
def test_fixed_parameters_are_refused_with_a_sentence(path: str) -> None:
    with pytest.raises(SettingsError, match=r"is fixed while a run trains. Only .* can be changed"):
        new_worker().send(Change(path, 3))


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
    worker = clustering()
    with pytest.raises(SettingsError, match=path):
        worker.send(Change(path, value))
    wait_for_updates(worker.handle, len(worker.handle.view.updates) + 2)
    assert worker.handle.view.changes == ()


def test_pauses_and_steps_leave_the_labels_as_they_are(
    at_the_door: Callable[..., Worker],
) -> None:
    halting = at_the_door()
    for how_far in (StepSize.UPDATE, StepSize.UPDATE, StepSize.UPDATE, StepSize.UPDATE):
        step(halting, how_far)
    for _ in range(4):
        step(halting, StepSize.ITERATION)
    halting.send(Resume())
    finished(halting)
    straight = finished(started())
    assert len(halting.handle.view.updates) == len(straight.handle.view.updates)
    for one, other in zip(straight.handle.view.updates, halting.handle.view.updates, strict=True):
        assert one.iteration == other.iteration
        first, second = (run.handle.frames.labels(one.update) for run in (halting, straight))
        np.testing.assert_array_equal(first, second)


def test_damaged_data_fail_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEC_DATA_DIR", str(damaged_data(tmp_path)))
    worker = started({"data.name": "fashion-mnist"})
    worker.join(timeout=60)
    assert worker.handle.state is RunState.FAILED
    failed = worker.handle.view.failed
    assert failed is not None
    assert str(tmp_path) in failed.message
    assert failed.message.endswith(".")
    assert "Traceback" in failed.details
    assert "Traceback" not in failed.message


def test_settings_that_do_not_fit_the_data_fail_with_a_sentence() -> None:
    worker = started({"data.n_samples": 20, "clustering.n_clusters": 30})
    worker.join(timeout=60)
    assert worker.handle.view.failed is not None
    assert "n_clusters must be between 2 and the number of samples (20)" in (
        worker.handle.view.failed.message
    )


def test_an_unexpected_error_is_named_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("dec_core.data.load", broken)
    worker = started()
    worker.join(timeout=60)
    assert worker.handle.state is RunState.FAILED
    assert worker.handle.view.failed is not None
    assert worker.handle.view.failed.message == (
        "Training stopped on an unexpected error: MemoryError: no room"
    )
    assert any(record.name == worker_module.__name__ for record in caplog.records)


@pytest.mark.parametrize(
    "command",
    [Pause(), Resume(), Stop(), Step(StepSize.UPDATE), Change("clustering.tol", 0.1), Suspend()],
)
def test_commands_to_an_ended_run_are_refused(command: Command) -> None:
    worker = finished(started())
    with pytest.raises(RunError, match=r"quiet-otter-3f2a is ended. Reload the page"):
        worker.send(command)


def test_an_unknown_command_is_an_error_and_no_stop() -> None:
    worker = clustering()
    with pytest.raises(TypeError, match=r"must be one of Pause, .* Received 'stop'"):
        worker.send("stop")  # type: ignore[arg-type]
    wait_for_updates(worker.handle, len(worker.handle.view.updates) + 2)


def test_a_run_that_is_not_saved_is_stopped_rather_than_suspended() -> None:
    worker = clustering()
    worker.send(Suspend())
    view = finished(worker).handle.view
    assert view.finished is not None
    assert view.finished.stop_reason is StopReason.STOPPED


def test_commands_that_do_not_fit_the_state_are_refused() -> None:
    worker = new_worker(ENDLESS)
    with pytest.raises(RunError, match=r"needs a run that is running. .* is queued"):
        worker.send(Pause())
    worker.start()
    with pytest.raises(RunError, match=r"needs a run that is paused. .* is running"):
        worker.send(Resume())
    pause(worker)
    with pytest.raises(RunError, match=r"needs a run that is running. .* is paused"):
        worker.send(Pause())
