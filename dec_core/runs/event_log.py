"""The event log of a run and the arrays that belong to its lines."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dec_core.errors import DECLabError, RunError
from dec_core.runs.array_files import (
    read_arrays,
    read_compressed,
    read_if_there,
    write_arrays,
    write_compressed,
    write_whole,
)
from dec_core.runs.events_file import STORED, Array, arrays_of, decode, encode
from dec_core.runs.fitting import Fitting
from dec_core.training.events import CentersInitialized, Event, RunStarted, TargetUpdated
from dec_core.training.view import View

_FRAMES = ("labels", "embedding_sample")
_START = "start.npz"


class EventLog:
    """Reads and writes ``events.jsonl`` and ``arrays/`` of one run's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "events.jsonl"
        self._arrays = folder / "arrays"
        self._stream: IO[bytes] | None = None
        self._kept: dict[str, list[int]] = {name: [] for name in _FRAMES}
        self.lines = 0

    def open(self, view: View, lines: int) -> None:
        """Begin to write after ``lines`` lines, which make up ``view``. Raises OSError."""
        self._arrays.mkdir(exist_ok=True)
        self._stream = self._path.open("ab", buffering=0)
        self.lines = lines
        self._kept = {name: _kept(view, name) for name in _FRAMES}

    @property
    def is_open(self) -> bool:
        """Whether lines can be added."""
        return self._stream is not None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has happened yet."""
        return not (self._path.exists() and self._path.stat().st_size)

    @property
    def updates(self) -> int:
        """Target updates so far."""
        return sum(b'"TargetUpdated"' in line for line in self._whole_lines())

    def append(self, event: Event) -> None:
        """Write an event's arrays and then its line. Raises OSError."""
        if self._stream is None or type(event).__name__ not in STORED:
            return
        self._write_arrays(event)
        size = os.fstat(self._stream.fileno()).st_size
        line = encode(event).encode() + b"\n"
        try:
            written = self._stream.write(line)
            if written != len(line):
                raise OSError("No space left on device")
        except OSError:
            with contextlib.suppress(OSError):
                self._stream.truncate(size)
            raise
        self.lines += 1

    def thin(self, view: View) -> None:
        """After each update: remove the frames that the view has dropped."""
        for name in _FRAMES:
            before = self._kept[name]
            before.append(view.updates[-1].update)
            # The second of those that are kept is among the first to go.
            if getattr(view.updates[before[min(1, len(before) - 1)]], name) is None:
                self._kept[name] = _kept(view, name)
                for update in set(before).difference(self._kept[name]):
                    self._frame(name, update).unlink(missing_ok=True)

    def close(self) -> None:
        """End writing."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def cut(self, lines: int) -> None:
        """Keep the first ``lines`` lines only. Raises OSError."""
        write_whole(self._path, b"".join(self._whole_lines()[:lines]))

    def events(self, *, with_arrays: bool = True, first: int | None = None) -> Iterator[Event]:
        """The stored events, or the ``first`` of them.

        Raises
        ------
        RunError
            If a line or an array that must be there is damaged or missing.
        """
        lines = self._whole_lines()
        if len(lines) < (first or 0):
            raise RunError(
                f"{self._path.name} must have at least {first:,} lines. It has {len(lines):,}. "
                "Copy the run again or delete it."
            )
        lines = lines[:first]
        # The newest frame of a run that goes on may be one that was dropped later.
        is_over = bool(lines) and b'"RunFinished"' in lines[-1]
        updates = [number for number, line in enumerate(lines) if b'"TargetUpdated"' in line]
        newest = updates[-1] if updates and is_over else None
        read = self._read_arrays if with_arrays else _without_arrays
        fitting = Fitting(with_arrays=with_arrays)
        for number, line in enumerate(lines):
            try:
                event = decode(line.decode(), read)
                fitting.check(event)
            except DECLabError as error:
                raise RunError(f"Line {number + 1} of {self._path.name}: {error}") from error
            except Exception as error:
                raise RunError(
                    f"Line {number + 1} of {self._path.name} is damaged ({error}). "
                    "Copy the run again or delete it."
                ) from error
            if with_arrays and isinstance(event, TargetUpdated):
                self._check_frames(event, is_newest=number == newest)
            yield event

    def check_end(self, updates: int) -> None:
        """Look, without reading it all, whether a run that finished after so many updates is whole.

        Raises RunError.
        """
        try:
            with self._path.open("rb") as stream:
                stream.seek(max(0, os.fstat(stream.fileno()).st_size - 4096))
                last = stream.read().splitlines(keepends=True)[-1:]
        except OSError as error:
            raise RunError(_missing(self._path)) from error
        if not last or b'"RunFinished"' not in last[0] or not last[0].endswith(b"\n"):
            raise RunError(
                f"The log of a finished run must end with its verdict. {self._path.name} is cut "
                "short. Copy the run again or delete it."
            )
        ends = {0, updates - 1} if updates else set()
        wanted = [self._arrays / _START]
        wanted += [self._frame(name, update) for name in _FRAMES for update in ends]
        for path in wanted:
            if not path.exists():
                raise RunError(_missing(path))

    def _whole_lines(self) -> list[bytes]:
        try:
            lines = self._path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunError(f"{self._path.name} cannot be read ({error}).") from error
        return lines[:-1] if lines and not lines[-1].endswith(b"\n") else lines

    def _frame(self, name: str, update: int | str) -> Path:
        return self._arrays / _frame_file(name, update)

    def _write_arrays(self, event: Event) -> None:
        arrays = {name: array for name, array in arrays_of(event).items() if array is not None}
        if isinstance(event, RunStarted):
            write_arrays(self._arrays / _START, {k: _smallest(v) for k, v in arrays.items()})
            return
        for name, array in arrays.items():
            write_compressed(self._frame(name, _frame_name(event)), array)

    def _read_arrays(self, event: Event) -> dict[str, Array | None]:
        if isinstance(event, RunStarted):
            stored = read_arrays(self._arrays / _START)
            ids, true_labels = stored["sample_ids"], stored.get("true_labels")
            if ids.dtype.kind in "ui":
                ids = ids.astype(np.int64)
            return {"sample_ids": ids, "true_labels": true_labels}
        paths = {name: self._frame(name, _frame_name(event)) for name in _FRAMES}
        if isinstance(event, CentersInitialized):
            return {name: read_compressed(path) for name, path in paths.items()}
        # One that is not there was thinned, perhaps this very moment by the process that trains.
        return {name: read_if_there(path) for name, path in paths.items()}

    def _check_frames(self, event: TargetUpdated, *, is_newest: bool) -> None:
        for name in _FRAMES:
            if getattr(event, name) is None and (is_newest or event.update == 0):
                raise RunError(_missing(self._frame(name, event.update)))


def array_files(event: Event) -> tuple[str, ...]:
    """Names of the files that hold an event's arrays, as long as none was dropped."""
    if isinstance(event, RunStarted):
        return (_START,)
    if isinstance(event, TargetUpdated | CentersInitialized):
        return tuple(_frame_file(name, _frame_name(event)) for name in _FRAMES)
    return ()


def _kept(view: View, name: str) -> list[int]:
    return [update.update for update in view.updates if getattr(update, name) is not None]


def _frame_file(name: str, update: int | str) -> str:
    number = f"{update:06d}" if isinstance(update, int) else update
    return f"{name}-{number}.z"


def _frame_name(event: Event) -> int | str:
    return event.update if isinstance(event, TargetUpdated) else "kmeans"


def _without_arrays(event: Event) -> dict[str, Array | None]:
    if isinstance(event, RunStarted):
        return {"sample_ids": np.empty(0, np.int64), "true_labels": None}
    if isinstance(event, CentersInitialized):
        return {"labels": np.empty(0, np.uint8), "embedding_sample": np.empty((0, 2), np.float32)}
    return dict.fromkeys(_FRAMES)


def _smallest(array: NDArray[Any]) -> NDArray[Any]:
    """The same whole numbers from 0 in the smallest type."""
    return array.astype(np.min_scalar_type(int(array.max(initial=0))))


def _missing(path: Path) -> str:
    return f"The run must hold {path.name}. It is missing. Copy the run again or delete it."
