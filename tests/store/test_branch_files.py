"""The files of a branch: shared with its parent or copied, and never changed by the other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dec_core.errors import RunError
from dec_core.store import frame_files, stored_frames
from dec_core.store.branch import branch
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.runs.short_runs import small_config
from tests.store.test_store import new_run, same, stored, train


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> RunStore:
    """One in which two updates fill a file."""
    for module in (frame_files, stored_frames):
        monkeypatch.setattr(module, "SEGMENT", 2)
    return RunStore()


def frames(store: RunStore, run_id: str) -> dict[str, int]:
    """The files of frames and which one on disk each is."""
    arrays = store.folder(run_id) / "arrays"
    return {path.name: path.stat().st_ino for path in arrays.glob("*.frames")}


def test_a_branch_and_its_interrupted_parent_go_on_apart(store: RunStore) -> None:
    whole = train(store, new_run(store))
    parent = new_run(store)
    train(store, parent, moments=13)
    child = branch(store, parent, small_config(), "digits", 20)
    other = branch(store, parent, small_config({"clustering.learning_rate": 0.1}), "digits", 20)
    assert set(frames(store, child).items()) <= set(frames(store, parent).items())
    changed = train(store, other)
    same(whole, train(store, parent))
    same(whole, train(store, child))
    for run_id, run in ((parent, whole), (child, whole), (other, changed)):
        same(run, stored(store, run_id))
    shared = set(frames(store, parent).items()) & set(frames(store, child).items())
    assert {name for name, _ in shared} == {
        "labels-000000.frames",
        "embedding_sample-000000.frames",
    }


def test_a_parent_may_go(store: RunStore) -> None:
    parent = new_run(store)
    whole = train(store, parent)
    child = branch(store, parent, small_config(), "digits", 20)
    store.delete(parent)
    same(whole, train(store, child))
    kept = store.frames(child, store.view(child)).reconstructions
    assert kept is not None
    assert kept.epoch == small_config().pretraining_epochs


def test_where_files_cannot_be_shared_they_are_copied(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(source), None, str(target))

    monkeypatch.setattr(os, "link", refuse)
    parent = new_run(store)
    whole = train(store, parent)
    child = branch(store, parent, small_config(), "digits", 20)
    assert not set(frames(store, child).values()) & set(frames(store, parent).values())
    same(whole, train(store, child))


@pytest.mark.parametrize(
    "name",
    ["start.npz", "kmeans.npz", "labels-000000.frames", "embedding_sample-000000.frames"],
)
def test_a_parent_that_lacks_a_file_has_no_branch(store: RunStore, name: str) -> None:
    parent = new_run(store)
    train(store, parent, moments=13)
    (store.folder(parent) / "arrays" / name).unlink()
    with pytest.raises(RunError, match=rf"must hold {name}. It is missing"):
        branch(store, parent, small_config(), "digits", 20)
    (record,) = store.records()
    assert record.run_id == parent
    is_begun = name != "start.npz"
    assert record.state is (RunState.INTERRUPTED if is_begun else RunState.DAMAGED)
