"""What the autoencoder makes of a few samples, and how much of each feature it does not explain."""

from __future__ import annotations

import numpy as np
import pytest

from dec_core.data import Dataset
from dec_core.training.networks import CompiledNetwork
from dec_core.training.reconstructing import (
    ReconstructionWatch,
    shown_samples,
    unexplained_shares,
)
from tests.training.small_runs import blobs, small_context


def labelled(y: list[int]) -> Dataset:
    return Dataset("labelled", np.arange(len(y), dtype=float)[:, None], y)


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([0] * 500 + [1] * 3 + [2], [0] * 6 + [1] * 3 + [2]),
        ([3, 1] * 100, [1] * 5 + [3] * 5),
        ([0, 0, 1], [0, 0, 1]),
        (list(range(10)) * 9, list(range(10))),
    ],
    ids=["rare", "even", "few", "ten"],
)
def test_each_class_is_shown_before_any_is_shown_twice(y: list[int], expected: list[int]) -> None:
    shown = shown_samples(labelled(y), seed=3)
    assert [y[sample] for sample in shown] == expected
    assert len(set(shown.tolist())) == len(shown)


def test_of_many_classes_and_of_no_classes_the_seed_chooses() -> None:
    many = labelled([number % 30 for number in range(300)])
    without = Dataset("none", many.x)
    for dataset in (many, without):
        first, again, other = (shown_samples(dataset, seed).tolist() for seed in (0, 0, 1))
        assert len(set(first)) == 10
        assert first == again != other
    assert len({number % 30 for number in shown_samples(many, 0)}) == 10
    assert sorted(shown_samples(without, 0)) == shown_samples(without, 0).tolist()


def test_unexplained_is_the_error_against_that_of_the_mean() -> None:
    x = np.array([[0, 1, 7, 3e38], [2, 3, 7, -3e38]], np.float32)
    reconstructed = np.array([[0, 2, 7, np.inf], [2, 2, 6, 0]], np.float32)
    np.testing.assert_array_equal(
        unexplained_shares(x, reconstructed), np.array([0, 1, np.nan, np.inf], np.float32)
    )


def test_what_is_taken_is_what_the_network_makes_of_the_samples() -> None:
    context = small_context()
    network = CompiledNetwork(context)
    watch = ReconstructionWatch(context, network)
    assert watch.is_due
    taken = watch.take(4)
    assert not watch.is_due
    x = context.dataset.x[taken.sample_ids]
    assert (taken.epoch, taken.image_shape) == (4, None)
    np.testing.assert_array_equal(taken.originals, x)
    expected = network.autoencoder(x).numpy()
    np.testing.assert_allclose(taken.reconstructions, expected, rtol=1e-5, atol=1e-6)
    assert taken.unexplained.shape == (5,)
    assert (taken.unexplained > 0).all()


def test_images_keep_their_shape() -> None:
    x = blobs().x[:, :4]
    context = small_context(dataset=Dataset("images", x, image_shape=(2, 2, 1)))
    assert ReconstructionWatch(context, CompiledNetwork(context)).take(0).image_shape == (2, 2, 1)
