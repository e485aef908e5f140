"""The NumPy reference against numbers worked out by hand, against R, and against its laws."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dec_core.model.assignment import (
    Floats,
    kl_divergence,
    nearest_center,
    recycled_target_distribution,
    recycled_target_of_sample,
    soft_assignment,
    target_distribution,
)

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "r_target_distribution.json").read_text()
)


def test_soft_assignment_alpha_1_by_hand() -> None:
    # Squared distances to the centres 0 and 2: (0, 4), (1, 1), (9, 1).
    q = soft_assignment(np.array([[0.0], [1.0], [3.0]]), np.array([[0.0], [2.0]]))
    expected = [[5 / 6, 1 / 6], [1 / 2, 1 / 2], [1 / 6, 5 / 6]]
    np.testing.assert_allclose(q, expected, rtol=1e-15)


def test_soft_assignment_alpha_2_by_hand() -> None:
    # (1 + 16 / 2) ** -1.5 is 1/27, (1 + 48 / 2) ** -1.5 is 1/125.
    embedding = np.array([[0.0, 0.0], [4.0, 0.0], [2.0, 7.0]])
    centers = np.array([[0.0, 0.0], [4.0, 0.0]])
    expected = [[27 / 28, 1 / 28], [1 / 28, 27 / 28], [1 / 2, 1 / 2]]
    np.testing.assert_allclose(soft_assignment(embedding, centers, 2.0), expected, rtol=1e-15)
    far = soft_assignment(np.array([[4.0, math.sqrt(32.0)]]), centers, 2.0)
    first, second = 1 / 125, 17.0**-1.5
    np.testing.assert_allclose(far[0, 0], first / (first + second), rtol=1e-14)


@pytest.mark.parametrize("alpha", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("distance", [1e6, 1e15, 1e30])
def test_soft_assignment_is_finite_at_any_distance(distance: float, alpha: float) -> None:
    embedding, centers = np.array([[distance]], np.float32), np.array([[0.0], [-distance], [1.0]])
    (q,) = soft_assignment(embedding, centers, alpha)
    # Only the ratio of the distances counts: twice as far is 4 ** -((alpha + 1) / 2) as similar.
    assert q[1] / q[0] == pytest.approx(2 ** -(alpha + 1), rel=1e-5)
    assert q.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("exponent", [-140, -40, 0, 40, 120])
def test_nearest_center_at_any_scale(exponent: int) -> None:
    generator = np.random.default_rng(5)
    embedding, centers = generator.normal(size=(50, 3)), generator.normal(size=(7, 3))
    embedding[0], centers[4], centers[5] = 0, 0, 0
    expected = soft_assignment(embedding, centers).argmax(axis=1)
    assert expected[0] == 4
    found = nearest_center(np.ldexp(embedding, exponent), np.ldexp(centers, exponent))
    assert found.tolist() == expected.tolist()


def test_nearest_center_beside_one_that_is_far() -> None:
    centers = np.array([[1e30], [3e-30], [1e-30]])
    assert nearest_center(np.array([[0.0], [1e30]]), centers).tolist() == [2, 0]


def test_target_distribution_by_hand() -> None:
    # f = (1.25, 0.75); q^2 / f = ((0.2, 1/3), (0.45, 1/12)).
    p = target_distribution(np.array([[0.5, 0.5], [0.75, 0.25]]))
    np.testing.assert_allclose(p, [[0.375, 0.625], [0.84375, 0.15625]], rtol=1e-15)


def test_a_cluster_without_any_sample_gets_no_share_of_the_target() -> None:
    p = target_distribution(np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert p.tolist() == [[1.0, 0.0], [1.0, 0.0]]


def test_kl_divergence_by_hand() -> None:
    p = np.array([[0.5, 0.5], [1.0, 0.0]])
    q = np.array([[0.25, 0.75], [0.5, 0.5]])
    first = 0.5 * math.log(2) + 0.5 * math.log(2 / 3)
    assert kl_divergence(p, q) == pytest.approx((first + math.log(2)) / 2, rel=1e-14)


def test_kl_divergence_where_probabilities_are_zero() -> None:
    certain = np.array([[1.0, 0.0]])
    assert kl_divergence(certain, certain) == 0.0
    assert kl_divergence(np.array([[0.5, 0.5]]), certain) == math.inf


def plain_recycled(q: Floats) -> Floats:
    """R's division written out element by element."""
    n, n_clusters = q.shape
    squared, frequency = q**2, q.sum(axis=0)
    weight, p = np.empty_like(q), np.empty_like(q)
    for i in range(n):
        for j in range(n_clusters):
            weight[i, j] = squared[i, j] / frequency[(i + j * n) % n_clusters]
    row_sums = weight.sum(axis=1)
    for i in range(n):
        for j in range(n_clusters):
            p[i, j] = weight[i, j] / row_sums[(j + i * n_clusters) % n]
    return p


def test_recycled_target_by_hand() -> None:
    # f = (1.25, 1.75). R divides column 1 of q^2 by (1.25, 1.75, 1.25) and column 2, going on
    # where column 1 ended, by (1.75, 1.25, 1.75); then row i by its own pair of row sums.
    q = np.array([[0.5, 0.5], [0.5, 0.5], [0.25, 0.75]])
    weight = [[1 / 5, 1 / 7], [1 / 7, 1 / 5], [1 / 20, 9 / 28]]
    s = [12 / 35, 12 / 35, 13 / 35]
    expected = [
        [weight[0][0] / s[0], weight[0][1] / s[1]],
        [weight[1][0] / s[2], weight[1][1] / s[0]],
        [weight[2][0] / s[1], weight[2][1] / s[2]],
    ]
    p = recycled_target_distribution(q)
    np.testing.assert_allclose(p, expected, rtol=1e-14)
    assert abs(p.sum(axis=1) - 1).max() > 0.01


@pytest.mark.parametrize("shape", [(1, 2), (5, 3), (6, 3), (3, 6), (4, 4), (17, 10)])
def test_recycled_target_follows_the_double_loop(shape: tuple[int, int]) -> None:
    q = np.random.default_rng(shape[0]).dirichlet(np.ones(shape[1]), shape[0])
    np.testing.assert_allclose(recycled_target_distribution(q), plain_recycled(q), rtol=1e-14)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: f"{case['n']}x{case['k']}")
def test_recycled_target_agrees_with_r(case: dict[str, Any]) -> None:
    q, p = np.array(case["q"]), np.array(case["p"])
    assert q.shape == (case["n"], case["k"])
    np.testing.assert_allclose(recycled_target_distribution(q), p, rtol=1e-12, atol=1e-12)
    assert abs(target_distribution(q) - p).max() > 1e-3


@st.composite
def assignments(draw: st.DrawFn) -> Floats:
    """q as it arises: random points, random centres, random alpha."""
    n, n_clusters = draw(st.integers(1, 8)), draw(st.integers(2, 5))
    numbers = st.floats(-8, 8, width=32)
    embedding = draw(arrays(np.float64, (n, 2), elements=numbers))
    centers = draw(arrays(np.float64, (n_clusters, 2), elements=numbers))
    return soft_assignment(embedding, centers, draw(st.floats(0.25, 4)))


@given(assignments())
def test_rows_of_q_and_p_sum_to_one(q: Floats) -> None:
    p = target_distribution(q)
    assert q.min() > 0
    assert p.min() >= 0
    np.testing.assert_allclose(q.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)


@given(arrays(np.float64, st.integers(2, 7), elements=st.floats(0.01, 1)))
def test_target_sharpens_clusters_of_equal_frequency(weights: Floats) -> None:
    row = weights / weights.sum()
    # Every rotation of one row: each column then sums to 1.
    q = np.stack([np.roll(row, shift) for shift in range(len(row))])
    p = target_distribution(q)
    chosen = q[np.arange(len(q)), p.argmax(axis=1)]
    np.testing.assert_allclose(chosen, q.max(axis=1), rtol=1e-12)
    assert (p.max(axis=1) >= q.max(axis=1) - 1e-12).all()
    if row.max() > 1.1 * np.sort(row)[-2]:
        assert (p.max(axis=1) > q.max(axis=1)).all()


@given(assignments(), st.randoms(use_true_random=False))
def test_kl_divergence_is_zero_only_for_equal_distributions(q: Floats, random: Any) -> None:
    p = q[:, random.sample(range(q.shape[1]), q.shape[1])]
    assert kl_divergence(q, q) == 0.0
    # Pinsker's inequality: above 0 wherever the two differ.
    bound = 0.5 * np.square(np.abs(p - q).sum(axis=1)).mean()
    assert kl_divergence(p, q) >= bound - 1e-12
    assert kl_divergence(p, q) >= -1e-15


def test_the_recycled_target_of_all_rows_is_exact() -> None:
    for shape in [(1, 2), (5, 3), (6, 3), (3, 6), (17, 10)]:
        q = np.random.default_rng(shape[0]).dirichlet(np.ones(shape[1]), shape[0])
        p = recycled_target_of_sample(q, np.arange(len(q)), len(q))
        np.testing.assert_allclose(p, recycled_target_distribution(q), rtol=1e-12)


@pytest.mark.parametrize("n_samples", [20_000, 20_003])
def test_the_recycled_target_of_a_sample_is_near_that_of_all(n_samples: int) -> None:
    generator = np.random.default_rng(0)
    q = generator.dirichlet([0.3, 0.3, 0.6, 0.9, 2.0], n_samples)
    rows = np.sort(generator.choice(n_samples, 4_000, replace=False))
    true, p = recycled_target_distribution(q), recycled_target_of_sample(q[rows], rows, n_samples)
    weight = true[rows] / p
    # Of every entry all is known but which row sum divided it.
    assert np.median(weight) == pytest.approx(1, abs=0.02)
    levels = [0.05, 0.5, 0.95]
    sums = np.quantile(p.sum(axis=1), levels), np.quantile(true.sum(axis=1), levels)
    np.testing.assert_allclose(*sums, rtol=0.05)
