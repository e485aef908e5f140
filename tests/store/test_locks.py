"""Locks where others ask, train or delete runs meanwhile."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from dec_core.errors import RunError
from dec_core.store.locks import lock_in
from dec_core.store.store import RunStore
from tests.store.test_golden import GOLDEN


@pytest.fixture
def store(golden_store: RunStore) -> RunStore:
    return golden_store


@pytest.fixture
def deleted_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between finding a run's folder and taking its lock, somebody deletes the run."""

    def found(self: RunStore, run_id: str) -> Path:
        folder = self.root / run_id
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    monkeypatch.setattr(RunStore, "folder", found)


@pytest.mark.usefixtures("deleted_meanwhile")
def test_asking_for_the_lock_of_a_deleted_run_leaves_nothing(store: RunStore) -> None:
    assert not store.is_locked(GOLDEN.name)
    assert list(store.root.iterdir()) == []


@pytest.mark.usefixtures("deleted_meanwhile")
def test_taking_the_lock_of_a_deleted_run_leaves_nothing(store: RunStore) -> None:
    with pytest.raises(RunError, match=r"There is no run .* any more"), store.locked(GOLDEN.name):
        pass
    assert list(store.root.iterdir()) == []


def test_a_damaged_run_without_its_record_is_kept_and_can_be_deleted(store: RunStore) -> None:
    folder = store.folder(GOLDEN.name)
    (folder / "run.json").unlink()
    assert not store.is_locked(GOLDEN.name)
    assert (folder / "events.jsonl").exists()
    store.delete(GOLDEN.name)
    assert not folder.exists()


def test_two_that_ask_at_once_do_not_see_each_other(store: RunStore) -> None:
    lock = store.folder(GOLDEN.name) / "lock"
    lock.touch()
    with lock.open("rb") as another_process:
        fcntl.flock(another_process, fcntl.LOCK_SH)
        assert not store.is_locked(GOLDEN.name)


def test_asking_leaves_a_run_as_it_is(store: RunStore) -> None:
    folder = store.folder(GOLDEN.name)
    before = sorted(folder.iterdir())
    assert not store.is_locked(GOLDEN.name)
    assert sorted(folder.iterdir()) == before


def test_a_run_that_trains_elsewhere_is_seen(store: RunStore) -> None:
    other = lock_in(store.folder(GOLDEN.name))
    other.acquire()
    assert store.is_locked(GOLDEN.name)
    other.release()
    assert not store.is_locked(GOLDEN.name)
