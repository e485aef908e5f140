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
import os
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dec_core.data.ordinary_files import open_ordinary
from dec_core.events.frames import Thinning
from dec_core.store.array_files import (
    Array,
    append_whole,
    write_whole,
)

SEGMENT = 64

# A line of a record: an update, a type, the lengths of a few dimensions and two checksums.
_LONGEST_LINE = 200

# Two labels in a byte, where there are at most 16 clusters.
_PAIRS = "pairs"


class FrameWriter:
    """Keeps the arrays ``name`` of a run's updates within ``limit`` bytes."""

    def __init__(self, folder: Path, name: str, limit: int) -> None:
        self._folder = folder
        self._name = name
        self._limit = limit
        self._thinning = Thinning(limit)
        self._segment = -1
        self._stream: IO[bytes] | None = None

    def open(self, kept: Sequence[int], read: Callable[[int], Array], updates: int) -> None:
        """Begin to write after ``updates`` updates and forget what came after them.

        ``read`` gives the arrays of those that are ``kept``. Raises OSError.
        """
        self.close()
        self._thinning = Thinning(self._limit, kept)
        segments = range(math.ceil(updates / SEGMENT))
        for segment in segments:
            # The last may be shared, torn or go on beyond the place; version 1 has none.
            if segment == segments[-1] or not self._path(segment).exists():
                records = [_record(u, read(u)) for u in kept if u // SEGMENT == segment]
                self._write(segment, [part for record in records for part in record])
        wanted = set(map(self._path, segments))
        for path in self._folder.glob(f"{self._name}-[0-9]*"):
            if path not in wanted:
                path.unlink(missing_ok=True)

    def append(self, update: int, array: Array) -> None:
        """Add the newest one's array, whole or not at all. Raises OSError."""
        segment = update // SEGMENT
        if self._stream is None or segment != self._segment:
            self.close()
            self._stream = open_ordinary(self._path(segment), "ab", buffering=0)
            self._segment = segment
        append_whole(self._stream, *_record(update, array))
        self.remove(self._thinning.add(update, array.nbytes))

    def close(self) -> None:
        """End writing."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def remove(self, updates: set[int]) -> None:
        """Write the segments of these updates anew, without them."""
        if updates:
            self.close()
        for segment in sorted({update // SEGMENT for update in updates}):
            content, index = read_segment(self._path(segment), self._name)
            kept = [place for update, place in index.items() if update not in updates]
            self._write(segment, [content[place.begin : place.end] for place in kept])

    def _write(self, segment: int, parts: Sequence[bytes | memoryview]) -> None:
        if parts:
            write_whole(self._path(segment), b"".join(parts))
        else:
            self._path(segment).unlink(missing_ok=True)

    def _path(self, segment: int) -> Path:
        return self._folder / segment_file(self._name, segment * SEGMENT)


class Place(NamedTuple):
    """Where the record of an array stands in its file: its line from ``begin``, its bytes from
    ``values`` to ``end``; and what the line says of them."""

    begin: int
    values: int
    end: int
    kind: str
    shape: tuple[int, ...]
    checksum: int


class Index(NamedTuple):
    """The places of a file's arrays by their updates, up to the first fault if there is one.

    The fault is an EOFError where the file ends within a record.
    """

    places: dict[int, Place]
    fault: Exception | None


def read_index(path: Path, name: str) -> Index:
    """Where the arrays of a segment stand, without reading them.

    Raises
    ------
    OSError
        If the file is missing or is no ordinary one.
    """
    places: dict[int, Place] = {}
    with open_ordinary(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        at, newest = 0, -1
        try:
            while at < size:
                stream.seek(at)
                update, place = _parse(stream.read(_LONGEST_LINE), at, size)
                if update <= newest or segment_file(name, update) != path.name:
                    raise ValueError(f"update {update} does not belong here")
                places[update], newest, at = place, update, place.end
        except Exception as error:  # a single flipped bit can raise many kinds
            return Index(places, error)
    return Index(places, None)


def read_place(path: Path, place: Place) -> Array:
    """The array that stands there.

    Raises
    ------
    Exception
        Of whatever kind, if it is not what was written.
    """
    with open_ordinary(path) as stream:
        stream.seek(place.values)
        values = stream.read(place.end - place.values)
    if len(values) < place.end - place.values:
        raise EOFError("it ends within an array")
    if zlib.crc32(values) != place.checksum:
        raise ValueError("an array is not what was written")
    if place.kind == _PAIRS:
        return _unpaired(values, math.prod(place.shape)).reshape(place.shape)
    return np.frombuffer(values, np.dtype(place.kind)).reshape(place.shape)


def read_segment(path: Path, name: str) -> tuple[bytes, dict[int, Place]]:
    """All of a segment and where its arrays stand. Raises OSError."""
    index = read_index(path, name)
    with open_ordinary(path) as stream:
        return stream.read(), index.places


def segment_file(name: str, update: int) -> str:
    """The file in which an update's array stands."""
    return f"{name}-{update // SEGMENT * SEGMENT:06d}.frames"


def _record(update: int, array: Array) -> tuple[bytes, memoryview]:
    """The line and the bytes; an array's own, as copying them would take longer than the rest."""
    if array.dtype == np.uint8 and array.ndim == 1 and array.max(initial=0) < 16:
        kind, content = _PAIRS, _paired(array).data
    else:
        kind, content = array.dtype.str, np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    lengths = ",".join(map(str, array.shape))
    head = f"{update} {kind} {lengths} {zlib.crc32(content)}".encode()
    return b"%b %d\n" % (head, zlib.crc32(head)), content


def _parse(content: bytes, begin: int, size: int) -> tuple[int, Place]:
    """The update of the record that begins at ``begin`` of a file of ``size`` bytes, and its place.

    Raises
    ------
    EOFError
        If the file ends before the array does.
    Exception
        Of whatever kind, if ``_record`` did not write what stands there.
    """
    line_end = content.find(b"\n")
    if line_end < 0:
        if len(content) < _LONGEST_LINE:
            raise EOFError("it ends within a line")
        raise ValueError("a line does not end")
    head, _, checksum = content[:line_end].rpartition(b" ")
    if zlib.crc32(head) != int(checksum):
        raise ValueError("a line is not what was written")
    update, kind, lengths, checksum_of_values = head.decode("ascii").split(" ")
    shape = tuple(map(int, lengths.split(",")))
    dtype = np.dtype(np.uint8 if kind == _PAIRS else kind)
    n_bytes = (shape[0] + 1) // 2 if kind == _PAIRS else dtype.itemsize * math.prod(shape)
    values = begin + line_end + 1
    if values + n_bytes > size:
        raise EOFError("it ends within an array")
    return int(update), Place(begin, values, values + n_bytes, kind, shape, int(checksum_of_values))


def _paired(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    even = np.append(labels, np.uint8(0)) if labels.size % 2 else labels
    pairs = np.ascontiguousarray(even).view("<u2")
    return (pairs & 15 | pairs >> 4).astype(np.uint8)


def _unpaired(content: bytes, size: int) -> NDArray[np.uint8]:
    pairs = np.frombuffer(content, np.uint8).astype("<u2")
    return (pairs & 15 | pairs >> 4 << 8).view(np.uint8)[:size]
