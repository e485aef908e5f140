"""What is exported of a run whose process died: its model and its newest labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from dec_core.events.events import StepsDone, TargetUpdated
from dec_core.events.frames import LABEL_BYTES
from dec_core.export.bundle import export_run
from dec_core.runs.execution import Advance, execute
from dec_core.store.checkpoint_files import CheckpointFiles
from dec_core.store.frame_files import FrameWriter
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from dec_core.training.checkpoint import Checkpoint
from tests.runs.short_runs import ENDLESS, small_config

Death = Callable[[Recorder, Advance], bool]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def interrupted(store: RunStore, dies: Death, checkpoint_share: float = 1.0) -> str:
    """A run whose process dies as soon as ``dies`` says so."""
    run_id = store.create(small_config(ENDLESS), "digits")
    recorder = Recorder(store, run_id)
    recorder.checkpoint_share = checkpoint_share
    for moment in execute(recorder):
        # Small chunks, the same ones however slow the machine is.
        pace = moment.trainer.pace
        pace.limit, pace.target_seconds = 3, 1e6
        if dies(recorder, moment):
            break
    recorder.close()
    return run_id


def drop_labels(store: RunStore, run_id: str, number: int) -> None:
    """As a run does that has outgrown its bounds."""
    view = store.view(run_id)
    frames = store.frames(run_id, view)
    kept = [update for update in frames.kept_labels if update != number]
    writer = FrameWriter(store.folder(run_id) / "arrays", "labels", LABEL_BYTES)
    writer.open(kept, frames.labels, len(view.updates))


def after_update(number: int) -> Death:
    return lambda _, moment: (
        isinstance(moment.event, TargetUpdated) and moment.event.update == number
    )


def after_a_pause(recorder: Recorder, moment: Advance) -> bool:
    """Within an interval; a pause keeps the run as it stands."""
    is_there = isinstance(moment.event, StepsDone) and moment.view.iteration == 16
    if is_there:
        recorder.write_checkpoint(moment.trainer)
    return is_there


def readme(store: RunStore, run_id: str, target: Path) -> str:
    export_run(store, run_id, target, only=["model.keras", "labels.parquet"])
    return (target / "README.txt").read_text("utf-8")


def test_the_model_may_be_older_than_the_labels(store: RunStore, tmp_path: Path) -> None:
    run_id = interrupted(store, after_update(2), checkpoint_share=1e-9)
    assert (
        "The model is that of the last checkpoint, after 0 gradient steps. The labels go on to 20."
    ) in readme(store, run_id, tmp_path / "run")


def test_the_model_may_be_newer_than_the_labels(store: RunStore, tmp_path: Path) -> None:
    run_id = interrupted(store, after_a_pause)
    assert (
        "The model is that of the last checkpoint, after 16 gradient steps. "
        "The newest labels are older: after 10."
    ) in readme(store, run_id, tmp_path / "run")


def test_nothing_is_said_where_they_are_of_one_moment(store: RunStore, tmp_path: Path) -> None:
    assert "checkpoint" not in readme(store, interrupted(store, after_update(2)), tmp_path / "run")


def test_the_checkpoint_is_read_once(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, asked, read = interrupted(store, after_update(1)), [], CheckpointFiles.read

    def counted(files: CheckpointFiles, iteration: int | None = None) -> tuple[Checkpoint, int]:
        asked.append(iteration)
        return read(files, iteration)

    monkeypatch.setattr(CheckpointFiles, "read", counted)
    export_run(store, run_id, tmp_path / "run", only=["model.keras"])
    assert asked == [None]


def test_labels_that_were_thinned_out_are_those_of_the_checkpoint(
    store: RunStore, tmp_path: Path
) -> None:
    run_id = interrupted(store, after_update(2))
    drop_labels(store, run_id, 2)
    only = ["labels.parquet", "embedding.npz", "reproduce.py"]
    assert export_run(store, run_id, tmp_path / "run", only=only).left_out == ()
    table = pq.read_table(tmp_path / "run" / "labels.parquet")
    assert "iteration_20" not in table.column_names
    np.testing.assert_array_equal(table["final"].to_numpy(), store.checkpoint(run_id).labels)


def test_without_such_a_checkpoint_the_newest_kept_labels_are_exported(
    store: RunStore, tmp_path: Path
) -> None:
    run_id = interrupted(store, after_update(2), checkpoint_share=1e-9)
    drop_labels(store, run_id, 2)
    exported = export_run(store, run_id, tmp_path / "run", only=["labels.parquet", "reproduce.py"])
    table = pq.read_table(tmp_path / "run" / "labels.parquet")
    np.testing.assert_array_equal(table["final"].to_numpy(), table["iteration_10"].to_numpy())
    (sentence,) = exported.left_out
    assert "Those of iteration 20 were thinned out" in sentence
