"""Runs that reset their encoder and dissolve clusters: stored, broken off, branched, repeated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dec_core.data import load
from dec_core.events.view import View
from dec_core.export.metrics_csv import updates_csv
from dec_core.runs.execution import execute
from dec_core.store.branch import branch
from dec_core.store.lineage import legs_of
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from dec_core.training.repeat import repeat
from tests.runs.short_runs import small_config
from tests.store.test_store import Seen, same, stored, train

# 300 digits in two batches a pass: a reset at 20 and at 40, and small clusters dissolved as well.
BOTH = {
    "clustering.n_clusters": 12,
    "clustering.reset": "soft",
    "clustering.reset_every": 10,
    "clustering.resets": 2,
    "clustering.dissolve": "small",
    "clustering.dissolve_below": 0.9,
    "clustering.max_iterations": 60,
}


def new_run(store: RunStore) -> str:
    return store.create(small_config(BOTH), "digits")


def what_was_done(view: View) -> tuple[object, object]:
    return view.resets, view.dissolved


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunStore, str, Seen]:
    """A run that nothing has broken off."""
    store = RunStore(tmp_path_factory.mktemp("whole"))
    run_id = new_run(store)
    return store, run_id, train(store, run_id)


def test_what_was_done_is_stored(whole: tuple[RunStore, str, Seen]) -> None:
    store, run_id, seen = whole
    assert [reset.iteration for reset in seen.view.resets] == [20, 40]
    assert seen.view.dissolved
    assert what_was_done(store.view(run_id)) == what_was_done(seen.view)
    same(stored(store, run_id), seen)
    assert len(updates_csv(store.view(run_id)).splitlines()) == len(seen.view.updates) + 1


def test_one_broken_off_anywhere_around_a_reset_goes_on_as_if_it_was_not(
    whole: tuple[RunStore, str, Seen], tmp_path: Path
) -> None:
    reset_at = 20
    for extra in range(3):
        store = RunStore(tmp_path / str(extra))
        run_id = new_run(store)
        recorder = Recorder(store, run_id)
        recorder.checkpoint_share = 0.999
        left = extra
        for moment in execute(recorder):
            moment.trainer.pace.target_seconds = 1e6
            if moment.view.iteration == reset_at:
                # As at a pause, also where no checkpoint can be made.
                recorder.write_checkpoint(moment.trainer)
            if moment.view.resets:
                if not left:
                    break
                left -= 1
        recorder.close()
        seen = train(store, run_id)
        same(seen, whole[2])
        assert what_was_done(seen.view) == what_was_done(whole[2].view)
        same(stored(store, run_id), whole[2])


def test_a_branch_across_a_reset_is_repeated_by_its_legs(
    whole: tuple[RunStore, str, Seen],
) -> None:
    store, parent, _ = whole
    settings = {**BOTH, "clustering.resets": 3, "clustering.dissolve": "none"}
    del settings["clustering.dissolve_below"]
    child = branch(store, parent, small_config(settings), "digits", 20)
    view, frames = train(store, child)
    assert [reset.iteration for reset in view.resets] == [20, 40]
    legs = legs_of(store, child)
    config = legs[0].config
    again = repeat(legs, load(config.data, config.seed))
    np.testing.assert_array_equal(again.labels, frames.labels(len(view.updates) - 1))
    # A cluster that was dissolved before the branch stays so, whatever its settings say.
    lost = {cluster for event in view.dissolved for cluster in event.clusters}
    assert not lost & set(again.labels.tolist())
    # And that they are fewer than at its k-means start is no loss.
    assert view.start is not None
    assert view.start.dissolves
