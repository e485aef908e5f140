"""Workers of small runs that are not saved, without a manager."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dec_core.processes.projector import Projector
from dec_core.runs.commands import Pause, Step, StepSize, Stop
from dec_core.runs.handle import RunHandle
from dec_core.runs.worker import Worker
from dec_core.store.memory_recorder import MemoryRecorder
from dec_core.store.record import RunState
from tests.runs.short_runs import ENDLESS, small_config, wait_for, wait_for_updates, wait_until

_workers: list[Worker] = []


def end_workers() -> None:
    """Stop whatever still trains of the workers that were made here."""
    for worker in _workers:
        if worker.handle.state.is_active:
            worker.send(Stop())
        worker.join(timeout=60)
    _workers.clear()


def new_worker(
    values: Mapping[str, Any] | None = None, on_end: Callable[[], None] = lambda: None
) -> Worker:
    """The worker of a run that is not saved."""
    recorder = MemoryRecorder(small_config(values))
    handle = RunHandle("quiet-otter-3f2a", recorder.config, "digits", Projector())
    _workers.append(Worker(handle, recorder, on_end))
    return _workers[-1]


def pause(worker: Worker) -> None:
    """Pause and wait until it has taken effect."""
    worker.send(Pause())
    wait_for(worker.handle, RunState.PAUSED)


def step(worker: Worker, size: StepSize) -> None:
    """From a pause, take one step and wait for its end."""
    before = worker.handle.view.revision
    worker.send(Step(size))
    wait_until(
        lambda: worker.handle.view.revision > before and worker.handle.state is not RunState.RUNNING
    )


def started(values: Mapping[str, Any] | None = None) -> Worker:
    """A worker at work."""
    worker = new_worker(values)
    worker.start()
    return worker


def clustering(values: Mapping[str, Any] | None = None) -> Worker:
    """A long run that has begun to cluster."""
    worker = started({**ENDLESS, **(values or {})})
    wait_for_updates(worker.handle, 2)
    return worker


def finished(worker: Worker) -> Worker:
    """Wait for a run that comes to its end."""
    worker.join(timeout=120)
    assert worker.handle.state is RunState.FINISHED
    assert worker.handle.view.failed is None
    assert worker.handle.view.finished is not None
    return worker
