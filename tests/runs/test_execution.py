"""Training into the store without a thread, and the one list of runs."""

from __future__ import annotations

import pytest

from dec_core.errors import RunError, SettingsError
from dec_core.runs.commands import Stop
from dec_core.runs.execution import Advance, train_to_store
from dec_core.runs.listing import list_runs
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.runs.short_runs import ENDLESS, small_config, wait_for_updates


def test_a_run_is_trained_into_the_store_to_its_end() -> None:
    store, followed = RunStore(), list[Advance]()
    run_id = train_to_store(small_config(), store, "digits", followed.append)
    assert store.record(run_id).state is RunState.FINISHED
    assert not store.is_locked(run_id)
    assert store.view(run_id).finished == followed[-1].view.finished


def test_settings_that_do_not_fit_the_data_leave_nothing_in_the_store() -> None:
    store = RunStore()
    wrong = small_config({"data.n_samples": 20, "clustering.n_clusters": 30})
    with pytest.raises(SettingsError, match="n_clusters must be between"):
        train_to_store(wrong, store, "digits")
    assert store.records() == []


def test_an_error_of_the_follower_is_stored_as_a_failure() -> None:
    def broken(_: Advance) -> None:
        raise RunError("It is refused.")

    store = RunStore()
    with pytest.raises(RunError, match="refused"):
        train_to_store(small_config(), store, "digits", broken)
    (record,) = store.records()
    assert record.state is RunState.FAILED


def test_the_list_holds_stored_runs_and_those_without_a_folder(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(running, 1)
    queued = manager.start(small_config(), "digits")
    withdrawn = manager.start(small_config(), "digits")
    manager.send(withdrawn, Stop())
    with monkeypatch.context() as full:
        full.setattr(RunStore, "create", _no_room)
        unsaved = manager.start(small_config(), "digits")
    listed = manager.list_runs()
    assert [(one.record.run_id, one.record.state, one.is_saved) for one in listed] == [
        (unsaved.run_id, RunState.QUEUED, False),
        (withdrawn.run_id, RunState.WITHDRAWN, False),
        (queued.run_id, RunState.QUEUED, True),
        (running.run_id, RunState.RUNNING, True),
    ]
    assert [one.handle for one in listed] == [unsaved, withdrawn, queued, running]
    alone = list_runs(manager.store)
    assert [one.record for one in alone] == manager.store.records()


def _no_room(*_: object) -> str:
    raise OSError(28, "No space left on device")
