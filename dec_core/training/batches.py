"""Which samples make up the batch of a gradient step, from the step's number alone.

Nothing here carries state, so a run that continues at step 1,000 sees the batches that an
uninterrupted one would see.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf


@dataclass(frozen=True)
class Batches:
    """Batches over ``n_samples`` rows; the last one of a pass is smaller if it must, never empty.

    ``shuffle_seed`` None keeps the stored order; otherwise each pass has a permutation drawn
    from the seed and the number of the pass.
    """

    n_samples: int
    batch_size: int
    shuffle_seed: tuple[int, ...] | None = None

    @property
    def per_pass(self) -> int:
        """Batches in one pass over the data, at least 1."""
        return -(-self.n_samples // self.batch_size)

    def steps_before_new_order(self, step: int) -> int | None:
        """Steps from ``step`` on that share one order; None if the order never changes."""
        if self.shuffle_seed is None:
            return None
        return self.per_pass - step % self.per_pass

    def order(self, step: int) -> tf.Tensor:
        """The order of the rows at ``step``: (n_samples,) int32, or (0,) for stored order."""
        if self.shuffle_seed is None:
            return tf.zeros((0,), tf.int32)
        return _permutation(self.n_samples, (*self.shuffle_seed, step // self.per_pass))

    def take(self, step: Any, order: Any, *tensors: Any) -> tuple[Any, ...]:
        """Inside a graph: the rows of ``tensors`` that belong to ``step``."""
        begin = (step % self.per_pass) * self.batch_size
        end = tf.minimum(begin + self.batch_size, self.n_samples)
        if self.shuffle_seed is None:
            return tuple(tensor[begin:end] for tensor in tensors)
        rows = order[begin:end]
        return tuple(tf.gather(tensor, rows) for tensor in tensors)


# A pass takes many calls, and of a million rows each permutation takes some of their time.
@lru_cache(maxsize=2)
def _permutation(n_rows: int, seed: tuple[int, ...]) -> tf.Tensor:
    generator = np.random.default_rng(seed)
    return tf.constant(generator.permutation(n_rows).astype(np.int32))
