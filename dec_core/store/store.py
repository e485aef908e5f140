"""Runs on disk: one folder each under ``DEC_RUNS_DIR``.

    quiet-otter-3f2a/
        run.json         config, data, versions, lineage, state, summary; replaced as a whole
        notes.json       title and tags, which a person may change at any time
        requested.json   live changes that were asked for and wait for the next gradient step
        events.jsonl     one line per event; only ever appended to while the run trains
        arrays/          start.npz; kmeans.npz, its labels and embedding sample; those of the
                         updates, many in one file (``frame_files``); reconstructions.npz, the
                         newest of pretraining, which a run may lack
        checkpoints/     where the run can be taken up again
        maps/            UMAP maps; made anew where they are missing
        pretrained.npz   the autoencoder that was taken from the run which the settings name
        preparation.json how the data were prepared, for new samples; runs of before have none
        lock             held by the process that trains the run
        unsaved.json     why saving ended before the run did; ``reserved`` keeps room for it
    .uploads/            files that a person uploaded, see ``uploads``
    .pretrained/         autoencoders for later runs, see ``pretrained_cache``

The contract
------------
- The log and the newest files of frames are appended to; what was not appended as a whole is not
  read. Every other file is written under another name and renamed: it is whole or not there. The
  arrays of an event are there before its line. So whatever a reader sees is a true past state of
  the run.
- Everything written survives the death of the process at any moment. Nothing is forced to the
  platter, so a loss of power may cost the last seconds.
- A run whose log ends with ``RunFinished`` never changes, but for its notes and its maps. A run
  that goes on after an interruption first cuts its log back to the checkpoint that it goes on from.
- Files that former versions wrote are read (``former_versions``), and never written any more.
- One process at a time writes a run, for it holds the run's lock, which the system gives back
  when the process ends. A run that is not over and not locked is ``interrupted``,
  or ``waiting`` where it was queued and never began.
- A new run or branch is filled as ``.<id>.draft``, which nobody lists, and then gets its name. What
  a process that died has left there is removed a day later.
- Frames are thinned as in ``events.frames``; checkpoints and maps as in ``checkpoint_files`` and
  ``maps``. A missing frame in the middle is a thinned one; start, first frame and a finished run's
  newest one must be there.
- A run goes on from the newest checkpoint that fits its log, never from the beginning because a
  checkpoint is damaged: where none fits, it is refused and nothing is touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import platformdirs
from filelock import FileLock

from dec_core.config import Config
from dec_core.errors import RunError
from dec_core.events.events import Event
from dec_core.events.frames import MapFrame
from dec_core.events.view import View
from dec_core.store import record as records
from dec_core.store.array_files import (
    Array,
    read_arrays,
    read_whole,
    remove_stale,
    write_arrays,
    write_whole,
)
from dec_core.store.checkpoint_files import CheckpointFiles
from dec_core.store.event_log import EventLog
from dec_core.store.former_versions import read_array
from dec_core.store.locks import is_held, lock_in, refusal, take_lock
from dec_core.store.names import check_run_id, is_leftover, is_run_id, new_run_id
from dec_core.store.notes import read_notes, write_notes
from dec_core.store.pretrained_cache import PretrainedCache
from dec_core.store.printable import printable
from dec_core.store.record import RunRecord, RunState
from dec_core.store.run_checks import check_soundness
from dec_core.store.stored_frames import StoredFrames
from dec_core.store.unsaved import reserve_mark, unsaved_problem
from dec_core.store.uploads import Uploads
from dec_core.store.view_reader import ViewReader
from dec_core.training.checkpoint import Checkpoint


def default_root() -> Path:
    """``DEC_RUNS_DIR``, otherwise the user's data folder."""
    named = os.environ.get("DEC_RUNS_DIR")
    return Path(named) if named else platformdirs.user_data_path("dec-lab") / "runs"


# Runs whose numbers stay in memory, so that only what is new of them is read.
READERS = 64


class RunStore:
    """All runs under one folder. Safe for several threads and several processes."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = (root or default_root()).expanduser().absolute()
        self.uploads = Uploads(self.root / ".uploads")
        self.pretrained = PretrainedCache(self.root / ".pretrained")
        self._readers: OrderedDict[str, ViewReader] = OrderedDict()
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type[RunStore], tuple[Path]]:
        # Another process opens the same folder with readers of its own.
        return RunStore, (self.root,)

    def create(self, config: Config, preset: str) -> str:
        """A new folder for a queued run; returns its id.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        with self.creating() as (run_id, folder):
            write_record(folder, records.new_record(run_id, config, preset))
        return run_id

    @contextlib.contextmanager
    def creating(self) -> Iterator[tuple[str, Path]]:
        """A new run's id and its folder, to be filled under a name that nobody lists.

        At the end of the block the folder gets the run's name; where the block fails it is
        removed.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        remove_stale(path for path in self.root.glob(".*.*") if is_leftover(path.name))
        run_id, draft = self._new_draft()
        try:
            reserve_mark(draft)
            yield run_id, draft
            draft.rename(self.root / run_id)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def _new_draft(self) -> tuple[str, Path]:
        while True:
            run_id = new_run_id()
            draft = self.root / f".{run_id}.draft"
            with contextlib.suppress(FileExistsError):
                draft.mkdir()
                if not (self.root / run_id).exists():
                    return run_id, draft
                draft.rmdir()

    def records(self) -> list[RunRecord]:
        """Every run, newest first; damaged ones with the reason, at the end.

        Raises
        ------
        RunError
            If the folder cannot be listed.
        """
        try:
            names = _folders(self.root)
        except OSError as error:
            raise RunError(_unreadable(self.root, error)) from error
        found = [self._record_or_problem(name) for name in names]
        return sorted(found, key=lambda record: record.created, reverse=True)

    def record(self, run_id: str) -> RunRecord:
        """What is known of one run.

        Raises
        ------
        RunError
            If the id is malformed or unknown, or the run damaged.
        """
        folder = self.folder(run_id)
        record = _read_record(folder)
        if not record.is_over and not self.is_locked(run_id):
            # Its process may have come to the end just now.
            record = _read_record(folder)
            if not record.is_over:
                is_begun = record.state is not RunState.QUEUED
                state = RunState.INTERRUPTED if is_begun else RunState.WAITING
                record = replace(record, state=state, problem=unsaved_problem(folder))
        check_soundness(folder, record)
        return replace(record, **read_notes(folder))

    def folder(self, run_id: str) -> Path:
        """Where a run lies.

        Raises
        ------
        RunError
            If the id is malformed or unknown, or the store cannot be read.
        """
        folder = self.root / check_run_id(run_id)
        try:
            is_there = folder.is_dir()
        except OSError as error:
            raise RunError(_unreadable(self.root, error)) from error
        if not is_there:
            raise RunError(
                f"There is no run {run_id} in {self.root}. Check the id, or start a new run "
                "with these settings."
            )
        return folder

    def view(self, run_id: str) -> View:
        """The numbers of the run as its stored events tell them, exactly as they were seen live.

        Of a run that was looked at before, only what is new is read.

        Raises
        ------
        RunError
            If the run is unknown, or damaged in whatever way.
        """
        folder = self.folder(run_id)
        with self._lock:
            reader = self._readers.pop(run_id, None)
            if reader is None or not reader.is_same:
                reader = ViewReader(folder)
            self._readers[run_id] = reader
            if len(self._readers) > READERS:
                self._readers.popitem(last=False)
        return reader.view()

    def frames(self, run_id: str, view: View) -> StoredFrames:
        """The arrays of the run whose numbers are ``view``; each is read when it is asked for."""
        return StoredFrames(self.folder(run_id) / "arrays", view)

    def events(self, run_id: str) -> Iterator[Event]:
        """What happened, in its order. Raises as ``view`` does."""
        return EventLog(self.folder(run_id)).events()

    def checkpoints(self, run_id: str) -> tuple[int, ...]:
        """Iterations from which the run can be branched, ascending."""
        return CheckpointFiles(self.folder(run_id) / "checkpoints").iterations()

    def checkpoint(self, run_id: str, iteration: int | None = None) -> Checkpoint:
        """The newest checkpoint, or the one at ``iteration``. Raises RunError."""
        return self.checkpoint_files(run_id).read(iteration)[0]

    def checkpoint_files(self, run_id: str) -> CheckpointFiles:
        """The checkpoints that fit the run's settings and data. Raises RunError."""
        folder = self.folder(run_id)
        record = _read_record(folder)
        config = record.config or Config()
        return CheckpointFiles(
            folder / "checkpoints",
            lambda checkpoint: checkpoint.fits(config, record.n_samples, record.n_features),
        )

    def log_stamp(self, run_id: str) -> tuple[int, int]:
        """Changes whenever the run has news."""
        try:
            status = (self.folder(run_id) / "events.jsonl").stat()
        except FileNotFoundError:
            return 0, 0
        return status.st_size, status.st_mtime_ns

    def maps(self, run_id: str, view: View) -> tuple[MapFrame, ...]:
        """The UMAP maps that were made of the run's updates, as far as they fit ``view``."""
        shape = (0 if view.started is None else view.started.n_sampled, 2)
        frames = []
        for path in sorted((self.folder(run_id) / "maps").glob("[!.]*")):
            with contextlib.suppress(RunError, ValueError, IndexError, KeyError):
                update = view.updates[int(path.stem)]
                points = _read_map(path)
                if points.shape == shape and points.dtype.kind == "f":
                    frames.append(MapFrame(update.update, points))
        return tuple(frames)

    def write_map(self, run_id: str, frame: MapFrame) -> None:
        """Keep a map; one that cannot be kept is made anew when it is wanted."""
        with contextlib.suppress(OSError, RunError):
            folder = self.folder(run_id) / "maps"
            folder.mkdir(exist_ok=True)
            write_arrays(folder / f"{frame.update:06d}.npz", {"points": frame.points})

    def remove_map(self, run_id: str, frame: MapFrame) -> None:
        """Keep a map no longer."""
        with contextlib.suppress(OSError, RunError):
            for path in (self.folder(run_id) / "maps").glob(f"{frame.update:06d}.*"):
                path.unlink(missing_ok=True)

    def remove_maps(self, run_id: str, *, first: int) -> None:
        """Remove the maps of the updates from ``first`` on. Raises OSError."""
        for path in (self.folder(run_id) / "maps").glob("[!.]*"):
            if path.stem >= f"{first:06d}":
                path.unlink(missing_ok=True)

    def annotate(
        self, run_id: str, *, title: str | None = None, tags: tuple[str, ...] | None = None
    ) -> None:
        """Give a run a title or tags; None leaves them. Raises RunError, OSError."""
        write_notes(self.folder(run_id), title, tags)

    def delete(self, run_id: str) -> None:
        """Remove a run.

        Raises
        ------
        RunError
            If it is unknown, trains at the moment, or the disk refuses.
        """
        folder = self.folder(run_id)
        doomed = folder.with_name(f".{run_id}.deleted")
        with self.locked(run_id):
            try:
                folder.rename(doomed)
            except OSError as error:
                raise RunError(refusal(run_id, self.root, error)) from error
        shutil.rmtree(doomed, ignore_errors=True)

    def write_record(self, record: RunRecord) -> None:
        """Replace ``run.json``. Raises OSError."""
        write_record(self.root / record.run_id, record)

    def lock(self, run_id: str) -> FileLock:
        """The run's lock, not yet taken."""
        return lock_in(self.folder(run_id))

    @contextlib.contextmanager
    def locked(self, run_id: str) -> Iterator[None]:
        """Hold the lock of a run. Raises RunError where another one holds it."""
        lock = self.lock(run_id)
        take_lock(lock, run_id)
        try:
            yield
        finally:
            lock.release()

    def is_locked(self, run_id: str) -> bool:
        """Whether some process trains the run or has it in its queue."""
        return is_held(self.folder(run_id))

    def _record_or_problem(self, name: str) -> RunRecord:
        """A run whose record cannot be made holds up no other, whatever the reason."""
        try:
            if is_run_id(name):
                return self.record(name)
            problem = (
                "This folder is no run: its name is not like quiet-otter-3f2a. Move it elsewhere."
            )
        except RunError as error:
            problem = str(error)
        except Exception as error:
            problem = f"It cannot be read ({type(error).__name__}: {error}). Copy the run again."
        return RunRecord(printable(name), RunState.DAMAGED, problem=printable(problem))


def _read_map(path: Path) -> Array:
    former = read_array(path) if path.suffix == ".z" else None
    return read_arrays(path)["points"] if former is None else former


def _unreadable(root: Path, error: OSError) -> str:
    return (
        f"The folder of runs must be readable. {root} is not: {error.strerror or error}. "
        "Change its permissions, or name another folder with DEC_RUNS_DIR."
    )


def write_record(folder: Path, record: RunRecord) -> None:
    """Replace ``run.json`` in a folder. Raises OSError."""
    write_whole(folder / "run.json", records.to_json(record).encode())


def _read_record(folder: Path) -> RunRecord:
    record = records.from_json(_read(folder / "run.json"))
    if record.run_id != folder.name:
        raise RunError(
            f"run.json must belong to {folder.name}. Received {record.run_id[:40]!r}. "
            "Give the folder its own name back."
        )
    return record


def _read(path: Path) -> str:
    try:
        return read_whole(path).decode("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RunError(
            f"A run's folder must hold a readable {path.name}. {path.parent.name[:40]} does not "
            f"({reason}). Copy the run again or delete the folder."
        ) from error


def _folders(root: Path) -> list[str]:
    """Names of the folders that are not hidden. Raises OSError."""
    if not root.is_dir():
        return []
    names = (path.name for path in root.iterdir() if path.is_dir())
    return [name for name in names if not name.startswith(".")]
