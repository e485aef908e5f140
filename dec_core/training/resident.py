"""Samples as tensors: on the device as they are stored, float32 batch by batch inside a graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from dec_core.data.samples import Samples

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
        """A copy of the samples in their own type."""
        values = _tensor(samples.values, samples.stored_pieces())
        return cls(values, tf.constant(samples.divisor, tf.float32))

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return int(self.values.shape[0])


def as_float(rows: Any, divisor: Any) -> Any:
    """Inside a graph: some rows of the values as float32; the same bits as from ``Samples``."""
    return rows if rows.dtype == tf.float32 else tf.cast(rows, tf.float32) / divisor


def resident(array: NDArray[Any]) -> tf.Tensor:
    """A copy of an array on the device; ``tf.constant`` would hold two."""
    return _tensor(array, [(slice(None), array)])


def _tensor(array: NDArray[Any], pieces: Iterable[tuple[slice, NDArray[Any]]]) -> tf.Tensor:
    memory = np.empty(array.nbytes + _ALIGNMENT, np.uint8)
    begin = -memory.ctypes.data % _ALIGNMENT
    aligned = memory[begin : begin + array.nbytes].view(array.dtype).reshape(array.shape)
    for place, piece in pieces:
        aligned[place] = piece
    shared = tf.experimental.dlpack.from_dlpack(aligned.__dlpack__())
    # Where there is a graphics processor, this moves it there.
    return tf.identity(shared)
