"""Writes one run while it trains, and finds the place from which an interrupted one goes on."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from dec_core.config import Config
from dec_core.errors import RunError, SettingsError
from dec_core.events.events import (
    ArrayEvent,
    Event,
    ParameterChanged,
    PretrainingEpochEnded,
    RunFailed,
    RunFinished,
    TargetUpdated,
)
from dec_core.events.frames import Frames, MemoryFrames
from dec_core.events.outcome import outcome
from dec_core.events.view import View, replay
from dec_core.machine import conditions, differences
from dec_core.store.array_files import read_whole, remove_drafts, write_whole
from dec_core.store.checkpoint_files import CheckpointFiles
from dec_core.store.earlier_autoencoder import (
    keep_pretrained,
    own_pretrained,
    take_pretrained,
)
from dec_core.store.event_log import EventLog
from dec_core.store.locks import take_lock
from dec_core.store.notes import NOTES_FILE
from dec_core.store.preparation_file import write_preparation
from dec_core.store.record import RunState, now
from dec_core.store.store import RunStore
from dec_core.store.unsaved import mark_unsaved, release_mark, reserve_mark
from dec_core.training.checkpoint import Pretrained, Resumption

if TYPE_CHECKING:
    from dec_core.data import Dataset
    from dec_core.data.preparation import Preparation
    from dec_core.training.trainer import Trainer

# Checkpoints after the first take at most this share of the time; in between the log alone goes on.
CHECKPOINT_SHARE = 0.01


class Recorder:
    """The one writer of a run; holds its lock from the beginning to ``close``.

    ``has_trained`` says whether some process has trained the run before, so that there is
    something to lose.

    Where the disk refuses, ``problem`` becomes a sentence and nothing more is written: training
    goes on in memory, and the folder keeps the last state that was whole. ``notice`` is what else
    a person should know of a run that goes on.

    Raises
    ------
    RunError
        If another process trains the run, or it is over, unknown or damaged.
    """

    # The run outlives the process; see ``MemoryRecorder``.
    is_lasting = True

    def __init__(self, store: RunStore, run_id: str) -> None:
        self.run_id = run_id
        self.store = store
        self.problem = ""
        self.notice = ""
        self.view = View()
        self.frames = MemoryFrames()
        self.resumption: Resumption | None = None
        self.checkpoint_share = CHECKPOINT_SHARE
        self._folder = folder = store.folder(run_id)
        self._lock = store.lock(run_id)
        take_lock(self._lock, run_id)
        try:
            self.record = store.record(run_id)
            if self.record.is_over:
                raise RunError(f"{run_id} is over and never changes. Branch it to go on from it.")
        except RunError:
            self._lock.release()
            raise
        self._log = EventLog(folder)
        self.has_trained = self.record.state is not RunState.QUEUED and not self._log.is_empty
        self._requested = folder / "requested.json"
        self._checkpoints = CheckpointFiles(folder / "checkpoints")
        self._is_cached = False
        self._preparation: Preparation | None = None
        self._not_before = 0.0
        self._begun_at = 0

    @property
    def config(self) -> Config:
        """The settings with which the run begins or goes on."""
        if self.record.config is None:
            raise RunError(f"{self.run_id} has no settings. Copy the run again.")
        return self.view.config if self.view.started is not None else self.record.config

    def stored_view(self) -> View:
        """The run as its log shows it, before it goes on; nothing where the log is damaged."""
        with contextlib.suppress(RunError):
            return self.store.view(self.run_id)
        return View()

    def stored_frames(self, view: View) -> Frames:
        """The arrays of the run whose numbers are ``view``, read from the disk."""
        return self.store.frames(self.run_id, view)

    def begin(self, dataset: Dataset) -> None:
        """The data are loaded: find the place from which the run goes on, and write from there.

        Raises
        ------
        RunError
            If the run was made with other data, or none of its checkpoints fits its log.
        """
        known = self.record.fingerprint
        if known and known != dataset.fingerprint:
            raise RunError(
                f"{self.run_id} was trained on {self.record.dataset} with fingerprint "
                f"{known[:12]}. Received {dataset.name} with fingerprint "
                f"{dataset.fingerprint[:12]}. Bring back the first data, or start a new run."
            )
        self.record = replace(
            self.record,
            state=RunState.RUNNING,
            dataset=dataset.name,
            fingerprint=dataset.fingerprint,
            n_samples=dataset.n_samples,
            n_features=dataset.n_features,
        )
        self._preparation = dataset.preparation
        lines = self._find_place()
        self._take_conditions()
        self._save(lambda: self._begin_writing(lines))

    def _find_place(self) -> int:
        """Read the newest checkpoint that fits the log; returns the log's lines up to there."""
        if self._checkpoints.is_empty and self._log.updates <= 1:
            return 0  # the first update is not over without a checkpoint
        reason = "It has none."
        for checkpoint, lines in self._checkpoints.newest_first():
            with contextlib.suppress(RunError):
                view = replay(self._log.events(first=lines))
                frames = MemoryFrames()
                frames.load(self.store.frames(self.run_id, view), view)
                if not checkpoint.fits(view.config, self.record.n_samples, self.record.n_features):
                    continue
                if not checkpoint.is_as_finite_as(view):
                    reason = (
                        "Those that it has hold NaN or infinite numbers where the run had none."
                    )
                    continue
                self.view, self.frames = view, frames
                self.resumption = Resumption.after(view, checkpoint)
                return lines
        raise RunError(
            f"To go on, {self.run_id} needs a checkpoint that fits its log. {reason} "
            "Copy the run again, or start a new one with its settings."
        )

    def _take_conditions(self) -> None:
        """From here on the numbers are those of this machine and its libraries."""
        before, present = self.record.versions, conditions()
        self.record = replace(self.record, versions=present)
        changes = differences(before, present)
        if changes and self.resumption is not None:
            place = self.resumption.checkpoint.iteration
            self.notice = (
                f"At iteration {place:,} the run went on under other conditions: "
                f"{', '.join(changes)}. Its numbers may differ from those of a run that was never "
                "interrupted."
            )

    def _begin_writing(self, lines: int) -> None:
        """Forget what came after the place, and write from there. Raises OSError."""
        remove_drafts(self._folder, sparing=NOTES_FILE)
        reserve_mark(self._folder)
        self.store.write_record(self.record)
        if self._preparation is not None:
            write_preparation(self._folder, self._preparation)
        self._log.cut(lines)
        if self.resumption is not None:
            self._checkpoints.remove_after(self.resumption.checkpoint.iteration)
        self.store.remove_maps(self.run_id, first=len(self.view.updates))
        self._log.open(self.frames, lines, len(self.view.updates))
        self._begun_at = lines

    def pretrained(self) -> Pretrained | None:
        """The autoencoder that an earlier run pretrained: for exactly this one, or that of the run
        which the settings name.

        Raises
        ------
        SettingsError
            If they name a run that cannot give one.
        """
        if self.config.pretraining.earlier_run is not None:
            self._is_cached = True
            return self._pretrained_by_named_run()
        found = self.store.pretrained.get(
            self.config, self.record.fingerprint, self.record.n_features
        )
        self._is_cached = found is not None
        return found

    def _pretrained_by_named_run(self) -> Pretrained | None:
        """Once it was taken it is in the folder; a checkpoint of clustering needs it no more."""
        own = own_pretrained(self._folder)
        if own is not None or self.resumption is not None:
            return own
        taken = take_pretrained(self.store, self.config, self.record.n_features)
        self._save(lambda: keep_pretrained(self._folder, taken))
        return taken

    def write(self, event: Event, view: View, trainer: Trainer) -> None:
        """Store an event and, where it is time for one, a checkpoint."""
        self.view = view
        self._save(lambda: self._append(event, trainer))

    def write_arrays(self, event: ArrayEvent) -> None:
        """Keep arrays, in memory and in the store; the event that they belong to follows."""
        self.frames.take(event)
        self._save(lambda: self._log.append(event))

    def write_checkpoint(self, trainer: Trainer) -> None:
        """Keep the run as it stands."""
        self._save(lambda: self._checkpoint(trainer))

    def write_requested(self, trainer: Trainer) -> None:
        """Keep the live changes that wait; they come before the next checkpoint can hold them."""
        content = json.dumps(trainer.requests.waiting).encode()
        self._save(lambda: write_whole(self._requested, content))

    def request_again(self, trainer: Trainer) -> None:
        """Ask for the live changes that waited when the process ended."""
        damaged = (ValueError, TypeError, AttributeError, RecursionError, SettingsError)
        with contextlib.suppress(OSError, *damaged):
            for path, value in json.loads(read_whole(self._requested)).items():
                trainer.requests.change(path, value)

    def write_failure(self, event: RunFailed, view: View) -> None:
        """Store that training failed.

        A run that has trained before and fails before it goes on, as its data are not there,
        stays as it is: it can be resumed. One that never began has its failure alone.
        """
        self.view = view
        if self._has_gone_on or self._log.is_empty:
            self._save(lambda: self._append_failure(event))

    def _append_failure(self, event: RunFailed) -> None:
        if not self._log.is_open:
            self._log.open(self.frames, 0, 0)
        self._log.append(event)
        self._end(RunState.FAILED)

    def withdraw(self) -> None:
        """Give back a run that waits or was refused; one that never trained is removed.

        A branch holds its parent's history until it goes on: refused before, it leaves nothing
        behind, like any other new run.
        """
        self.close()
        if not (self.has_trained or self._has_gone_on):
            with contextlib.suppress(RunError):
                self.store.delete(self.run_id)

    @property
    def is_saving(self) -> bool:
        """Whether all that is known of the run lies on the disk."""
        return not self.problem

    @property
    def _has_gone_on(self) -> bool:
        """Whether an event was written since this recorder was made."""
        return self._log.lines > self._begun_at

    @property
    def can_go_on(self) -> bool:
        """Whether what lies on disk can be resumed."""
        return not (self.record.is_over or self.problem)

    def close(self) -> None:
        """Give the run back; one that is not over counts as interrupted from now on."""
        self._log.close()
        release_mark(self._folder)
        self._lock.release()

    def _save(self, write: Callable[[], object]) -> None:
        """Write something, unless the disk has refused before."""
        if self.problem:
            return
        try:
            write()
        except OSError as error:
            self._give_up(error)

    def _append(self, event: Event, trainer: Trainer) -> None:
        if isinstance(event, RunFinished):
            self._checkpoint(trainer)
        self._log.append(event)
        self._keep_pretrained(trainer)
        if isinstance(event, ParameterChanged):
            # Until a checkpoint holds the change, the file of requests does.
            if self._checkpoint(trainer):
                self.write_requested(trainer)
        elif isinstance(event, TargetUpdated | PretrainingEpochEnded):
            # Every run can be branched from its k-means start.
            is_start = isinstance(event, TargetUpdated) and event.update == 0
            if is_start or perf_counter() >= self._not_before:
                self._checkpoint(trainer)
            if is_start and self._requested.exists():
                self.write_requested(trainer)
        elif isinstance(event, RunFinished):
            self._end(RunState.FINISHED)

    def _keep_pretrained(self, trainer: Trainer) -> None:
        """Once pretraining is over, for later runs; this one itself does not need it."""
        if trainer.pretrained is None or self._is_cached:
            return
        self._is_cached = True
        with contextlib.suppress(OSError):
            self.store.pretrained.put(self.config, self.record.fingerprint, trainer.pretrained)

    def _checkpoint(self, trainer: Trainer) -> bool:
        """Write one; False where there is nothing worth keeping yet."""
        started = perf_counter()
        checkpoint = trainer.checkpoint()
        if checkpoint is None:
            return False
        self._checkpoints.write(checkpoint, self._log.lines)
        ended = perf_counter()
        share = self.checkpoint_share
        self._not_before = ended + (ended - started) * (1 - share) / share
        return True

    def _end(self, state: RunState) -> None:
        self.record = replace(self.record, state=state, summary=outcome(self.view), ended=now())
        self.store.write_record(self.record)

    def _give_up(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        mark_unsaved(self._folder, reason)
        self.problem = (
            f"The run is no longer saved: {reason} ({self.store.root}). It trains on in memory. "
            "Free space or choose another folder with DEC_RUNS_DIR before the next run."
        )
        self._log.close()
