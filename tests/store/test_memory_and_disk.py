"""The arrays of a run in memory and on the disk are the same ones."""

from __future__ import annotations

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.events import frames as frames_module
from dec_core.events.events import KMEANS
from dec_core.events.frames import LABEL_BYTES
from dec_core.runs.execution import execute
from dec_core.store import event_log
from dec_core.store.frame_files import FrameWriter
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from tests.store.test_store import new_run, stored, train


@pytest.fixture
def store() -> RunStore:
    return RunStore()


def test_at_every_moment_the_disk_has_what_memory_has(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (frames_module, event_log):
        monkeypatch.setattr(module, "LABEL_BYTES", 300 * 6)
        monkeypatch.setattr(module, "EMBEDDING_BYTES", 300 * 4 * 4 * 4)
    run_id = new_run(store, clustering__max_iterations=200)
    recorder = Recorder(store, run_id)
    kept = []
    for moment in execute(recorder):
        on_disk = store.frames(run_id, moment.view)
        # A frame may be there before the event that it belongs to.
        n_updates = len(moment.view.updates)
        for name in ("kept_labels", "kept_embeddings"):
            in_memory = [u for u in getattr(moment.frames, name) if u < n_updates]
            assert list(getattr(on_disk, name)) == in_memory
        for update in ([KMEANS] if moment.view.centers else []) + on_disk.kept():
            for one, other in zip(moment.frames.frame(update), on_disk.frame(update), strict=True):
                np.testing.assert_array_equal(one, other)
        shown, kept_shown = moment.frames.reconstructions, on_disk.reconstructions
        assert (shown is None) is (kept_shown is None)
        if shown and kept_shown:
            assert shown.epoch == kept_shown.epoch
            np.testing.assert_array_equal(shown.reconstructions, kept_shown.reconstructions)
        kept.append(len(on_disk.kept()))
    recorder.close()
    assert n_updates == 21
    assert 2 < max(kept) <= 4


def test_frames_are_thinned_as_in_memory(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (frames_module, event_log):
        monkeypatch.setattr(module, "LABEL_BYTES", 300 * 6)
    run_id = new_run(store, clustering__max_iterations=200)
    live = train(store, run_id)
    kept = list(live.frames.kept_labels)
    assert 2 < len(kept) <= 6
    assert len(live.view.updates) == len(live.frames.kept_embeddings) == 21
    on_disk = stored(store, run_id).frames
    assert on_disk.kept_labels == on_disk.kept() == live.frames.kept() == kept
    for update in range(21):
        if update in kept:
            np.testing.assert_array_equal(on_disk.labels(update), live.frames.labels(update))
            continue
        for frames in (live.frames, on_disk):
            with pytest.raises(RunError, match=f"arrays of update {update} are not kept"):
                frames.labels(update)


def test_a_finished_run_must_hold_its_newest_labels(store: RunStore) -> None:
    run_id = new_run(store)
    train(store, run_id)
    view, frames = stored(store, run_id)
    writer = FrameWriter(store.folder(run_id) / "arrays", "labels", LABEL_BYTES)
    writer.open(frames.kept_labels[:-1], frames.labels, len(view.updates))
    damaged = store.frames(run_id, view)
    with pytest.raises(RunError, match=r"labels-000000.frames must hold the labels of update 4"):
        list(damaged.kept_labels)
    assert list(damaged.kept_embeddings) == [0, 1, 2, 3, 4]
