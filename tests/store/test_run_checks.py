"""Runs that are not finished: what they have must be there; what they wait for need not."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from dec_core.runs.execution import execute
from dec_core.store import event_log
from dec_core.store.record import RunState
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from tests.store.test_golden import GOLDEN
from tests.store.test_store import new_run

FAILURE = {"event": "RunFailed", "message": "It failed.", "details": ""}


@pytest.fixture
def folder(golden_store: RunStore) -> Path:
    """A run whose process died after its last update."""
    folder = golden_store.root / GOLDEN.name
    write_log(folder, log_of(folder)[:-1])
    write_state(folder, RunState.RUNNING)
    return folder


def log_of(folder: Path) -> list[str]:
    return (folder / "events.jsonl").read_text().splitlines()


def write_log(folder: Path, lines: Iterable[str]) -> None:
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines))


def write_state(folder: Path, state: RunState) -> None:
    record = json.loads((folder / "run.json").read_text())
    values = {**record, "state": state, "summary": None}
    (folder / "run.json").write_text(json.dumps(values))


def no_log(folder: Path) -> None:
    (folder / "events.jsonl").unlink()


def no_start(folder: Path) -> None:
    (folder / "arrays" / "start.npz").unlink()


def no_checkpoints(folder: Path) -> None:
    shutil.rmtree(folder / "checkpoints")


def nothing_but_a_start(folder: Path) -> None:
    no_log(folder)
    no_checkpoints(folder)


def empty_log(folder: Path) -> None:
    write_log(folder, [])


def torn_log(folder: Path) -> None:
    (folder / "events.jsonl").write_text(log_of(folder)[0][:-1])


def garbled_log(folder: Path) -> None:
    write_log(folder, [log_of(folder)[0][:-1], *log_of(folder)[1:]])


def log_without_its_first_line(folder: Path) -> None:
    write_log(folder, log_of(folder)[1:])


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.FAILED])
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (no_log, "must hold events.jsonl. It is missing"),
        (nothing_but_a_start, "must hold events.jsonl. It is missing"),
        (no_start, "must hold start.npz. It is missing"),
        (empty_log, "must hold its beginning. events.jsonl is cut short"),
        (torn_log, "must hold its beginning. events.jsonl is cut short"),
        (garbled_log, "Line 1 of events.jsonl is damaged"),
        (log_without_its_first_line, "Line 1 of events.jsonl .* before the run has begun"),
    ],
)
def test_a_run_that_has_lost_its_beginning_is_damaged(
    golden_store: RunStore,
    folder: Path,
    state: RunState,
    damage: Callable[[Path], None],
    reason: str,
) -> None:
    write_state(folder, state)
    damage(folder)
    (record,) = golden_store.records()
    assert record.state is RunState.DAMAGED
    assert re.search(reason, record.problem), record.problem


def nothing(folder: Path) -> None:
    nothing_but_a_start(folder)
    shutil.rmtree(folder / "arrays")


def torn_at_once(folder: Path) -> None:
    torn_log(folder)
    no_checkpoints(folder)


def begun_again(folder: Path) -> None:
    empty_log(folder)
    no_checkpoints(folder)


@pytest.mark.parametrize(
    ("state", "seen"),
    [(RunState.QUEUED, RunState.WAITING), (RunState.RUNNING, RunState.INTERRUPTED)],
)
@pytest.mark.parametrize("damage", [nothing, torn_at_once, begun_again, no_checkpoints])
def test_a_run_whose_process_died_early_can_be_resumed(
    golden_store: RunStore,
    folder: Path,
    state: RunState,
    seen: RunState,
    damage: Callable[[Path], None],
) -> None:
    write_state(folder, state)
    damage(folder)
    assert golden_store.record(folder.name).state is seen


def test_a_run_that_failed_before_it_began_has_no_beginning(
    golden_store: RunStore, folder: Path
) -> None:
    nothing(folder)
    write_log(folder, [json.dumps(FAILURE)])
    write_state(folder, RunState.FAILED)
    assert golden_store.record(folder.name).state is RunState.FAILED
    no_log(folder)
    assert golden_store.records()[0].state is RunState.DAMAGED


def test_a_run_that_trains_is_sound_at_every_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its place in the queue on, also while it begins again and between array and line."""
    store = RunStore()
    run_id = new_run(store)
    seen = set()

    def looked_at(write: Callable[..., None]) -> Callable[..., None]:
        def write_and_look(*arguments: Any) -> None:
            seen.add(store.record(run_id).state)
            write(*arguments)
            seen.add(store.record(run_id).state)

        return write_and_look

    for name in ("append_whole", "write_arrays", "write_whole"):
        monkeypatch.setattr(event_log, name, looked_at(getattr(event_log, name)))
    for moments in (1, None):
        recorder = Recorder(store, run_id)
        assert store.record(run_id).state in (RunState.QUEUED, RunState.RUNNING)
        for _ in islice(execute(recorder), moments):
            seen.add(store.record(run_id).state)
        recorder.close()
    assert seen == {RunState.RUNNING, RunState.FINISHED}


@pytest.mark.parametrize("state", ["paused", "waiting", "elsewhere", "withdrawn", "asleep"])
def test_run_json_holds_no_state_that_depends_on_who_looks(
    golden_store: RunStore, state: str
) -> None:
    (record,) = golden_store.records()
    path: Path = golden_store.folder(record.run_id) / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "state": state}))
    assert golden_store.records()[0].state is RunState.DAMAGED
