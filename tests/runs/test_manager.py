"""Many runs in one process: one trains, the others wait; names, limits, several threads."""

from __future__ import annotations

import gc
import re
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dec_core.errors import DataError, RunError
from dec_core.events.events import KMEANS, Phase
from dec_core.events.frames import MemoryFrames
from dec_core.runs import manager as manager_module
from dec_core.runs.commands import StepSize, Stop
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.names import check_run_id, new_run_id
from dec_core.store.record import RunState
from dec_core.store.stored_frames import StoredFrames
from dec_core.training.kmeans_restarts import KMeansResult, kmeans_restarts
from tests.runs.short_runs import (
    ENDLESS,
    damaged_data,
    partly_saved,
    pause,
    small_config,
    step,
    wait_for,
    wait_for_updates,
    wait_until,
)


def active(manager: RunManager) -> list[RunHandle]:
    """The runs that train or are paused."""
    return [handle for handle in manager.handles() if handle.state.is_active]


def test_names_match_their_pattern() -> None:
    names = {new_run_id() for _ in range(500)}
    assert len(names) > 450
    for name in names:
        assert re.fullmatch(r"[a-z]+-[a-z]+-[0-9a-f]{4}", name)
        assert check_run_id(name) == name


@pytest.mark.parametrize(
    "run_id",
    [
        "",
        "../x",
        "../../etc/passwd",
        "quiet-otter",
        "Quiet-Otter-3F2A",
        "quiet-otter-3f2a\n",
        "quiet-otter-3f2a/..",
        "a" * 10_000,
        "<script>-otter-3f2a",
    ],
)
def test_malformed_ids_are_refused_without_being_repeated(manager: RunManager, run_id: str) -> None:
    with pytest.raises(RunError, match="A run id looks like quiet-otter-3f2a") as caught:
        manager.get(run_id)
    assert len(str(caught.value)) < 200
    assert "script" not in str(caught.value)


def test_an_unknown_id_is_a_sentence_with_a_way_on(manager: RunManager) -> None:
    with pytest.raises(RunError, match=r"There is no run quiet-otter-3f2a in .*start a new run"):
        manager.get("quiet-otter-3f2a")


def test_a_run_is_found_by_its_name(manager: RunManager) -> None:
    handle = manager.start(small_config(), "digits")
    assert manager.get(handle.run_id) is handle
    assert manager.handles() == (handle,)
    assert handle.preset == "digits"


def test_the_arrays_of_a_run_that_is_over_are_read_from_the_disk(manager: RunManager) -> None:
    handle = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(handle, 2)
    in_memory = handle.frames
    assert isinstance(in_memory, MemoryFrames)
    manager.send(handle, Stop())
    wait_for(handle, RunState.FINISHED)
    manager.join(handle, timeout=60)
    assert isinstance(handle.frames, StoredFrames)
    assert handle.frames.kept() == in_memory.kept() == list(range(len(handle.view.updates)))
    for update in (KMEANS, *in_memory.kept()):
        for one, other in zip(handle.frames.frame(update), in_memory.frame(update), strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_run_that_is_not_saved_to_its_end_keeps_its_arrays_in_memory(
    manager: RunManager,
) -> None:
    handle = partly_saved(manager)
    manager.join(handle, timeout=60)
    assert isinstance(handle.frames, MemoryFrames)
    assert handle.frames.kept() == list(range(len(handle.view.updates)))


def test_the_second_run_waits_for_the_first(manager: RunManager) -> None:
    first = manager.start(small_config(ENDLESS), "digits")
    second = manager.start(small_config(), "digits")
    third = manager.start(small_config(), "digits")
    assert first.state is RunState.RUNNING
    assert (second.state, third.state) == (RunState.QUEUED, RunState.QUEUED)
    ids = (first.run_id, second.run_id)
    assert [manager.runs_ahead(s) for s in (first, second, third)] == [(), ids[:1], ids]
    assert active(manager) == [first]
    wait_for_updates(first, 1)
    assert second.view.revision == 0
    manager.send(first, Stop())
    wait_for(second, RunState.FINISHED)
    wait_for(third, RunState.FINISHED)
    assert active(manager) == []
    assert manager.runs_ahead(third) == ()
    for handle in (second, third):
        assert handle.view.finished is not None
        assert handle.view.iteration == 40


def test_a_paused_run_keeps_its_place(manager: RunManager) -> None:
    first = manager.start(small_config(ENDLESS), "digits")
    second = manager.start(small_config(), "digits")
    pause(manager, first)
    assert active(manager) == [first]
    assert second.state is RunState.QUEUED
    manager.send(first, Stop())
    wait_for(second, RunState.FINISHED)


def test_a_queued_run_can_be_withdrawn(manager: RunManager) -> None:
    first = manager.start(small_config(ENDLESS), "digits")
    withdrawn = manager.start(small_config(), "digits")
    third = manager.start(small_config(), "digits")
    manager.send(withdrawn, Stop())
    assert withdrawn.state is RunState.WITHDRAWN
    assert len(manager.runs_ahead(third)) == 1
    manager.send(first, Stop())
    wait_for(third, RunState.FINISHED)
    assert third.view.finished is not None
    assert withdrawn.view.revision == 0


def test_a_failed_run_makes_way_for_the_next(
    manager: RunManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEC_DATA_DIR", str(damaged_data(tmp_path)))
    failing = manager.start(small_config({"data.name": "fashion-mnist"}), "r-port")
    following = manager.start(small_config(), "digits")
    wait_for(following, RunState.FINISHED)
    assert failing.view.failed is not None
    assert following.view.failed is None
    assert following.view.finished is not None


def test_a_run_without_its_data_goes_on_once_they_are_there(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = manager.start(small_config(), "digits")
    wait_for(handle, RunState.FINISHED)
    handle = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(handle, 2)
    manager.close()
    wait_for(handle, RunState.INTERRUPTED)
    with monkeypatch.context() as missing:
        missing.setattr("dec_core.data.load", _no_data)
        handle = manager.resume(handle.run_id)
        wait_for(handle, RunState.INTERRUPTED)
        assert handle.view.failed is not None
        assert handle.view.failed.message == "The data are not there."
        wait_until(lambda: manager.get(handle.run_id) is handle)
    handle = manager.resume(handle.run_id)
    wait_for_updates(handle, 4)
    assert handle.view.failed is None


def _no_data(*_: object) -> None:
    raise DataError("The data are not there.")


def test_only_the_last_runs_are_kept(manager: RunManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager_module, "KEPT_RUNS", 3)
    # The first one ends at once for want of samples, so that six runs take no time.
    settings = small_config({"data.n_samples": 5})
    handles = []
    for _ in range(6):
        handles.append(manager.start(settings, "digits"))
        wait_for(handles[-1], RunState.FAILED)
    assert manager.handles() == tuple(handles[3:])
    assert manager.get(handles[3].run_id) is handles[3]
    reopened = manager.get(handles[2].run_id)
    assert reopened is not handles[2]
    assert reopened.view.failed == handles[2].view.failed


def test_a_run_whose_saving_failed_is_never_forgotten(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manager_module, "KEPT_RUNS", 1)
    handle = partly_saved(manager)
    for _ in range(3):
        wait_for(manager.start(small_config(), "digits"), RunState.FINISHED)
    assert manager.get(handle.run_id) is handle


def test_runs_that_have_not_ended_are_never_forgotten(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manager_module, "KEPT_RUNS", 2)
    handles = [manager.start(small_config(ENDLESS), "digits") for _ in range(5)]
    assert manager.handles() == tuple(handles)


def test_starting_from_several_threads_leaves_one_active(manager: RunManager) -> None:
    barrier = threading.Barrier(6)

    def start() -> None:
        barrier.wait(timeout=60)
        manager.start(small_config(ENDLESS), "digits")

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    handles = manager.handles()
    assert len({handle.run_id for handle in handles}) == 6
    states = [handle.state for handle in handles]
    assert states.count(RunState.RUNNING) == 1
    assert states.count(RunState.QUEUED) == 5
    assert sorted(len(manager.runs_ahead(handle)) for handle in handles) == list(range(6))


def test_runs_that_waited_when_the_process_ended_are_queued_again_in_their_order(
    manager: RunManager,
) -> None:
    earlier = RunManager()
    handles = [earlier.start(small_config(ENDLESS), "digits") for _ in range(3)]
    wait_for_updates(handles[0], 1)
    branched = earlier.branch(handles[0].run_id, small_config(ENDLESS), "digits", 0)
    earlier.close()
    wait_for(handles[0], RunState.INTERRUPTED)
    waiting = [*handles[1:], branched]
    assert {handle.state for handle in waiting} == {RunState.WAITING}
    assert handles[1].view.revision == 0
    wait_until(lambda: not active(earlier))
    run_ids = tuple(handle.run_id for handle in waiting)
    assert manager.waiting() == run_ids
    assert {manager.store.record(run_id).state.value for run_id in run_ids} == {"waiting"}
    assert [manager.get(run_id).state for run_id in run_ids] == [RunState.WAITING] * 3
    manager.start_waiting()
    ahead = [manager.runs_ahead(manager.get(run_id)) for run_id in run_ids]
    assert ahead == [run_ids[:count] for count in range(3)]
    assert manager.waiting() == ()


def test_a_branch_that_is_refused_leaves_nothing_behind(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = manager.start(small_config(), "digits")
    wait_for(parent, RunState.FINISHED)
    with monkeypatch.context() as missing:
        missing.setattr("dec_core.data.load", _no_data)
        branched = manager.branch(parent.run_id, small_config(), "digits", 0)
        wait_for(branched, RunState.FAILED)
    assert manager.get(branched.run_id).view.failed is not None
    assert [record.run_id for record in manager.store.records()] == [parent.run_id]
    with monkeypatch.context() as locked:
        locked.setattr(manager_module, "Recorder", _refuse)
        with pytest.raises(RunError, match="refused"):
            manager.branch(parent.run_id, small_config(), "digits", 0)
    assert [record.run_id for record in manager.store.records()] == [parent.run_id]


def _refuse(*_: object) -> None:
    raise RunError("It is refused.")


def test_time_goes_on_while_no_event_tells_of_it(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = threading.Event()

    def restarts_later(*arguments: Any) -> Iterator[KMeansResult]:
        assert door.wait(timeout=120)
        yield from kmeans_restarts(*arguments)

    monkeypatch.setattr("dec_core.training.phases.kmeans.kmeans_restarts", restarts_later)
    handle = manager.start(small_config(), "digits")
    wait_until(lambda: len(handle.view.pretraining) == 2)
    before = handle.elapsed_seconds
    wait_until(lambda: handle.elapsed_seconds > before)
    assert handle.view.centers is None
    door.set()
    wait_for(handle, RunState.FINISHED)
    view = handle.view
    assert view.finished is not None
    spent = {phase: s for phase, s in view.finished.seconds.items() if phase is not Phase.DATA}
    assert handle.elapsed_seconds == sum(spent.values())


def test_a_step_ends_at_a_checkpoint(manager: RunManager) -> None:
    handle = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(handle, 1)
    pause(manager, handle)
    for _ in range(3):
        step(manager, handle, StepSize.ITERATION)
        assert handle.view.iteration in manager.store.checkpoints(handle.run_id)


def test_the_arrays_of_a_stored_run_leave_the_memory_with_its_end(manager: RunManager) -> None:
    handle = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(handle, 2)
    frames = weakref.ref(handle.frames)
    manager.send(handle, Stop())
    manager.join(handle, timeout=60)
    assert handle.is_stored
    assert handle.frames.kept_labels
    gc.collect()
    assert frames() is None


@pytest.mark.parametrize(("early", "starts"), [(None, True), ("1", True), ("0", False)])
def test_umap_starts_early_unless_it_is_told_not_to(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch, early: str | None, starts: bool
) -> None:
    if early is not None:
        monkeypatch.setenv("DEC_EARLY_UMAP", early)
    started: list[bool] = []
    monkeypatch.setattr(manager.projector, "warm_up", lambda: started.append(True))
    manager.warm_up()
    for thread in threading.enumerate():
        if thread.name == "warm-up":
            thread.join(timeout=60)
    assert bool(started) is starts
