"""Samples of whole numbers stand for the float32 numbers that an array of these would hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dec_core.config import Scaling
from dec_core.data import Dataset
from dec_core.data.catalog import scaled
from dec_core.data.samples import Samples


def pixels(n_samples: int = 50, low: int = 0, high: int = 255) -> np.ndarray:
    values = np.random.default_rng(0).integers(low, high + 1, (n_samples, 6), dtype=np.uint8)
    values[0, :2] = low, high
    return values


def as_floats(values: np.ndarray, divisor: float) -> np.ndarray:
    return values.astype(np.float32) / np.float32(divisor)


@pytest.mark.parametrize("divisor", [1, 16, 255])
def test_every_way_to_ask_gives_the_same_bits(divisor: float) -> None:
    # More than a piece of 2**20 values.
    values = pixels(200_000)
    samples, x = Samples(values, divisor), as_floats(values, divisor)
    for found, expected in (
        (samples[:], x),
        (samples[[7, 3]], x[[7, 3]]),
        (samples[4], x[4]),
        (samples.take(np.arange(9, 2, -1))[:], x[9:2:-1]),
        (np.concatenate(list(samples.pieces())), x),
        (samples.min(axis=0), x.min(axis=0)),
        (samples.max(), x.max()),
        (samples.moments()[0], x.mean(axis=0, dtype=np.float64)),
        (samples.moments()[1], x.std(axis=0, dtype=np.float64)),
    ):
        np.testing.assert_array_equal(found, expected, strict=True)
    assert samples.take(np.arange(3)).are_whole
    assert len(list(samples.pieces())) > 1


def test_a_data_set_is_the_same_in_either_type() -> None:
    values, y = pixels(), np.arange(50) % 3
    whole = Dataset("whole", Samples(values, 255), y)
    floats = Dataset("floats", as_floats(values, 255), y)
    assert whole.fingerprint == floats.fingerprint
    np.testing.assert_array_equal(whole.x, floats.x, strict=True)
    assert (whole.n_samples, whole.n_features) == (50, 6)
    assert not whole.x.flags.writeable
    assert Dataset("bytes", values).samples.are_whole
    assert Dataset("bytes", values).x[0, 1] == 255


@pytest.mark.parametrize("scaling", ["pixels", "unit", "standard", "norm"])
@pytest.mark.parametrize(
    ("low", "high", "divisor"), [(0, 255, 255), (0, 254, 255), (0, 9, 1), (3, 200, 1), (0, 0, 1)]
)
def test_scaling_gives_the_same_bits(low: int, high: int, divisor: int, scaling: Scaling) -> None:
    values = pixels(low=low, high=high)
    whole = scaled(Dataset("whole", Samples(values, divisor)), scaling)
    floats = scaled(Dataset("floats", as_floats(values, divisor)), scaling)
    np.testing.assert_array_equal(whole.x, floats.x, strict=True)
    # What is already divided by 255 would be rounded twice, unless the second divisor is 1.
    stays = {"pixels": divisor == 1, "unit": (low, high) in ((0, 255), (0, 9), (0, 0))}
    assert whole.samples.are_whole == stays.get(scaling, False)


def test_a_mapped_file_is_not_copied_and_loses_nothing(tmp_path: Path) -> None:
    path, values = tmp_path / "values.npy", pixels(400_000)
    np.save(path, values)
    mapped = np.load(path, mmap_mode="r")
    dataset = Dataset("mapped", Samples(mapped, 255))
    assert np.shares_memory(dataset.samples.values, mapped)
    rows = np.random.default_rng(1).permutation(400_000)[:1_000]
    np.testing.assert_array_equal(dataset.samples[rows], as_floats(values[rows], 255), strict=True)
    np.testing.assert_array_equal(dataset.samples.take(rows).values, values[rows], strict=True)
    assert dataset.fingerprint == Dataset("floats", as_floats(values, 255)).fingerprint
    # What was written to a private copy of the file lies in memory only.
    private = np.load(path, mmap_mode="c")
    private[0, 0] = 7
    np.testing.assert_array_equal(next(Samples(private[:10]).pieces())[0], private[0])
    assert private[0, 0] == 7
    list(Samples(private).pieces())
    assert private[0, 0] == 7
