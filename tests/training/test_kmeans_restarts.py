"""The k-means start: the best of its restarts, and the same for the same seed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dec_core.training.kmeans_restarts import distinct_rows, kmeans_restarts


@pytest.fixture
def embedding() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)


def test_restarts_only_get_better(embedding: np.ndarray) -> None:
    results = list(kmeans_restarts(embedding, 8, 10, seed=0))
    assert len(results) == 10
    assert all(later.inertia <= earlier.inertia for earlier, later in pairwise(results))
    assert results[-1].inertia < results[0].inertia
    best = results[-1]
    distances = np.square(embedding[:, None] - best.centers).sum(axis=2)
    assert np.array_equal(distances.argmin(axis=1), best.labels)
    assert distances.min(axis=1).sum() == pytest.approx(best.inertia, rel=1e-4)


def test_same_seed_same_centers(embedding: np.ndarray) -> None:
    first, again, other = (
        next(kmeans_restarts(embedding, 8, 2, seed)).centers.tobytes() for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("exponent", [-120, -60, 60, 120])
def test_the_scale_of_the_embedding_changes_no_digit(embedding: np.ndarray, exponent: int) -> None:
    expected = list(kmeans_restarts(embedding, 8, 3, seed=0))[-1]
    scaled = list(kmeans_restarts(np.ldexp(embedding, exponent), 8, 3, seed=0))[-1]
    assert scaled.labels.tobytes() == expected.labels.tobytes()
    assert np.ldexp(scaled.centers, -exponent).tobytes() == expected.centers.tobytes()


def test_the_two_zeros_are_one_value() -> None:
    assert distinct_rows(np.array([[0.0], [-0.0], [1.0]], np.float32), 3) == 2


def test_distinct_rows_are_counted_as_far_as_is_asked() -> None:
    rows = np.repeat(np.eye(3, dtype=np.float32), 10, axis=0)
    assert [distinct_rows(rows, at_most) for at_most in (2, 3, 4)] == [2, 3, 3]
    assert next(kmeans_restarts(rows, 3, 1, seed=0)).inertia < 1e-10
