"""The event log of a run and the arrays that belong to its lines."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from itertools import product
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import DECLabError, RunError
from dec_core.events.events import (
    KMEANS,
    Event,
    FrameTaken,
    ReconstructionsTaken,
    RunStarted,
    SamplesChosen,
)
from dec_core.events.frames import EMBEDDING_BYTES, LABEL_BYTES, Frames
from dec_core.store.array_files import (
    append_whole,
    damaged,
    in_words,
    missing,
    read_whole,
    write_arrays,
    write_whole,
)
from dec_core.store.events_file import STORED, decode, encode
from dec_core.store.frame_files import FrameWriter
from dec_core.store.log_checks import LogChecks
from dec_core.store.reconstruction_file import write_reconstructions
from dec_core.store.samples_file import START, read_samples, write_samples
from dec_core.store.stored_frames import (
    EMBEDDING,
    KMEANS_START,
    LABELS,
    array_file,
)


class EventLog:
    """Reads and writes ``events.jsonl`` and writes ``arrays/`` of one run's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "events.jsonl"
        self._arrays = folder / "arrays"
        self._stream: IO[bytes] | None = None
        self._labels = FrameWriter(self._arrays, LABELS, LABEL_BYTES)
        self._embeddings = FrameWriter(self._arrays, EMBEDDING, EMBEDDING_BYTES)
        self.lines = 0

    def open(self, frames: Frames, lines: int, updates: int) -> None:
        """Begin to write after so many lines and updates, whose arrays are in ``frames``.

        Raises OSError.
        """
        self._arrays.mkdir(exist_ok=True)
        self._stream = open_ordinary(self._path, "ab", buffering=0)
        self.lines = lines
        self._labels.open(frames.kept_labels, frames.labels, updates)
        self._embeddings.open(
            frames.kept_embeddings, lambda update: np.concatenate(frames.embedded(update)), updates
        )

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
        """Write an event's line or arrays. Raises OSError."""
        if self._stream is None:
            return
        if isinstance(event, SamplesChosen):
            write_samples(self._arrays, event)
        elif isinstance(event, ReconstructionsTaken):
            write_reconstructions(self._arrays, event)
        elif isinstance(event, FrameTaken):
            self._append_frame(event)
        elif type(event).__name__ in STORED:
            append_whole(self._stream, encode(event).encode() + b"\n")
            self.lines += 1

    def _append_frame(self, frame: FrameTaken) -> None:
        if frame.update == KMEANS:
            arrays = {LABELS: frame.labels, EMBEDDING: _embedded(frame)}
            write_arrays(self._arrays / KMEANS_START, arrays)
        else:
            self._labels.append(frame.update, frame.labels)
            self._embeddings.append(frame.update, _embedded(frame))

    def close(self) -> None:
        """End writing."""
        self._labels.close()
        self._embeddings.close()
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def cut(self, lines: int) -> None:
        """Keep the first ``lines`` lines only. Raises OSError."""
        write_whole(self._path, b"".join(self._whole_lines()[:lines]))

    def events(self, first: int | None = None) -> Iterator[Event]:
        """The stored events, or the ``first`` of them.

        Raises
        ------
        RunError
            If a line is damaged or missing.
        """
        lines = self._whole_lines()
        if len(lines) < (first or 0):
            raise RunError(
                f"{self._path.name} must have at least {first:,} lines. It has {len(lines):,}. "
                "Copy the run again or delete it."
            )
        reader = LineReader(self._path, self._arrays)
        return map(reader.event, lines[:first])

    def check_begin(self, *, has_gone_on: bool) -> None:
        """Look, without reading it all, whether a run that has begun has its beginning.

        ``has_gone_on`` says that there are traces of what happened later. Raises RunError.
        """
        try:
            # Asked before the log is opened, as a run that begins makes its log first.
            has_start = (self._arrays / START).exists()
            with open_ordinary(self._path) as stream:
                line = stream.readline()
        except FileNotFoundError as error:
            if has_start or has_gone_on:
                raise RunError(missing(self._path)) from error
            return
        except (OSError, ValueError) as error:
            raise RunError(damaged(self._path, error)) from error
        if line.endswith(b"\n"):
            first = LineReader(self._path, self._arrays).event(line)
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
        places = product((LABELS, EMBEDDING), (KMEANS, *updates) if updates else ())
        for file in (START, *(array_file(self._arrays, *place) for place in places)):
            if not (self._arrays / file).exists():
                raise RunError(missing(self._arrays / file))

    def _whole_lines(self) -> list[bytes]:
        try:
            lines = read_whole(self._path).splitlines(keepends=True)
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise RunError(f"{self._path.name} cannot be read ({error}).") from error
        return lines[:-1] if lines and not lines[-1].endswith(b"\n") else lines


class LineReader:
    """Makes events of the lines of a log, in their order, and checks that they fit each other."""

    def __init__(self, path: Path, arrays: Path) -> None:
        self._path = path
        self._arrays = arrays
        self._checks = LogChecks()
        self._lines = 0

    def event(self, line: bytes) -> Event:
        """The event of the next line. Raises RunError."""
        self._lines += 1
        try:
            event = decode(line.decode(), lambda: read_samples(self._arrays))
            self._checks.check(event)
        except DECLabError as error:
            raise RunError(f"Line {self._lines} of {self._path.name}: {error}") from error
        except Exception as error:
            raise RunError(
                f"Line {self._lines} of {self._path.name} is damaged ({in_words(error)}). "
                "Copy the run again or delete it."
            ) from error
        return event


def _embedded(frame: FrameTaken) -> NDArray[np.float32]:
    """(n_sampled + n_clusters, n_dimensions): the samples, then the centres."""
    return np.concatenate([frame.embedding, frame.centers])
