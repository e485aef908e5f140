"""Going on where things have gone wrong: never from another place, never with a false history."""

from __future__ import annotations

import errno
import math
import shutil
import threading
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from dec_core.cli.main import main
from dec_core.errors import RunError, SettingsError
from dec_core.events import frames as frames_module
from dec_core.events.events import ParameterChanged, PretrainingEpochEnded, RunFailed, RunStarted
from dec_core.events.frames import MapFrame
from dec_core.events.growing import Growing
from dec_core.runs.commands import Change
from dec_core.runs.execution import execute, new_recorder
from dec_core.runs.manager import RunManager
from dec_core.store import event_log, locks
from dec_core.store.array_files import read_arrays, write_arrays
from dec_core.store.branch import branch
from dec_core.store.checkpoint_files import CheckpointFiles
from dec_core.store.memory_recorder import MemoryRecorder
from dec_core.store.record import RunState
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from dec_core.training.checkpoint import Checkpoint
from dec_core.training.compiled_pretraining import PretrainingLoop
from tests.runs.short_runs import (
    ENDLESS,
    pause,
    small_config,
    wait_for_updates,
    wait_until,
)
from tests.store.test_store import Seen, new_run, same, stored, train
from tests.store.update_numbers import scores


@pytest.fixture
def store() -> RunStore:
    return RunStore()


def whole_and_interrupted(store: RunStore, moments: int = 13) -> tuple[Seen, str]:
    """A run to its end, and the same one given up on the way."""
    whole = train(store, new_run(store))
    run_id = new_run(store)
    train(store, run_id, moments=moments)
    return whole, run_id


def test_every_kept_checkpoint_can_be_branched_though_frames_are_thinned(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (frames_module, event_log):
        monkeypatch.setattr(module, "LABEL_BYTES", 300 * 6)
    parent = new_run(store, clustering__max_iterations=200)
    whole = train(store, parent).view
    kept = store.checkpoints(parent)
    assert len(kept) > 10
    config = store.checkpoint(parent).config
    for iteration in kept[:-1:3]:
        child = branch(store, parent, config, "digits", iteration)
        again = train(store, child)
        assert [scores(u) for u in again.view.updates] == [scores(u) for u in whole.updates]
        assert again.view.judgement == whole.judgement
        assert again.frames.kept() == stored(store, child).frames.kept()


def test_a_checkpoint_beyond_the_log_is_passed_over(store: RunStore) -> None:
    whole, run_id = whole_and_interrupted(store)
    log = store.folder(run_id) / "events.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    same(whole, train(store, run_id))


def test_where_no_checkpoint_fits_nothing_is_touched(store: RunStore) -> None:
    _, run_id = whole_and_interrupted(store)
    log = store.folder(run_id) / "events.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:2]))
    before = {path: path.stat().st_mtime_ns for path in store.folder(run_id).rglob("*.npz")}
    with pytest.raises(RunError, match="needs a checkpoint that fits its log"):
        train(store, run_id)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(log.read_bytes().splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("weights_0", np.nan), ("weights_4", np.inf), ("optimizer_2", np.nan), ("p", np.inf)],
)
def test_a_checkpoint_with_numbers_that_the_run_never_had_is_passed_over(
    store: RunStore, name: str, value: float
) -> None:
    whole, run_id = whole_and_interrupted(store)
    kept = sorted((store.folder(run_id) / "checkpoints").glob("*.npz"))
    assert len(kept) > 1
    spoil(kept[-1], name, value)
    config = store.view(run_id).config.with_values({"clustering.tol": 0.1})
    with pytest.raises(RunError, match="without NaN or infinite numbers where the run had none"):
        branch(store, run_id, config, "digits")
    assert [record.run_id for record in store.records()].count(run_id) == 1
    for path in kept[:-1]:
        spoil(path, name, value)
    with pytest.raises(RunError, match="hold NaN or infinite numbers where the run had none"):
        train(store, run_id)
    spoil(kept[0], name, None)
    same(whole, train(store, run_id))


def spoil(path: Path, name: str, value: float | None) -> None:
    """Put a number into an array of a checkpoint; None brings the array back."""
    arrays, original = read_arrays(path), path.with_suffix(".kept")
    if value is None:
        path.write_bytes(original.read_bytes())
        return
    original.write_bytes(path.read_bytes())
    array = arrays[name].copy()
    array.flat[array.size // 2] = value
    write_arrays(path, {**arrays, name: array})


def test_a_checkpoint_of_a_run_that_had_diverged_fits(store: RunStore) -> None:
    run_id = new_run(store)
    view = train(store, run_id).view
    checkpoint = store.checkpoint(run_id)
    nan = tuple(np.full_like(array, np.nan) for array in checkpoint.weights)
    assert not replace(checkpoint, weights=nan).is_as_finite_as(view)
    assert replace(checkpoint, weights=nan, loss=math.nan).is_as_finite_as(view)
    last = view.updates[-1]
    no_sums = {**last.measures, "target_row_sum_min": math.nan, "target_row_sum_max": math.nan}
    updates = Growing([*view.updates[:-1], replace(last, measures=no_sums)])
    recycled = replace(view, updates=updates)
    assert checkpoint.p is not None
    without_bound = replace(checkpoint, p=np.full_like(checkpoint.p, np.inf))
    assert without_bound.is_as_finite_as(recycled)
    assert not without_bound.is_as_finite_as(view)


def test_a_run_that_this_machine_cannot_hold_waits_for_a_larger_one(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, run_id = whole_and_interrupted(store)
    with monkeypatch.context() as small:
        small.setattr("dec_core.training.memory.memory_bytes", lambda: 1_000)
        assert main(["runs", "resume", run_id]) == 2
        assert "must fit the memory of this machine (1,000 bytes" in capsys.readouterr().err
        recorder = Recorder(store, run_id)
        with pytest.raises(SettingsError, match="must fit the memory") as refused:
            next(execute(recorder))
        recorder.write_failure(RunFailed(str(refused.value), ""), recorder.view)
        recorder.close()
    assert store.record(run_id).state is RunState.INTERRUPTED
    same(whole, train(store, run_id))


def test_a_disk_that_refuses_does_not_throw_the_run_back(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, run_id = whole_and_interrupted(store)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = store.view(run_id).revision
    monkeypatch.setattr(RunStore, "write_record", full)
    recorder = Recorder(store, run_id)
    moments = list(execute(recorder))
    recorder.close()
    assert not isinstance(moments[0].event, RunStarted)
    assert "No space left on device" in recorder.problem
    same(whole, Seen(moments[-1].view, moments[-1].frames))
    monkeypatch.undo()
    assert store.view(run_id).revision == before
    same(whole, train(store, run_id))


def test_a_run_that_was_stopped_before_its_first_update_is_whole(store: RunStore) -> None:
    run_id = new_run(store)
    recorder = Recorder(store, run_id)
    for moment in execute(recorder):
        if isinstance(moment.event, PretrainingEpochEnded):
            moment.trainer.requests.stop()
    recorder.close()
    record = store.record(run_id)
    assert record.state is RunState.FINISHED, record.problem
    assert not store.view(run_id).updates


def test_whoever_asks_whether_a_run_is_locked_does_not_keep_it_from_going_on(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_LOCK_SECONDS", 60)
    run_id = new_run(store)
    lock = store.lock(run_id)
    lock.acquire()

    def while_it_is_asked(own: FileLock, name: str) -> None:
        assert lock.is_locked
        threading.Timer(0.2, lock.release).start()
        locks.take_lock(own, name)

    monkeypatch.setattr("dec_core.store.recorder.take_lock", while_it_is_asked)
    Recorder(store, run_id).close()


def test_a_cache_in_the_way_costs_only_the_cache(store: RunStore) -> None:
    store.root.mkdir(parents=True)
    (store.root / ".pretrained").write_text("in the way")
    run_id = new_run(store)
    train(store, run_id)
    assert store.record(run_id).state is RunState.FINISHED


def test_maps_after_the_checkpoint_are_forgotten(store: RunStore) -> None:
    _, run_id = whole_and_interrupted(store)
    (checkpoint, *_) = reversed(store.checkpoints(run_id))
    points = stored(store, run_id).frames.embedding(0)
    for update in (0, 1, 99):
        store.write_map(run_id, MapFrame(update, points[:, :2]))
    recorder = Recorder(store, run_id)
    list(islice(execute(recorder), 1))
    recorder.close()
    left = sorted(path.name for path in (store.folder(run_id) / "maps").iterdir())
    assert left == ["000000.npz", "000001.npz"]
    assert checkpoint > 10


def test_a_withdrawn_branch_leaves_nothing(store: RunStore) -> None:
    parent = new_run(store)
    train(store, parent)
    child = branch(store, parent, small_config(), "digits", 10)
    recorder = Recorder(store, child)
    recorder.withdraw()
    assert [record.run_id for record in store.records()] == [parent]


@pytest.mark.parametrize("is_clustering", [True, False], ids=["paused", "pretraining"])
def test_a_change_that_waits_outlives_a_kill(
    manager: RunManager, tmp_path: Path, is_clustering: bool
) -> None:
    slow = {} if is_clustering else {"pretraining.epochs": 2_000}
    session = manager.start(small_config({**ENDLESS, **slow}), "digits")
    if is_clustering:
        wait_for_updates(session, 2)
        pause(manager, session)
    else:
        wait_until(lambda: bool(session.view.pretraining))
        # Or the folder would change while it is copied.
        pause(manager, session)
    manager.send(session, Change("clustering.learning_rate", 0.005))
    requested = manager.store.folder(session.run_id) / "requested.json"
    wait_until(requested.exists)
    # What a kill would leave: a folder that nobody closes.
    copy = RunStore(tmp_path / "copy")
    shutil.copytree(requested.parent, copy.root / session.run_id)
    recorder = Recorder(copy, session.run_id)
    moments = execute(recorder)
    if is_clustering:
        changed = next(moment for moment in moments if moment.view.changes)
        assert changed.view.config.clustering.learning_rate == 0.005
    else:
        assert next(moments).trainer.requests.waiting == {"clustering.learning_rate": 0.005}
    recorder.close()


def test_a_change_that_is_told_before_the_first_update_outlives_a_kill(store: RunStore) -> None:
    run_id = new_run(store)
    recorder = Recorder(store, run_id)
    for moment in execute(recorder):
        if isinstance(moment.event, PretrainingEpochEnded) and moment.event.epoch == 2:
            moment.trainer.requests.change("clustering.learning_rate", 0.005)
            recorder.write_requested(moment.trainer)
        if isinstance(moment.event, ParameterChanged):
            break
    recorder.close()
    assert not store.view(run_id).updates
    again = train(store, run_id).view
    assert again.config.clustering.learning_rate == 0.005
    requested = store.folder(run_id) / "requested.json"
    assert requested.read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize("epochs", [2, 5], ids=["last epoch", "epoch in the middle"])
def test_pretraining_that_has_diverged_does_not_go_on(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, epochs: int
) -> None:
    run = PretrainingLoop.run

    def diverges_in_the_second_epoch(loop: PretrainingLoop, first: int, count: int) -> float:
        loss = run(loop, first, count)
        return loss if first < loop.batches.per_pass else math.nan

    monkeypatch.setattr(PretrainingLoop, "run", diverges_in_the_second_epoch)
    whole = train(store, new_run(store, pretraining__epochs=epochs)).view
    assert len(whole.pretraining) == 2
    assert whole.finished is not None
    run_id = new_run(store, pretraining__epochs=epochs)
    recorder = Recorder(store, run_id)
    recorder.checkpoint_share = 0.999
    for moment in execute(recorder):
        if len(moment.view.pretraining) == 2:
            recorder.write_checkpoint(moment.trainer)
            break
    recorder.close()
    again = train(store, run_id).view
    assert again.finished is not None
    assert again.finished.judgement == whole.finished.judgement
    assert len(again.pretraining) == 2


def test_a_disk_that_refuses_the_end_is_said(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = CheckpointFiles.write

    def full_at_the_end(files: CheckpointFiles, checkpoint: Checkpoint, lines: int) -> None:
        if checkpoint.stop_reason is not None:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(files, checkpoint, lines)

    monkeypatch.setattr(CheckpointFiles, "write", full_at_the_end)
    recorder = Recorder(store, new_run(store))
    view = list(execute(recorder))[-1].view
    recorder.close()
    assert view.finished is not None
    (warning,) = view.warnings
    assert "No space left on device" in warning


def test_a_store_that_cannot_lock_costs_the_saving_and_nothing_else(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise RunError("No locks available.")

    monkeypatch.setattr("dec_core.store.recorder.take_lock", no_locks)
    recorder = new_recorder(store, small_config(), "digits")
    assert isinstance(recorder, MemoryRecorder)
    assert "This run cannot be saved: No locks available." in recorder.problem
    assert store.records() == []


def test_a_history_without_its_checkpoints_is_not_thrown_away(store: RunStore) -> None:
    _, run_id = whole_and_interrupted(store)
    shutil.rmtree(store.folder(run_id) / "checkpoints")
    revision = store.view(run_id).revision
    with pytest.raises(RunError, match="needs a checkpoint that fits its log"):
        train(store, run_id)
    assert store.view(run_id).revision == revision


def test_a_run_that_begins_leaves_a_title_alone_that_is_being_written(store: RunStore) -> None:
    run_id = store.create(small_config(), "digits")
    being_written = store.folder(run_id) / ".notes.json.1.draft"
    of_the_dead = store.folder(run_id) / ".run.json.1.draft"
    for draft in (being_written, of_the_dead):
        draft.write_bytes(b"{")
    recorder = Recorder(store, run_id)
    next(execute(recorder))
    recorder.close()
    assert being_written.exists()
    assert not of_the_dead.exists()
