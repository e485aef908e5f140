"""A function of many samples, computed for a slice of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

# A multiple of a processor register's numbers, so that slices change no digit, and few enough for
# the outputs of a small network's layers to stay in the processor's cache.
SLICE_ROWS = 4_096


def in_slices(
    function: Callable[[Any], Sequence[Any]], rows: Any, widths: Sequence[int]
) -> tuple[Any, ...]:
    """Inside a graph: what ``function`` gives for each slice, joined.

    Slices do not wait for one another, so threads work on several of them.

    Parameters
    ----------
    function : maps a tensor (n, n_features) to float32 tensors (n, width), one for each width
    rows : tensor (n_rows, n_features), at least one row

    Returns
    -------
    Tensors (n_rows, width), one for each width
    """
    n_slices = -(-tf.shape(rows)[0] // SLICE_ROWS)
    empty = [
        tf.TensorArray(tf.float32, n_slices, infer_shape=False, element_shape=(None, width))
        for width in widths
    ]

    def add(index: Any, *arrays: Any) -> tuple[Any, ...]:
        begin = index * SLICE_ROWS
        results = function(rows[begin : begin + SLICE_ROWS])
        written = (
            array.write(index, result) for array, result in zip(arrays, results, strict=True)
        )
        return index + 1, *written

    _, *arrays = tf.while_loop(lambda index, *_: index < n_slices, add, (tf.constant(0), *empty))
    return tuple(array.concat() for array in arrays)
