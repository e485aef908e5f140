"""reproduce.py gives the labels of runs that took a crooked way."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dec_core.data import load
from dec_core.errors import RunError
from dec_core.events.events import StepsDone, TargetUpdated
from dec_core.export.bundle import export_run
from dec_core.export.script import reproduce_script
from dec_core.machine import conditions
from dec_core.runs.execution import Advance, execute
from dec_core.store.branch import branch
from dec_core.store.lineage import legs_of
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from dec_core.training.legs import Leg, Place
from dec_core.training.repeat import repeat
from tests.runs.short_runs import ENDLESS, small_config

RATE, INTERVAL = "clustering.learning_rate", "clustering.update_interval"


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def train(store: RunStore, run_id: str, command: Callable[[Advance], bool | None]) -> None:
    """Train; ``command`` sees every event and returns True where the process is to die."""
    recorder = Recorder(store, run_id)
    recorder.checkpoint_share = 1.0
    for moment in execute(recorder):
        # Small chunks, so that commands fall between updates too, however slow the machine is.
        pace = moment.trainer.pace
        pace.limit, pace.target_seconds = 3, 1e6
        if command(moment):
            break
    recorder.close()


def changed_and_stopped(moment: Advance) -> None:
    """The rate after a step, the interval so that an update is due, a stop in between."""
    is_step = isinstance(moment.event, StepsDone)
    if is_step and moment.view.iteration == 6:
        moment.trainer.requests.change(RATE, 0.05)
    if is_step and moment.view.iteration == 16:
        moment.trainer.requests.change(INTERVAL, 4)
    if is_step and moment.view.iteration >= 22 and not moment.trainer.requests.is_stopping:
        moment.trainer.requests.stop()


def changed_and_killed(moment: Advance) -> bool:
    """A change right after an update, and the end right after another."""
    if isinstance(moment.event, TargetUpdated) and moment.event.iteration == 26:
        moment.trainer.requests.change(RATE, 0.02)
    return isinstance(moment.event, TargetUpdated) and moment.event.iteration == 46


def untouched(_moment: Advance) -> None:
    """Leave the run alone."""


def branched(store: RunStore, parent: str, iteration: int, values: Mapping[str, Any]) -> str:
    config = store.checkpoint(parent, iteration).config.with_values(values)
    return branch(store, parent, config, "digits", iteration)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunStore, list[str]]:
    """A run, its branch, and the branch of that, which no test changes."""
    store = RunStore(tmp_path_factory.mktemp("trained") / "runs")
    first = store.create(small_config(ENDLESS), "digits")
    train(store, first, changed_and_stopped)
    second = branched(store, first, 16, {INTERVAL: 10, **ENDLESS})
    train(store, second, changed_and_killed)
    values = {"clustering.target": "r-recycled", "clustering.max_iterations": 47}
    third = branched(store, second, 36, values)
    train(store, third, untouched)
    return store, [first, second, third]


@pytest.fixture
def line(store: RunStore, trained: tuple[RunStore, list[str]]) -> list[str]:
    """These runs in a store that a test may change."""
    shutil.copytree(trained[0].root, store.root)
    return trained[1]


def test_what_happened_is_told_in_legs(store: RunStore, line: list[str]) -> None:
    first, second, third = legs_of(store, line[2])
    assert first.config == small_config(ENDLESS)
    assert [(change.place, change.path, change.value) for change in first.changes] == [
        (Place(6, 1), RATE, 0.05),
        (Place(16, 2), INTERVAL, 4.0),
    ]
    assert first.end == Place(16, 3)
    assert [change.place for change in second.changes] == [Place(26, 4)]
    assert second.end == Place(36, 5)
    assert (third.changes, third.end) == ((), Place(47, 7))
    (whole,) = legs_of(store, line[0])
    assert [change.place for change in whole.changes] == [Place(6, 1), Place(16, 2)]
    assert whole.is_stopped
    assert [Leg.from_dict(leg.to_dict()) for leg in (first, whole)] == [first, whole]


@pytest.mark.parametrize("which", [0, 1, 2], ids=["stopped", "killed branch", "branch of it"])
def test_the_script_repeats(
    store: RunStore,
    line: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    which: int,
) -> None:
    path = tmp_path / "reproduce.py"
    export_run(store, line[which], path, only=["reproduce.py"])
    # Here and not in a process of its own, as the test of a bundle has it: that takes seconds.
    assert runpy.run_path(str(path))["main"]() == 0
    assert "The same labels, bit for bit." in capsys.readouterr().out


def test_the_script_says_what_differs_where_the_labels_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for before, said in (("64", f"cores 64 to {conditions()['cores']}"), (None, "nothing that is")):
        versions = conditions() if before is None else {**conditions(), "cores": before}
        script: dict[str, Any] = {"__name__": "reproduce"}
        exec(reproduce_script("quiet-otter-3f2a", [], np.zeros(3, np.uint8), versions), script)
        script["final_labels"] = lambda: np.ones(3, np.uint8)
        assert script["main"]() == 1
        printed = capsys.readouterr().out
        assert f"What differs here: {said}" in printed
        assert ("The labels may differ, as the conditions do" in printed) == (before is not None)


def test_a_lost_ancestor_is_named(store: RunStore, line: list[str], tmp_path: Path) -> None:
    store.delete(line[0])
    with pytest.raises(RunError, match=f"There is no run {line[0]}"):
        legs_of(store, line[2])
    exported = export_run(store, line[2], tmp_path / "run", only=["reproduce.py", "command.txt"])
    (sentence,) = exported.left_out
    assert sentence.startswith(f"reproduce.py: There is no run {line[0]}")


def test_a_branch_from_where_its_parent_branched_off(store: RunStore, line: list[str]) -> None:
    sibling = branched(store, line[1], 16, {"clustering.max_iterations": 30})
    train(store, sibling, untouched)
    first, second, third = legs_of(store, sibling)
    assert first.end == second.end == Place(16, 3)
    dataset = load(third.config.data, third.config.seed)
    view, again = repeat([first, second, third], dataset)
    stored = store.view(sibling)
    assert len(view.updates) == len(stored.updates)
    expected = store.frames(sibling, stored).labels(len(stored.updates) - 1)
    np.testing.assert_array_equal(again, expected)


def test_a_record_that_does_not_count_updates(store: RunStore, line: list[str]) -> None:
    expected = legs_of(store, line[2])
    for run_id in line[1:]:
        record = store.record(run_id)
        assert record.lineage is not None
        store.write_record(replace(record, lineage=replace(record.lineage, updates=0)))
    assert legs_of(store, line[2]) == expected
