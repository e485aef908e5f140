"""What a person does to a run that trains: stop it, step it, change its live parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dec_core.analysis.verdict import StopReason, Verdict
from dec_core.errors import SettingsError
from dec_core.events.events import (
    CentersInitialized,
    Event,
    ParameterChanged,
    Phase,
    PretrainingEpochEnded,
    Progress,
    StepsDone,
    TargetUpdated,
)
from dec_core.training.trainer import Trainer
from tests.training.small_runs import blobs, drive, ending, of_kind, run, small_config


def run_and_stop(condition: Callable[[Event], bool], **values: Any) -> list[Event]:
    """Stop a run after the first event for which ``condition`` holds."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    trainer = Trainer(small_config(named), blobs())

    def react(event: Event) -> None:
        if condition(event):
            trainer.requests.stop()

    return drive(trainer, react)


def test_stop_between_pretraining_epochs() -> None:
    events = run_and_stop(
        lambda event: isinstance(event, PretrainingEpochEnded), pretraining__epochs=50
    )
    assert len(of_kind(events, PretrainingEpochEnded)) == 1
    assert ending(events).judgement.sentence == "Stopped by you before clustering began."
    assert ending(events).judgement.verdict is Verdict.UNFINISHED


def test_stop_within_a_pretraining_epoch() -> None:
    # 300 batches of one sample take more than the first, short chunk.
    events = run_and_stop(lambda event: isinstance(event, Progress), pretraining__batch_size=1)
    assert not of_kind(events, PretrainingEpochEnded)
    assert ending(events).stop_reason is StopReason.STOPPED


def test_stop_during_k_means() -> None:
    events = run_and_stop(
        lambda event: isinstance(event, Progress) and event.phase is Phase.KMEANS,
        clustering__kmeans_restarts=100,
    )
    restarts = [event for event in of_kind(events, Progress) if event.phase is Phase.KMEANS]
    assert len(restarts) == 1
    assert not of_kind(events, CentersInitialized)
    assert ending(events).judgement.verdict is Verdict.UNFINISHED


def test_stop_after_k_means() -> None:
    events = run_and_stop(lambda event: isinstance(event, CentersInitialized))
    assert ending(events).stop_reason is StopReason.STOPPED
    assert ending(events).iterations == 0


def test_stop_during_clustering_gives_one_last_update() -> None:
    events = run_and_stop(
        lambda event: isinstance(event, StepsDone),
        clustering__update_interval=1000,
        clustering__max_iterations=5000,
    )
    (steps,) = of_kind(events, StepsDone)
    updates = of_kind(events, TargetUpdated)
    assert [update.iteration for update in updates] == [0, steps.iteration]
    finished = ending(events)
    assert finished.stop_reason is StopReason.STOPPED
    assert finished.judgement.verdict is Verdict.UNFINISHED
    assert finished.iterations == steps.iteration


def test_stop_at_an_update() -> None:
    events = run_and_stop(
        lambda event: isinstance(event, TargetUpdated) and event.update == 1,
        clustering__max_iterations=5000,
    )
    assert ending(events).stop_reason is StopReason.STOPPED
    assert ending(events).iterations < 30


@pytest.mark.parametrize("is_stopped", [True, False])
def test_tolerance_does_not_hold_after_less_than_an_interval(is_stopped: bool) -> None:
    values = {
        "clustering.update_interval": 100,
        "clustering.tol": 0.5,
        "clustering.learning_rate": 1e-6,
        "clustering.max_iterations": 1000 if is_stopped else 3,
        "pretraining.epochs": 60,
    }
    trainer = Trainer(small_config(values), blobs())
    trainer.pace.limit = 1

    def react(event: Event) -> None:
        if is_stopped and isinstance(event, StepsDone) and event.iteration == 3:
            trainer.requests.stop()

    events = drive(trainer, react)
    last = of_kind(events, TargetUpdated)[-1]
    assert (last.iteration, last.value("delta_label")) == (3, 0.0)
    reason = StopReason.STOPPED if is_stopped else StopReason.MAX_ITERATIONS
    assert ending(events).stop_reason is reason
    assert ending(events).judgement.verdict is Verdict.UNFINISHED


def test_tolerance_ends_a_run_at_a_scheduled_update() -> None:
    events = run({"clustering.tol": 0.5, "pretraining.epochs": 60})
    assert ending(events).stop_reason is StopReason.TOLERANCE
    assert ending(events).judgement.verdict is Verdict.CONVERGED
    assert ending(events).iterations == 10


def test_tolerance_of_zero_never_ends_a_run() -> None:
    events = run({"clustering.tol": 0.0, "clustering.learning_rate": 1e-6})
    assert of_kind(events, TargetUpdated)[-1].value("delta_label") == 0.0
    assert ending(events).stop_reason is StopReason.MAX_ITERATIONS


def test_maximum_between_two_updates_gives_a_last_update() -> None:
    events = run({"clustering.max_iterations": 25})
    updates = of_kind(events, TargetUpdated)
    assert [update.iteration for update in updates] == [0, 10, 20, 25]
    assert ending(events).iterations == 25
    assert ending(events).stop_reason is StopReason.MAX_ITERATIONS


def test_limit_of_one_advances_by_one_step() -> None:
    trainer = Trainer(small_config(), blobs())

    def react(event: Event) -> None:
        if isinstance(event, TargetUpdated):
            trainer.pace.limit = 1 if event.update == 1 else None

    steps = [event.iteration for event in of_kind(drive(trainer, react), StepsDone)]
    assert steps[steps.index(10) :][:11] == list(range(10, 21))
    assert steps[0] > 1


def change_at(iteration: int, path: str, value: float, **values: Any) -> list[Event]:
    """Change a live parameter at the update after so many iterations."""
    named = {name.replace("__", "."): setting for name, setting in values.items()}
    trainer = Trainer(small_config(named), blobs())

    def react(event: Event) -> None:
        if isinstance(event, TargetUpdated) and event.iteration == iteration:
            trainer.requests.change(path, value)

    return drive(trainer, react)


def test_learning_rate_changes_while_it_trains() -> None:
    path = "clustering.learning_rate"
    changed = change_at(0, path, 0.2, clustering__learning_rate=0.001)
    assert of_kind(changed, ParameterChanged) == [ParameterChanged(0, path, 0.001, 0.2)]
    from_the_start, never = run({path: 0.2}), run({path: 0.001})

    def losses(events: list[Event]) -> list[float]:
        return [update.value("loss") for update in of_kind(events, TargetUpdated)[1:]]

    assert losses(changed) == losses(from_the_start)
    assert losses(changed) != losses(never)


def test_update_interval_changes_while_it_trains() -> None:
    events = change_at(10, "clustering.update_interval", 5)
    updates = of_kind(events, TargetUpdated)
    assert [update.iteration for update in updates] == [0, 10, 15, 20, 25, 30, 35, 40]
    (change,) = of_kind(events, ParameterChanged)
    assert (change.iteration, change.old, change.new) == (10, 10, 5)


def test_shorter_update_interval_than_the_steps_already_done() -> None:
    trainer = Trainer(small_config({"clustering.update_interval": 30}), blobs())
    trainer.pace.limit = 1

    def react(event: Event) -> None:
        if isinstance(event, StepsDone) and event.iteration == 12:
            trainer.requests.change("clustering.update_interval", 4)

    updates = of_kind(drive(trainer, react), TargetUpdated)
    assert [update.iteration for update in updates][:4] == [0, 12, 16, 20]


def test_tolerance_changes_while_it_trains() -> None:
    events = change_at(20, "clustering.tol", 0.5, clustering__learning_rate=1e-6)
    assert ending(events).stop_reason is StopReason.TOLERANCE
    assert ending(events).iterations == 30


def test_last_change_of_a_parameter_counts() -> None:
    trainer = Trainer(small_config(), blobs())

    def react(event: Event) -> None:
        if isinstance(event, CentersInitialized):
            trainer.requests.change("clustering.tol", 0.1)
            trainer.requests.change("clustering.tol", 0.2)

    (change,) = of_kind(drive(trainer, react), ParameterChanged)
    assert change.new == 0.2
    assert trainer.config.clustering.tol == 0.2


@pytest.mark.parametrize(
    "path", ["clustering.n_clusters", "pretraining.learning_rate", "seed", "clustering.nothing"]
)
def test_fixed_parameters_are_refused(path: str) -> None:
    trainer = Trainer(small_config(), blobs())
    with pytest.raises(SettingsError, match="fixed while a run trains"):
        trainer.requests.change(path, 1)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("clustering.learning_rate", 0.0),
        ("clustering.learning_rate", 11.0),
        ("clustering.learning_rate", np.nan),
        ("clustering.update_interval", 0),
        ("clustering.update_interval", 2.5),
        ("clustering.tol", -0.1),
        ("clustering.tol", 0.6),
    ],
)
def test_values_out_of_bounds_are_refused(path: str, value: float) -> None:
    trainer = Trainer(small_config(), blobs())
    with pytest.raises(SettingsError, match=path):
        trainer.requests.change(path, value)
    assert trainer.requests.waiting == {}
