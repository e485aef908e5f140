"""Samples as tensors on the device, and as float32 inside a graph."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from dec_core.data.samples import Samples

# Whole numbers that take no more than this as float32 are converted once, and more batch by batch:
# in a small network that takes a tenth of a step of clustering and a quarter of an evaluation.
CONVERTED_BYTES = 256_000_000
# Graphs read a tensor in packets of processor registers; elsewhere TensorFlow copies or aborts.
_ALIGNMENT = 64


class ResidentSamples(NamedTuple):
    """All samples of a run, resident on the device.

    Attributes
    ----------
    values : tensor (n_samples, n_features), uint8 or float32
    divisor : float32 scalar tensor, what whole numbers are divided by. No constant of a graph,
        which TensorFlow would multiply by its reciprocal, and that rounds otherwise.
    """

    values: Any
    divisor: Any

    @classmethod
    def of(cls, samples: Samples) -> ResidentSamples:
        """A copy of the samples, of ``resident_type``."""
        is_float = resident_type(samples) == np.float32
        pieces = samples.pieces() if is_float else (piece for _, piece in samples.stored_pieces())
        values = _tensor(samples.shape, resident_type(samples), pieces)
        return cls(values, tf.constant(samples.divisor, tf.float32))

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return int(self.values.shape[0])


def resident_type(samples: Samples) -> np.dtype[Any]:
    """The type that samples have on the device: their own, or float32 where they are few."""
    is_small = samples.values.size * np.dtype(np.float32).itemsize <= CONVERTED_BYTES
    return np.dtype(np.float32) if is_small else samples.values.dtype


def as_float(rows: Any, divisor: Any) -> Any:
    """Inside a graph: some rows of the values as float32; the same bits as from ``Samples``."""
    return rows if rows.dtype == tf.float32 else tf.cast(rows, tf.float32) / divisor


def resident(array: NDArray[Any]) -> tf.Tensor:
    """A copy of an array on the device; ``tf.constant`` would hold two."""
    return _tensor(array.shape, array.dtype, [array])


def _tensor(shape: tuple[int, ...], dtype: np.dtype[Any], pieces: Iterable[NDArray[Any]]) -> Any:
    """Of the pieces one after the other, which together have this shape."""
    n_bytes = math.prod(shape) * dtype.itemsize
    memory = np.empty(n_bytes + _ALIGNMENT, np.uint8)
    begin = -memory.ctypes.data % _ALIGNMENT
    aligned = memory[begin : begin + n_bytes].view(dtype).reshape(shape)
    n_rows = 0
    for piece in pieces:
        aligned[n_rows : n_rows + len(piece)] = piece
        n_rows += len(piece)
    shared = tf.experimental.dlpack.from_dlpack(aligned.__dlpack__())
    # Where there is a graphics processor, this moves it there.
    return tf.identity(shared)
