"""What the inspector tells of a target, against numbers by hand and against R."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dec_core.analysis.target_inspection import TargetInspection, angles, inspect_target, lengths
from dec_core.model import recycled_target_distribution, target_distribution
from tests.model.test_assignment import GOLDEN


def inspected(q: np.ndarray, used: np.ndarray) -> TargetInspection:
    """Of samples at random places, each in the cluster of its largest q."""
    generator = np.random.default_rng(0)
    embedding, centers = generator.normal(size=(len(q), 2)), generator.normal(size=(q.shape[1], 2))
    labels, paper = q.argmax(axis=1), target_distribution(q)
    return inspect_target(
        embedding, centers, labels, q, used=used, paper=paper, alpha=1.0, loss="kld"
    )


def test_three_samples_and_two_clusters_by_hand() -> None:
    q = np.array([[0.5, 0.5], [0.75, 0.25], [0.25, 0.75]])
    used = np.array([[0.5, 1.5], [0.75, 0.0], [0.0, 0.25]])
    found = inspected(q, used)
    # f is (1.5, 1.5), so that P of the paper is q^2 with rows divided by their sum.
    np.testing.assert_allclose(found.paper.p, [[0.5, 0.5], [0.9, 0.1], [0.1, 0.9]])
    assert found.used.row_sums.tolist() == [2.0, 0.75, 0.25]
    assert found.used.largest_entry == 1.5
    np.testing.assert_allclose(found.used.cluster_shares, [1.25 / 3, 1.75 / 3])
    np.testing.assert_allclose(found.frequencies, [0.5, 0.5])
    np.testing.assert_allclose(found.sizes, [2 / 3, 1 / 3])
    assert found.sharpness.largest == pytest.approx(2 / 3)
    assert found.used.sharpness.largest == pytest.approx((0.75 + 1 + 1) / 3)
    assert found.paper.sharpness.largest == pytest.approx((0.5 + 0.9 + 0.9) / 3)
    entropy = -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))
    assert found.paper.sharpness.entropy == pytest.approx((np.log(2) + 2 * entropy) / 3)
    # The rows differ by 0 + 1, 0.15 + 0.1 and 0.1 + 0.65.
    assert found.mean_difference == pytest.approx(2.0 / 6)
    np.testing.assert_allclose(found.cluster_differences, [0.25 / 3, 1.75 / 3])
    assert found.most_different.tolist() == [0, 2, 1]
    of_cluster = found.used.gradient.embedding[[0, 1]].sum(axis=0)
    np.testing.assert_allclose(found.used.by_cluster[0], of_cluster)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: f"{case['n']}x{case['k']}")
def test_what_r_computed_is_no_distribution(case: dict[str, Any]) -> None:
    q, p = np.array(case["q"]), np.array(case["p"])
    found = inspected(q, recycled_target_distribution(q))
    np.testing.assert_allclose(found.used.row_sums, p.sum(axis=1), rtol=1e-12)
    assert found.used.largest_entry == pytest.approx(p.max(), rel=1e-12)
    apart = np.abs(p - target_distribution(q))
    assert found.mean_difference == pytest.approx(apart.mean(), rel=1e-12)
    assert found.most_different[0] == apart.sum(axis=1).argmax()
    np.testing.assert_allclose(found.paper.row_sums, 1)


def test_a_target_that_is_not_finite_spoils_no_other_number() -> None:
    q = np.array([[0.5, 0.5], [0.75, 0.25], [0.25, 0.75]])
    used = target_distribution(q)
    used[1] = np.nan, np.inf
    found = inspected(q, used)
    assert found.mean_difference == 0
    assert found.most_different[0] == 1
    assert found.used.largest_entry == pytest.approx(0.9)
    assert found.used.sharpness.largest == pytest.approx(0.7)
    np.testing.assert_allclose(found.used.cluster_shares, [0.3, 0.7])


def test_lengths_and_angles() -> None:
    first, second = np.array([[3.0, 4.0], [1, 0], [0, 0]]), np.array([[6.0, 8.0], [0, 2], [1, 1]])
    assert lengths(first).tolist() == [5, 1, 0]
    np.testing.assert_allclose(angles(first, second), [0, 90, np.nan], atol=1e-6)
