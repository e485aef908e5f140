"""One array per target update, many of them in a file.

Creating a file costs more than filling it, so the frames of ``SEGMENT`` updates stand one behind
the other in ``<name>-<first update>.frames``, each as a line of its update, type and shape, the
checksums of its bytes and of the line, and then its bytes. A segment grows at its end while the run
trains and is replaced as a whole when its frames are thinned.

Runs may share segments by hard links: a shared one may grow, but each run reads only the updates
that its own log names, and makes its last segment anew before it appends.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import RunError
from dec_core.runs.array_files import (
    LONGEST_HEADER,
    append_whole,
    damaged,
    format_shape,
    parse_shape,
    read_if_there,
    read_whole,
    write_whole,
)
from dec_core.runs.events_file import Array
from dec_core.training.events import TargetUpdated

SEGMENT = 64

# Two labels in a byte, where there are at most 16 clusters.
_PAIRS = "pairs"


class FrameWriter:
    """Keeps the array ``name`` of a run's updates, as far as the run's view does."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._kept: list[int] = []
        self._segment = -1
        self._stream: IO[bytes] | None = None

    def open(self, updates: Sequence[TargetUpdated]) -> None:
        """Begin to write after ``updates`` and forget what came after them. Raises OSError."""
        self.close()
        self._kept = self._kept_in(updates)
        segments = range(math.ceil(len(updates) / SEGMENT))
        for segment in segments:
            # The last may be shared, torn or go on beyond the place; version 1 has none.
            if segment == segments[-1] or not self._path(segment).exists():
                self._write(segment, updates)
        wanted = set(map(self._path, segments))
        for path in self._folder.glob(f"{self._name}-[0-9]*"):
            if path not in wanted:
                path.unlink(missing_ok=True)

    def append(self, update: TargetUpdated) -> None:
        """Add the newest one's array, whole or not at all. Raises OSError."""
        array = getattr(update, self._name)
        if array is None:
            return
        segment = update.update // SEGMENT
        if self._stream is None or segment != self._segment:
            self.close()
            self._stream = open_ordinary(self._path(segment), "ab", buffering=0)
            self._segment = segment
        append_whole(self._stream, *_record(update.update, array))
        self._kept.append(update.update)

    def thin(self, updates: Sequence[TargetUpdated]) -> None:
        """After each update: remove the arrays that the view has dropped. Raises OSError."""
        # The second of those that are kept is among the first to go.
        second = self._kept[1:2]
        if second and getattr(updates[second[0]], self._name) is None:
            kept = self._kept_in(updates)
            self.close()
            for segment in sorted({u // SEGMENT for u in set(self._kept).difference(kept)}):
                self._write(segment, updates)
            self._kept = kept

    def close(self) -> None:
        """End writing."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _kept_in(self, updates: Iterable[TargetUpdated]) -> list[int]:
        return [update.update for update in updates if getattr(update, self._name) is not None]

    def _write(self, segment: int, updates: Sequence[TargetUpdated]) -> None:
        begin = segment * SEGMENT
        arrays = [(u.update, getattr(u, self._name)) for u in updates[begin : begin + SEGMENT]]
        parts = [part for n, array in arrays if array is not None for part in _record(n, array)]
        if parts:
            write_whole(self._path(segment), b"".join(parts))
        else:
            self._path(segment).unlink(missing_ok=True)

    def _path(self, segment: int) -> Path:
        return self._folder / segment_file(self._name, segment * SEGMENT)


class FrameReader:
    """Reads what a ``FrameWriter`` wrote, one segment at a time.

    Parameters
    ----------
    growing : the newest update of a run that is not over; the file in which it stands may end
        within an array that is just being written
    """

    def __init__(self, folder: Path, name: str, growing: int | None = None) -> None:
        self._folder = folder
        self._name = name
        self._growing = None if growing is None else segment_file(name, growing)
        self._segment = _NOTHING

    def read(self, update: int) -> Array | None:
        """The update's array; None where it was thinned.

        Raises
        ------
        RunError
            If the file in which it stands is damaged there or before.
        """
        # Version 1's files go when the segments stand, so whoever looks for them first finds one.
        array = read_if_there(self._folder / single_file(self._name, update))
        if array is not None:
            return array
        file = segment_file(self._name, update)
        if file != self._segment.file:
            self._segment = _read_segment(self._folder / file, self._name)
        _, arrays, fault = self._segment
        is_unwritten = isinstance(fault, EOFError) and file == self._growing
        if fault is not None and not is_unwritten and update > max(arrays, default=-1):
            raise RunError(damaged(self._folder / file, fault)) from fault
        return arrays.get(update)


class _Segment(NamedTuple):
    """The arrays of a file by their updates, up to the first fault if there is one."""

    file: str
    arrays: dict[int, Array]
    fault: Exception | None


_NOTHING = _Segment("", {}, None)


def segment_file(name: str, update: int) -> str:
    """The file in which an update's array stands."""
    return f"{name}-{update // SEGMENT * SEGMENT:06d}.frames"


def single_file(name: str, update: int) -> str:
    """Where schema version 1 kept an update's array."""
    return f"{name}-{update:06d}.z"


def files_of(name: str, updates: int) -> Iterator[str]:
    """The files in which the arrays of the first ``updates`` may stand.

    In the order in which they must be copied: a run of version 1 that goes on meanwhile replaces
    the single files by segments.
    """
    yield from (single_file(name, update) for update in range(updates))
    yield from (segment_file(name, update) for update in range(0, updates, SEGMENT))


def has_frame_file(folder: Path, name: str, update: int) -> bool:
    """Whether there is a file in which an update's array may stand."""
    files = (single_file(name, update), segment_file(name, update))
    return any((folder / file).exists() for file in files)


def _read_segment(path: Path, name: str) -> _Segment:
    arrays: dict[int, Array] = {}
    newest = -1
    try:
        content = read_whole(path)
        place = 0
        while place < len(content):
            update, array, place = _parse(content, place)
            if update <= newest or segment_file(name, update) != path.name:
                raise ValueError(f"update {update} does not belong here")
            arrays[update], newest = array, update
    except FileNotFoundError:
        return _NOTHING  # it may come, where a run of version 1 goes on
    except Exception as error:  # a single flipped bit can raise many kinds
        return _Segment(path.name, arrays, error)
    return _Segment(path.name, arrays, None)


def _record(update: int, array: Array) -> tuple[bytes, memoryview]:
    """The line and the bytes; an array's own, as copying them would take longer than the rest."""
    if array.dtype == np.uint8 and array.ndim == 1 and array.max(initial=0) < 16:
        kind, content = _PAIRS, _paired(array).data
    else:
        kind, content = array.dtype.str, np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    head = f"{update} {kind} {format_shape(array)} {zlib.crc32(content)}".encode()
    return b"%b %d\n" % (head, zlib.crc32(head)), content


def _parse(content: bytes, place: int) -> tuple[int, Array, int]:
    """The update and the array that begin at ``place``, and where the next one begins.

    Raises
    ------
    EOFError
        If the file ends before the array does.
    Exception
        Of whatever kind, if ``_record`` did not write what stands there.
    """
    end = content.find(b"\n", place, place + LONGEST_HEADER)
    if end < 0:
        if len(content) < place + LONGEST_HEADER:
            raise EOFError("it ends within a line")
        raise ValueError("a line does not end")
    head, _, checksum = content[place:end].rpartition(b" ")
    if zlib.crc32(head) != int(checksum):
        raise ValueError("a line is not what was written")
    update, kind, lengths, checksum_of_values = head.decode("ascii").split(" ")
    shape = parse_shape(lengths)
    is_paired = kind == _PAIRS
    dtype = np.dtype(np.uint8 if is_paired else kind)
    size = (shape[0] + 1) // 2 if is_paired else dtype.itemsize * math.prod(shape)
    begin, end = end + 1, end + 1 + size
    values = content[begin:end]
    if len(values) < size:
        raise EOFError("it ends within an array")
    if zlib.crc32(values) != int(checksum_of_values):
        raise ValueError("an array is not what was written")
    array = _unpaired(values, shape[0]) if is_paired else np.frombuffer(values, dtype)
    return int(update), array.reshape(shape), end


def _paired(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    even = np.append(labels, np.uint8(0)) if labels.size % 2 else labels
    pairs = np.ascontiguousarray(even).view("<u2")
    return (pairs & 15 | pairs >> 4).astype(np.uint8)


def _unpaired(content: bytes, size: int) -> NDArray[np.uint8]:
    pairs = np.frombuffer(content, np.uint8).astype("<u2")
    return (pairs & 15 | pairs >> 4 << 8).view(np.uint8)[:size]
