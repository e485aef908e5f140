"""A new run that begins at a checkpoint of another one."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from dec_core.config import Config, FileData
from dec_core.data.files import check_at_hand
from dec_core.errors import DECLabError, RunError, SettingsError
from dec_core.events.events import Event, ParameterChanged, RunStarted, TargetUpdated
from dec_core.events.view import View, replay
from dec_core.store.checkpoint_files import CheckpointFiles
from dec_core.store.earlier_autoencoder import OWN_FILE, pretrained_of
from dec_core.store.event_log import EventLog
from dec_core.store.events_file import encode
from dec_core.store.record import Lineage, new_record
from dec_core.store.store import RunStore, write_record
from dec_core.training.checkpoint import Checkpoint, check_branch


@contextlib.contextmanager
def branched(
    store: RunStore, parent_id: str, config: Config, preset: str, iteration: int | None = None
) -> Iterator[str]:
    """A new branch, to go on in the block; one that is refused there leaves nothing behind.

    What has gone on before the block failed is kept, like any other run. Raises as ``branch``
    does.
    """
    run_id = branch(store, parent_id, config, preset, iteration)
    size_before, _ = store.log_stamp(run_id)
    try:
        yield run_id
    except DECLabError:
        with contextlib.suppress(RunError):
            if store.log_stamp(run_id)[0] == size_before:
                store.delete(run_id)
        raise


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
        If there is no such run or checkpoint, or the folder cannot be written.
    SettingsError
        If the settings differ in what the checkpoint fixes, or train a decoder that is not kept.
    DataUnavailableError
        If the samples lie in a file that is not there.
    """
    if isinstance(config.data, FileData):
        check_at_hand(config.data)
    parent = store.record(parent_id)
    checkpoints = store.checkpoint_files(parent_id)
    kept = checkpoints.iterations()
    if not kept:
        raise RunError(
            f"A branch needs a checkpoint of the clustering phase. {parent_id} has none. "
            "Wait until it has begun to cluster."
        )
    checkpoint, lines = checkpoints.read(kept[-1] if iteration is None else iteration)
    _check_settings(checkpoint, config)
    pretrained = pretrained_of(store, parent_id)
    started = checkpoint.at_branch(config, pretrained)
    history = _history(store.folder(parent_id), lines, config)
    past = replay(history)
    _check_numbers(checkpoint, past)
    changes = {
        path: [checkpoint.config.get(path), value]
        for path, value in config.differences(checkpoint.config).items()
    }
    try:
        with store.creating() as (run_id, folder):
            _write_log(folder, history)
            _share_files(store.folder(parent_id), folder)
            EventLog(folder).check_files([0])
            CheckpointFiles(folder / "checkpoints").write(started, len(history))
            record = replace(
                new_record(run_id, config, preset),
                lineage=Lineage(parent_id, checkpoint.iteration, changes, len(past.updates)),
                fingerprint=parent.fingerprint,
                n_samples=parent.n_samples,
                n_features=parent.n_features,
            )
            write_record(folder, record)
    except OSError as error:
        raise RunError(
            f"A branch needs room on disk. {error.strerror or error} ({store.root}). "
            "Free space or name another folder with DEC_RUNS_DIR."
        ) from error
    return run_id


def _check_settings(checkpoint: Checkpoint, config: Config) -> None:
    """Check that a branch with ``config`` can go on from there. Raises SettingsError."""
    check_branch(checkpoint.config, config)
    if config.clustering.max_iterations <= checkpoint.iteration:
        raise SettingsError(
            f"clustering.max_iterations must be above the branch's start "
            f"({checkpoint.iteration:,}). Received {config.clustering.max_iterations:,}. Raise it."
        )


def _check_numbers(checkpoint: Checkpoint, past: View) -> None:
    """Check that the checkpoint has no NaN where the run had none. Raises RunError."""
    if not checkpoint.is_as_finite_as(past):
        raise RunError(
            f"A branch needs a checkpoint without NaN or infinite numbers where the run had none. "
            f"That at iteration {checkpoint.iteration:,} has some. Choose another checkpoint."
        )


def _history(parent: Path, lines: int, config: Config) -> list[Event]:
    """What happened up to the checkpoint, under the branch's settings."""
    history: list[Event] = []
    is_same_rule = True
    last_update: tuple[int, TargetUpdated] | None = None
    for event in EventLog(parent).events(first=lines):
        if isinstance(event, ParameterChanged):
            continue
        if isinstance(event, TargetUpdated):
            last_update = len(history), event
        if isinstance(event, RunStarted):
            is_same_rule = event.config.clustering.target == config.clustering.target
            history.append(replace(event, config=config))
        else:
            history.append(event)
    if last_update is not None and not is_same_rule:
        place, update = last_update
        history[place] = _without_target(update)
    return history


def _without_target(update: TargetUpdated) -> TargetUpdated:
    """Under another rule the branch makes P anew at once: what was measured of the parent's P holds
    no longer, and the numbers of its own are not known before its next update."""
    of_target = ("target_row_sum_min", "target_row_sum_max", "target_max")
    unknown = dict.fromkeys(of_target, float("nan"))
    return replace(update, measures={**update.measures, **unknown})


def _write_log(folder: Path, events: Sequence[Event]) -> None:
    text = "".join(encode(event) + "\n" for event in events)
    (folder / "events.jsonl").write_text(text, encoding="utf-8")


def _share_files(parent: Path, folder: Path) -> None:
    """The arrays that are there, see ``frame_files`` why two runs may share them, and the
    autoencoder that the parent took from an earlier run."""
    (folder / "arrays").mkdir()
    shared = [f"arrays/{path.name}" for path in (parent / "arrays").glob("[!.]*")]
    for name in (*shared, OWN_FILE):
        source, target = parent / name, folder / name
        with contextlib.suppress(FileNotFoundError):
            try:
                os.link(source, target)
            except OSError:
                shutil.copyfile(source, target)
