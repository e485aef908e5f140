"""A new run that begins at a checkpoint of another one."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

from dec_core.config import Config
from dec_core.errors import RunError, SettingsError
from dec_core.runs.checkpoint_files import CheckpointFiles
from dec_core.runs.event_log import EventLog
from dec_core.runs.events_file import encode
from dec_core.runs.record import Lineage
from dec_core.runs.store import RunStore
from dec_core.training.checkpoint import check_branch
from dec_core.training.events import ParameterChanged, RunStarted, TargetUpdated


def branch(
    store: RunStore, parent_id: str, config: Config, preset: str, iteration: int | None = None
) -> str:
    """Make the branch's folder, ready to be resumed; returns its id.

    Parameters
    ----------
    config : the branch's settings
    iteration : where a checkpoint is kept; the newest one if None

    Raises
    ------
    RunError
        If there is no such run or checkpoint.
    SettingsError
        If the settings differ in what the checkpoint fixes.
    OSError
        If the folder cannot be written.
    """
    parent = store.record(parent_id)
    checkpoints = CheckpointFiles(store.folder(parent_id) / "checkpoints")
    kept = checkpoints.iterations()
    if not kept:
        raise RunError(
            f"A branch needs a checkpoint of the clustering phase. {parent_id} has none. "
            "Wait until it has begun to cluster."
        )
    checkpoint, lines = checkpoints.read(kept[-1] if iteration is None else iteration)
    check_branch(checkpoint.config, config)
    if config.clustering.max_iterations <= checkpoint.iteration:
        raise SettingsError(
            f"clustering.max_iterations must be above the branch's start "
            f"({checkpoint.iteration:,}). Received {config.clustering.max_iterations:,}. Raise it."
        )
    changes = {
        path: [checkpoint.config.get(path), value]
        for path, value in config.differences(checkpoint.config).items()
    }
    lineage = Lineage(parent_id, checkpoint.iteration, changes)
    run_id = store.create(config, preset, lineage)
    folder = store.folder(run_id)
    with contextlib.ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        written = _copy_log(store.folder(parent_id), folder, lines, config)
        CheckpointFiles(folder / "checkpoints").write(checkpoint.at_branch(), written)
        record = replace(
            store.record(run_id),
            lineage=replace(lineage, updates=len(store.view(run_id, with_arrays=False).updates)),
            fingerprint=parent.fingerprint,
            n_samples=parent.n_samples,
            n_features=parent.n_features,
        )
        store.write_record(record)
        undo.pop_all()
    return run_id


def _copy_log(parent: Path, folder: Path, lines: int, config: Config) -> int:
    """The parent's history up to the checkpoint, under the branch's settings."""
    (folder / "arrays").mkdir()
    kept = []
    for number, event in enumerate(EventLog(parent).events()):
        if number == lines:
            break
        if isinstance(event, ParameterChanged):
            continue
        if isinstance(event, RunStarted):
            kept.append(encode(replace(event, config=config)))
            continue
        if isinstance(event, TargetUpdated):
            _link_arrays(parent, folder, f"*-{event.update:06d}.z")
        kept.append(encode(event))
    _link_arrays(parent, folder, "start.npz")
    _link_arrays(parent, folder, "*-kmeans.z")
    (folder / "events.jsonl").write_text("".join(line + "\n" for line in kept), encoding="utf-8")
    return len(kept)


def _link_arrays(parent: Path, folder: Path, pattern: str) -> None:
    """Files are never changed in place, so two runs may share them."""
    for path in (parent / "arrays").glob(pattern):
        target = folder / "arrays" / path.name
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)
