"""The event log of a run and the arrays that belong to its lines."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from itertools import product
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import DECLabError, RunError
from dec_core.runs.array_files import (
    append_whole,
    damaged,
    missing,
    read_arrays,
    read_compressed,
    read_whole,
    write_arrays,
    write_compressed,
    write_whole,
)
from dec_core.runs.events_file import STORED, Array, arrays_of, decode, encode
from dec_core.runs.fitting import Fitting
from dec_core.runs.frame_files import (
    FrameReader,
    FrameWriter,
    files_of,
    has_frame_file,
    segment_file,
)
from dec_core.training.events import CentersInitialized, Event, RunStarted, TargetUpdated
from dec_core.training.view import View

_FRAMES = ("labels", "embedding_sample")
_START = "start.npz"
# Settings and the names of the classes; a line without an end may be of any length.
_LONGEST_START = 2**20


class EventLog:
    """Reads and writes ``events.jsonl`` and ``arrays/`` of one run's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "events.jsonl"
        self._arrays = folder / "arrays"
        self._stream: IO[bytes] | None = None
        self._frames = [FrameWriter(self._arrays, name) for name in _FRAMES]
        self.lines = 0

    def open(self, view: View, lines: int) -> None:
        """Begin to write after ``lines`` lines, which make up ``view``. Raises OSError."""
        self._arrays.mkdir(exist_ok=True)
        self._stream = open_ordinary(self._path, "ab", buffering=0)
        self.lines = lines
        for frames in self._frames:
            frames.open(view.updates)

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
        append_whole(self._stream, encode(event).encode() + b"\n")
        self.lines += 1

    def thin(self, view: View) -> None:
        """After each update: remove the frames that the view has dropped."""
        for frames in self._frames:
            frames.thin(view.updates)

    def close(self) -> None:
        """End writing."""
        for frames in self._frames:
            frames.close()
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
        growing = None if is_over else len(updates) - 1
        read = self._array_reader(growing) if with_arrays else _without_arrays
        fitting = Fitting(with_arrays=with_arrays)
        for number, line in enumerate(lines):
            event = self._event(number, line, read, fitting)
            if with_arrays and isinstance(event, TargetUpdated):
                self._check_frames(event, is_newest=number == newest)
            yield event

    def check_begin(self, *, has_gone_on: bool) -> None:
        """Look, without reading it all, whether a run that has begun has its beginning.

        ``has_gone_on`` says that there are traces of what happened later. Raises RunError.
        """
        try:
            # Asked before the log is opened, as a run that begins makes its log first.
            has_start = (self._arrays / _START).exists()
            with open_ordinary(self._path) as stream:
                line = stream.readline(_LONGEST_START)
        except FileNotFoundError as error:
            if has_start or has_gone_on:
                raise RunError(missing(self._path)) from error
            return
        except (OSError, ValueError) as error:
            raise RunError(damaged(self._path, error)) from error
        if line.endswith(b"\n"):
            first = self._event(0, line, _without_arrays, Fitting(with_arrays=False))
            if isinstance(first, RunStarted):
                self.check_files(())
        elif has_gone_on:
            raise RunError(
                f"The log of a run that has trained must hold its beginning. {self._path.name} is "
                "cut short. Copy the run again or delete it."
            )

    def check_end(self, updates: int) -> None:
        """Look, without reading it all, whether a run that finished after so many updates is whole.

        Raises RunError.
        """
        try:
            with open_ordinary(self._path) as stream:
                stream.seek(max(0, os.fstat(stream.fileno()).st_size - 4096))
                last = stream.read().splitlines(keepends=True)[-1:]
        except (OSError, ValueError) as error:
            raise RunError(damaged(self._path, error)) from error
        if not last or b'"RunFinished"' not in last[0] or not last[0].endswith(b"\n"):
            raise RunError(
                f"The log of a finished run must end with its verdict. {self._path.name} is cut "
                "short. Copy the run again or delete it."
            )
        self.check_files((0, updates - 1) if updates else ())

    def check_files(self, updates: Collection[int]) -> None:
        """Look whether the files of these updates and of what came before are there.

        Raises RunError.
        """
        kmeans = map(_kmeans_file, _FRAMES) if updates else ()
        for file in (_START, *kmeans):
            if not (self._arrays / file).exists():
                raise RunError(missing(self._arrays / file))
        for name, update in product(_FRAMES, updates):
            if not has_frame_file(self._arrays, name, update):
                raise RunError(missing(self._arrays / segment_file(name, update)))

    def _whole_lines(self) -> list[bytes]:
        try:
            lines = read_whole(self._path).splitlines(keepends=True)
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise RunError(f"{self._path.name} cannot be read ({error}).") from error
        return lines[:-1] if lines and not lines[-1].endswith(b"\n") else lines

    def _event(
        self,
        number: int,
        line: bytes,
        read: Callable[[Event], dict[str, Array | None]],
        fitting: Fitting,
    ) -> Event:
        """The event of a line, with its arrays. Raises RunError."""
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
        return event

    def _write_arrays(self, event: Event) -> None:
        if isinstance(event, TargetUpdated):
            for frames in self._frames:
                frames.append(event)
            return
        arrays = {name: array for name, array in arrays_of(event).items() if array is not None}
        if isinstance(event, RunStarted):
            write_arrays(self._arrays / _START, {k: _smallest(v) for k, v in arrays.items()})
            return
        for name, array in arrays.items():
            write_compressed(self._arrays / _kmeans_file(name), array)

    def _array_reader(self, growing: int | None) -> Callable[[Event], dict[str, Array | None]]:
        frames = {name: FrameReader(self._arrays, name, growing) for name in _FRAMES}

        def read(event: Event) -> dict[str, Array | None]:
            if isinstance(event, TargetUpdated):
                return {name: reader.read(event.update) for name, reader in frames.items()}
            if isinstance(event, CentersInitialized):
                return {n: read_compressed(self._arrays / _kmeans_file(n)) for n in _FRAMES}
            return self._read_start()

        return read

    def _read_start(self) -> dict[str, Array | None]:
        stored = read_arrays(self._arrays / _START)
        ids, true_labels = stored["sample_ids"], stored.get("true_labels")
        if ids.dtype.kind in "ui":
            ids = ids.astype(np.int64)
        return {"sample_ids": ids, "true_labels": true_labels}

    def _check_frames(self, event: TargetUpdated, *, is_newest: bool) -> None:
        for name in _FRAMES:
            if getattr(event, name) is None and (is_newest or event.update == 0):
                raise RunError(
                    f"{segment_file(name, event.update)} must hold the {name} of update "
                    f"{event.update}. It does not. Copy the run again or delete it."
                )


def array_files(updates: int) -> Iterator[str]:
    """Names of the files that may hold the arrays of so many updates and what came before."""
    yield _START
    for name in _FRAMES:
        yield _kmeans_file(name)
        yield from files_of(name, updates)


def _kmeans_file(name: str) -> str:
    return f"{name}-kmeans.z"


def _without_arrays(event: Event) -> dict[str, Array | None]:
    if isinstance(event, RunStarted):
        return {"sample_ids": np.empty(0, np.int64), "true_labels": None}
    if isinstance(event, CentersInitialized):
        return {"labels": np.empty(0, np.uint8), "embedding_sample": np.empty((0, 2), np.float32)}
    return dict.fromkeys(_FRAMES)


def _smallest(array: NDArray[Any]) -> NDArray[Any]:
    """The same whole numbers from 0 in the smallest type."""
    return array.astype(np.min_scalar_type(int(array.max(initial=0))))
