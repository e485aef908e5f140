"""A run that pauses by itself once a collapse begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dec_core.analysis.forecast import OF_COLLAPSE
from dec_core.analysis.verdict import Condition
from dec_core.errors import RunError
from dec_core.runs.commands import PauseAtCollapse, Resume
from dec_core.runs.worker import Worker
from dec_core.store.record import RunState
from tests.runs.short_runs import ENDLESS, wait_for, wait_until
from tests.runs.small_workers import end_workers, finished, new_worker, pause, started

# A rate at which the run explodes within some updates.
COLLAPSING = {**ENDLESS, "clustering.learning_rate": 5.0, "clustering.update_interval": 2}


@pytest.fixture(autouse=True)
def stopped_at_the_end() -> Iterator[None]:
    """No run outlives its test."""
    yield
    end_workers()


def begun(is_on: bool) -> Worker:
    """A run that will collapse, asked before its first update to pause then, or not."""
    worker = started({**COLLAPSING, "clustering.max_iterations": 200})
    worker.send(PauseAtCollapse(is_on))
    return worker


def test_it_pauses_at_the_update_that_warns_of_a_collapse() -> None:
    worker = begun(True)
    wait_for(worker.handle, RunState.PAUSED)
    view = worker.handle.view
    newest = view.signs[-1]
    assert newest.sign.kind in OF_COLLAPSE
    assert view.updates[-1].iteration == view.iteration == newest.iteration
    judgement = view.judgement
    assert judgement is not None and judgement.condition is not Condition.HEALTHY
    # It goes on as after any other pause, and pauses again at most where more is wrong.
    worker.send(PauseAtCollapse(False))
    worker.send(Resume())
    finished(worker)
    assert worker.handle.view.iteration > newest.iteration


def test_without_being_asked_it_does_not_pause() -> None:
    worker = finished(begun(False))
    assert {seen.sign.kind for seen in worker.handle.view.signs} & OF_COLLAPSE
    assert worker.handle.state is RunState.FINISHED


def test_a_run_that_waits_cannot_be_asked() -> None:
    worker = new_worker()
    with pytest.raises(RunError, match="needs a run that is running or paused"):
        worker.send(PauseAtCollapse(True))
    assert worker.handle.state is RunState.QUEUED
    other = started(ENDLESS)
    pause(other)
    other.send(PauseAtCollapse(True))
    wait_until(lambda: other.handle.pauses_at_collapse)
