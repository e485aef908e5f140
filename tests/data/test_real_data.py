"""The real Fashion-MNIST, where DEC_DATA_DIR points at it; a CI run must have it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from dec_core.config import DataSettings
from dec_core.data import load


@pytest.mark.realdata
def test_fashion_mnist_as_published(real_data_dir: Path) -> None:
    dataset = load(DataSettings(name="fashion-mnist"), seed=0)
    assert dataset.x.shape == (70_000, 784)
    assert (float(dataset.x.min()), float(dataset.x.max())) == (0.0, 1.0)
    assert dataset.y is not None
    assert np.bincount(dataset.y).tolist() == [7_000] * 10
    test_labels = (real_data_dir / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz").read_bytes()
    assert dataset.y[:10_000].tolist() == list(gzip.decompress(test_labels)[8:])
    assert dataset.y[0] == 9
    assert dataset.class_names is not None
    assert dataset.class_names[9] == "Ankle boot"

    subset = load(DataSettings(name="fashion-mnist", n_samples=1_000), seed=0)
    assert subset.y is not None
    assert np.bincount(subset.y).tolist() == [100] * 10
