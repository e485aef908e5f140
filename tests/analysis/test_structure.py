"""What clusters tell of the data, beside the sums of squares by their definition."""

from __future__ import annotations

import numpy as np
import pytest

from dec_core.analysis.structure import DataSpace, effective_rank


def by_definition(x: np.ndarray, labels: np.ndarray) -> float:
    mean = x.mean(axis=0)
    total = np.square(x - mean).sum()
    within = sum(np.square(x[labels == k] - x[labels == k].mean(axis=0)).sum() for k in set(labels))
    return float(1 - within / total)


@pytest.mark.parametrize("scale", [1.0, 1e-20, 1e30])
def test_variance_explained_is_that_between_the_clusters(scale: float) -> None:
    generator = np.random.default_rng(0)
    x, labels = generator.normal(2, 1, (200, 5)), generator.integers(0, 4, 200)
    x[labels == 2] += 3
    space = DataSpace((x * scale).astype(np.float32), np.arange(200))
    assert space.explained(labels, 6) == pytest.approx(by_definition(x, labels), rel=1e-4)
    assert space.explained(np.zeros(200, int), 6) == pytest.approx(0, abs=1e-9)
    assert space.explained(np.arange(200), 200) == pytest.approx(1)
    if scale == 1:
        assert space.variance == pytest.approx(x.var(axis=0).mean(), rel=1e-4)
        assert space.largest == pytest.approx(np.abs(x).max())


def test_only_the_samples_that_were_chosen_count() -> None:
    generator = np.random.default_rng(1)
    x, labels = generator.normal(size=(100, 3)).astype(np.float32), generator.integers(0, 3, 100)
    chosen = np.arange(0, 100, 3)
    expected = by_definition(x[chosen], labels[chosen])
    assert DataSpace(x, chosen).explained(labels, 3) == pytest.approx(expected, rel=1e-4)


def test_constant_data_have_nothing_to_explain() -> None:
    space = DataSpace(np.full((9, 4), 7, np.float32), np.arange(9))
    assert space.explained(np.arange(9) % 3, 3) == 0
    assert space.variance == 0
    assert DataSpace(np.zeros((9, 4), np.float32), np.arange(9)).largest == 0


def test_the_rank_is_that_of_the_dimensions_in_use() -> None:
    generator = np.random.default_rng(2)
    line = generator.normal(size=(9_000, 1)) @ np.ones((1, 6))
    assert effective_rank(line) == pytest.approx(1)
    assert effective_rank(line * 1e-30) == pytest.approx(1)
    # As in a space of any direction, equal variance in three dimensions counts as three.
    basis = np.linalg.qr(generator.normal(size=(6, 6)))[0][:3]
    assert effective_rank(generator.normal(size=(9_000, 3)) @ basis) == pytest.approx(3, abs=0.01)
    assert effective_rank(np.ones((50, 4))) == 0
    assert np.isnan(effective_rank(np.array([[0.0, np.nan], [1.0, 2.0]])))
    assert effective_rank(np.arange(5.0)[:, None]) == pytest.approx(1)
