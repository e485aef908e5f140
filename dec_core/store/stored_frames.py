"""The arrays of a stored run, each read when it is looked at."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path

from dec_core.errors import RunError
from dec_core.events.events import KMEANS, ReconstructionsTaken, RunStarted, SamplesChosen
from dec_core.events.frames import Embedded, Frames, Labels, thinned_out
from dec_core.events.view import View
from dec_core.store import former_versions
from dec_core.store.array_files import Array, damaged, missing, read_arrays
from dec_core.store.frame_files import (
    SEGMENT,
    Index,
    read_index,
    read_place,
    segment_file,
)
from dec_core.store.log_checks import check_embedding, check_labels, check_samples
from dec_core.store.reconstruction_file import read_reconstructions
from dec_core.store.samples_file import START, read_samples

KMEANS_START = "kmeans.npz"
LABELS, EMBEDDING = "labels", "embedding_sample"
# Of all runs that a process looks at.
CACHE_BYTES = 64_000_000
_CACHED_INDEXES = 2_000


class StoredFrames(Frames):
    """The arrays of the updates that ``view``, the run's numbers, names.

    Parameters
    ----------
    folder : the run's folder of arrays
    """

    def __init__(self, folder: Path, view: View) -> None:
        self._folder = folder
        self._view = view

    @cached_property
    def samples(self) -> SamplesChosen:
        found = read_samples(self._folder)
        try:
            check_samples(self._started, found)
        except ValueError as error:
            raise RunError(damaged(self._folder / START, error)) from error
        return found

    @property
    def reconstructions(self) -> ReconstructionsTaken | None:
        return read_reconstructions(self._folder, self._view.started)

    @cached_property
    def kept_labels(self) -> Sequence[int]:
        return self._kept(LABELS)

    @cached_property
    def kept_embeddings(self) -> Sequence[int]:
        return self._kept(EMBEDDING)

    def labels(self, update: int) -> Labels:
        return self._array(LABELS, update, lambda array: check_labels(self._started, array))

    def embedded(self, update: int) -> Embedded:
        array = self._array(EMBEDDING, update, partial(self._check_embedding, update))
        n_sampled = self._started.n_sampled
        return Embedded(array[:n_sampled], array[n_sampled:])

    @property
    def _started(self) -> RunStarted:
        if self._view.started is None:
            raise RunError("The run has no arrays before it has begun. Wait for its start.")
        return self._view.started

    def _check_embedding(self, update: int, array: Array) -> None:
        is_finite = update == KMEANS or self._view.updates[update].is_finite
        check_embedding(self._started, array, is_finite=is_finite)

    def _kept(self, name: str) -> list[int]:
        """Updates that have this array. Raises RunError where a file is damaged."""
        updates = len(self._view.updates)
        kept = former_versions.updates_with_files(self._folder, name)
        for begin in range(0, updates, SEGMENT):
            path = self._folder / segment_file(name, begin)
            index = CACHE.index(path, name)
            if index.fault and self._concerns(index, begin):
                raise RunError(damaged(path, index.fault)) from index.fault
            kept |= index.places.keys()
        for update in {0, updates - 1} if self._view.finished else {0}:
            if updates and update not in kept:
                raise RunError(self._lacks(name, update))
        return sorted(update for update in kept if update < updates)

    def _concerns(self, index: Index, begin: int) -> bool:
        """Whether the fault of a segment may hide updates that the run has made by now."""
        updates = len(self._view.updates)
        last = min(begin + SEGMENT, updates) - 1
        may_grow = self._view.finished is None and last == updates - 1
        is_torn = isinstance(index.fault, EOFError)
        return max(index.places, default=-1) < last and not (may_grow and is_torn)

    def _lacks(self, name: str, update: int) -> str:
        """The sentence for an array that must be there."""
        path = self._folder / segment_file(name, update)
        if not path.exists():
            return missing(path)
        return (
            f"{path.name} must hold the {name} of update {update}. It does not. "
            "Copy the run again or delete it."
        )

    def _array(self, name: str, update: int, check: Callable[[Array], None]) -> Array:
        if update >= len(self._view.updates):
            raise thinned_out(update)
        path = self._folder / array_file(self._folder, name, update)
        try:
            if path.suffix == ".z":
                array = former_versions.read_array(path)
            elif update == KMEANS:
                array = read_arrays(path)[name]
            else:
                array = CACHE.array(path, name, update)
            if array is None:
                raise thinned_out(update)
            check(array)
        except RunError:
            raise
        except Exception as error:  # a single flipped bit can raise many kinds
            raise RunError(damaged(path, error)) from error
        return array


class FrameCache:
    """Arrays and indexes of all runs that a process has looked at lately, in bounded memory.

    A file that was replaced is another one, one that has grown keeps the arrays that it had.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._arrays: OrderedDict[Hashable, Array] = OrderedDict()
        self._indexed = lru_cache(_CACHED_INDEXES)(_index)
        self._lock = threading.Lock()

    def index(self, path: Path, name: str) -> Index:
        """Where the arrays of a file stand; nothing where there is none."""
        try:
            status = path.stat()
            return self._indexed(path, name, status.st_ino, status.st_size, status.st_mtime_ns)
        except FileNotFoundError:
            return Index({}, None)
        except OSError as error:
            return Index({}, error)

    def array(self, path: Path, name: str, update: int) -> Array | None:
        """An update's array; None where the file has none. Raises Exception where it is damaged."""
        index = self.index(path, name)
        place = index.places.get(update)
        if place is None:
            if index.fault is not None:
                raise index.fault
            return None
        key = path, path.stat().st_ino, place
        with self._lock:
            found = self._arrays.get(key)
            if found is not None:
                self._arrays.move_to_end(key)
                return found
        array = read_place(path, place)
        with self._lock:
            # Another thread may have read it meanwhile.
            if key not in self._arrays:
                self._arrays[key] = array
                self._size += array.nbytes
            while self._size > self._limit and len(self._arrays) > 1:
                self._size -= self._arrays.popitem(last=False)[1].nbytes
        return array


def _index(path: Path, name: str, *_stamp: int) -> Index:
    """The index of a file as long as its number, size and time stay."""
    return read_index(path, name)


CACHE = FrameCache(CACHE_BYTES)


def array_file(folder: Path, name: str, update: int) -> str:
    """The file in which the array of an update or of k-means stands, or would."""
    former = former_versions.array_file(name, update)
    if update == KMEANS and (folder / KMEANS_START).exists():
        return KMEANS_START
    if (folder / former).exists():
        return former
    return KMEANS_START if update == KMEANS else segment_file(name, update)
