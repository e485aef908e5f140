"""Which samples a step takes."""

from __future__ import annotations

import pytest
import tensorflow as tf

from dec_core.training.batches import Batches


def taken(batches: Batches, step: int) -> list[int]:
    """The numbers of the rows in one batch."""
    rows = tf.range(batches.n_samples)
    (batch,) = batches.take(tf.constant(step), batches.order(step), rows)
    return list(map(int, batch.numpy()))


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "sizes"),
    [
        (512, 256, [256, 256]),
        (513, 256, [256, 256, 1]),
        (511, 256, [256, 255]),
        (100, 256, [100]),
        (3, 1, [1, 1, 1]),
    ],
)
@pytest.mark.parametrize("shuffle_seed", [None, (0, 1)])
def test_batches_cover_the_data_and_none_is_empty(
    n_samples: int, batch_size: int, sizes: list[int], shuffle_seed: tuple[int, ...] | None
) -> None:
    batches = Batches(n_samples, batch_size, shuffle_seed)
    assert batches.per_pass == len(sizes)
    for first in (0, len(sizes)):
        passed = [taken(batches, step) for step in range(first, first + len(sizes))]
        assert [len(batch) for batch in passed] == sizes
        assert sorted(row for batch in passed for row in batch) == list(range(n_samples))


def test_stored_order_is_as_the_data_lie() -> None:
    batches = Batches(5, 2)
    assert [taken(batches, step) for step in range(4)] == [[0, 1], [2, 3], [4], [0, 1]]
    assert batches.steps_before_new_order(1) is None


def test_shuffled_passes_differ_and_follow_the_seed() -> None:
    batches, again = Batches(50, 20, (3, 1)), Batches(50, 20, (3, 1))
    orders = [batches.order(step).numpy().tolist() for step in (0, 3, 6)]
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    assert orders == [again.order(step).numpy().tolist() for step in (0, 3, 6)]
    assert orders[0] != Batches(50, 20, (4, 1)).order(0).numpy().tolist()


def test_one_order_lasts_for_one_pass() -> None:
    batches = Batches(50, 20, (3, 1))
    assert [batches.steps_before_new_order(step) for step in range(4)] == [3, 2, 1, 3]
    # Drawn once: of many samples that takes longer than the steps of a chunk.
    assert batches.order(0) is batches.order(2)
