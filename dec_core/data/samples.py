"""Samples as they are stored, in memory or in a mapped file, and the float32 numbers they mean."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Moments = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

# Values that are looked at together: 4 MB as float32.
_PIECE = 2**20
# Rows of a mapped file that are read together: the system maps up to 128 KB around each.
_SCATTERED = 256


@dataclass(frozen=True, eq=False)
class Samples:
    """A table of float32 numbers, of which whole numbers are kept in one byte each.

    Indexing it as an array gives the rows that are asked for as float32. Nothing but ``[:]`` makes
    a float32 copy of all of them.

    Attributes
    ----------
    values : uint8 or float32 array of shape (n_samples, n_features)
        C-contiguous; may be a mapped file.
    divisor : float
        What whole numbers are divided by, in float32; float32 values stand for themselves.
    """

    values: npt.NDArray[Any]
    divisor: float = 1.0

    @property
    def shape(self) -> tuple[int, int]:
        """(n_samples, n_features)"""
        n_samples, n_features = self.values.shape
        return n_samples, n_features

    @property
    def are_whole(self) -> bool:
        """Whether they are kept as whole numbers."""
        return self.values.dtype == np.uint8

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: Any) -> Floats:
        return self._as_float(self._stored(rows))

    def __iter__(self) -> Iterator[Floats]:
        for piece in self.pieces():
            yield from piece

    def take(self, rows: npt.NDArray[np.integer]) -> Samples:
        """These rows, kept as they are."""
        return Samples(self._stored(rows), self.divisor)

    def stored_pieces(self) -> Iterator[tuple[slice, npt.NDArray[Any]]]:
        """All rows of ``values``, piece by piece, each with its place among them.

        A mapped file takes the memory of one piece, as those before it are let go.
        """
        step = max(1, _PIECE // self.shape[1])
        for begin in range(0, len(self), step):
            place = slice(begin, begin + step)
            yield place, self.values[place]
            self._let_go()

    def pieces(self) -> Iterator[Floats]:
        """All rows as float32, piece by piece."""
        for _, piece in self.stored_pieces():
            yield self._as_float(piece)

    def levels(self) -> Samples:
        """Whole numbers from the smallest to the largest, each once, in a column."""
        values = np.arange(int(self.values.min()), int(self.values.max()) + 1, dtype=np.uint8)
        return Samples(values[:, None], self.divisor)

    @overload
    def min(self) -> np.float32: ...
    @overload
    def min(self, axis: int) -> Floats: ...
    def min(self, axis: int | None = None) -> Any:
        """As of an array."""
        return self._as_float(self.values.min(axis=axis))

    @overload
    def max(self) -> np.float32: ...
    @overload
    def max(self, axis: int) -> Floats: ...
    def max(self, axis: int | None = None) -> Any:
        """As of an array."""
        return self._as_float(self.values.max(axis=axis))

    def moments(self) -> Moments:
        """Mean and standard deviation of every feature, each (n_features,) float64."""
        mean = self._sum(np.zeros(1)) / len(self)
        return mean, np.sqrt(self._sum(mean, power=2) / len(self))

    def _sum(self, origin: npt.NDArray[np.float64], power: int = 1) -> npt.NDArray[np.float64]:
        """Over the rows, one after the other as NumPy adds those of an array."""
        total = np.zeros(self.shape[1])
        for piece in self.pieces():
            total = np.vstack([total, (piece - origin) ** power]).sum(axis=0)
        return total

    def _stored(self, rows: Any) -> npt.NDArray[Any]:
        if _mapping(self.values) is None or not isinstance(rows, np.ndarray):
            return self.values[rows]
        stored = np.empty((len(rows), self.shape[1]), self.values.dtype)
        for begin in range(0, len(rows), _SCATTERED):
            place = slice(begin, begin + _SCATTERED)
            stored[place] = self.values[rows[place]]
            self._let_go()
        return stored

    def _let_go(self) -> None:
        """Of a mapped file, the pages that were read."""
        mapping = _mapping(self.values)
        if mapping is not None:
            mapping.madvise(mmap.MADV_DONTNEED)

    def _as_float(self, values: Any) -> Any:
        if not self.are_whole:
            return values
        return np.divide(values, np.float32(self.divisor), dtype=np.float32)


def _mapping(array: npt.NDArray[Any] | None) -> mmap.mmap | None:
    """The mapped file that an array lies in, where its pages can be let go without a loss."""
    # The last base may be anything that holds bytes.
    while isinstance(array, np.ndarray) and not isinstance(array.base, mmap.mmap):
        array = array.base
    # A private copy ("c") would lose what was written to it; not every system lets pages go.
    if getattr(array, "mode", "c") == "c" or not hasattr(mmap, "MADV_DONTNEED"):
        return None
    return getattr(array, "base", None)
