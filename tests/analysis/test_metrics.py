"""ACC, NMI, ARI and purity: by hand, against scikit-learn, and their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

from dec_core.analysis.metrics import (
    Labels,
    accuracy,
    contingency,
    effective_clusters,
    matched,
    purity,
    score,
)


def labels(*values: int) -> Labels:
    return np.array(values, np.int64)


def test_contingency_counts_pairs() -> None:
    table = contingency(labels(0, 0, 1, 2), labels(3, 3, 0, 1))
    assert table.tolist() == [[0, 0, 0, 2], [1, 0, 0, 0], [0, 1, 0, 0]]


def test_contingency_of_bytes_does_not_overflow() -> None:
    first = np.array([199, 0, 199], np.uint8)
    table = contingency(first, first)
    assert table.shape == (200, 200)
    assert (table[199, 199], table[0, 0], table.sum()) == (2, 1, 3)


def test_scores_by_hand() -> None:
    # The best matching is cluster 1 to class 0 (2 samples) and cluster 0 to class 1 (3 samples).
    result = score(labels(0, 0, 0, 1, 1, 1), labels(1, 1, 0, 0, 0, 0))
    assert result.acc == pytest.approx(5 / 6)
    entropy = -(1 / 3) * math.log(1 / 3) - (2 / 3) * math.log(2 / 3)
    joint = -(1 / 3) * math.log(1 / 3) - (1 / 6) * math.log(1 / 6) - (1 / 2) * math.log(1 / 2)
    mutual = math.log(2) + entropy - joint
    assert result.nmi == pytest.approx(2 * mutual / (math.log(2) + entropy), rel=1e-12)
    # Pairs together in both: 1 + 3; in the classes 3 + 3; in the clusters 1 + 6; of 15 in all.
    expected = 6 * 7 / 15
    assert result.ari == pytest.approx((4 - expected) / (6.5 - expected), rel=1e-12)


def test_perfect_clustering_under_other_names() -> None:
    result = score(labels(0, 0, 1, 2, 2), labels(2, 2, 0, 1, 1))
    assert (result.acc, result.ari) == (1.0, 1.0)
    assert result.nmi == pytest.approx(1.0)


def test_more_clusters_than_classes() -> None:
    result = score(labels(0, 0, 0, 0, 1, 1), labels(0, 0, 1, 2, 3, 3))
    assert result.acc == pytest.approx(4 / 6)
    assert 0 < result.nmi < 1


def test_fewer_clusters_than_classes() -> None:
    result = score(labels(0, 0, 1, 1, 2), labels(0, 0, 0, 0, 0))
    assert result.acc == pytest.approx(0.4)
    assert (result.nmi, result.ari) == (0.0, 0.0)


def test_one_sample() -> None:
    result = score(labels(0), labels(0))
    assert (result.acc, result.ari) == (1.0, 1.0)
    assert math.isnan(result.nmi)


@pytest.mark.parametrize("n_clusters", [2, 7, 25])
def test_scores_agree_with_scikit_learn(n_clusters: int) -> None:
    generator = np.random.default_rng(n_clusters)
    reference = generator.integers(0, 10, 2_000)
    # Half of the labels follow the reference, so that the scores are far from 0.
    noise = generator.integers(0, n_clusters, 2_000)
    found = np.where(generator.random(2_000) < 0.5, reference % n_clusters, noise)
    result = score(reference, found)
    nmi = normalized_mutual_info_score(reference, found, average_method="arithmetic")
    assert result.nmi == pytest.approx(nmi, abs=1e-12)
    assert result.ari == pytest.approx(adjusted_rand_score(reference, found), abs=1e-12)
    table = contingency_matrix(reference, found)
    matched = table[linear_sum_assignment(-table)].sum()
    assert result.acc == pytest.approx(matched / 2_000, abs=1e-12)


LABELLINGS = arrays(np.int64, 30, elements=st.integers(0, 5))


@given(LABELLINGS, LABELLINGS, st.permutations(range(6)))
def test_scores_are_invariant_under_relabelling(
    reference: Labels, found: Labels, names: list[int]
) -> None:
    before, after = score(reference, found), score(reference, np.array(names)[found])
    assert after.acc == before.acc
    assert after.nmi == pytest.approx(before.nmi, abs=1e-12, nan_ok=True)
    assert after.ari == pytest.approx(before.ari, abs=1e-12)


@given(LABELLINGS, LABELLINGS)
def test_scores_stay_in_their_ranges(reference: Labels, found: Labels) -> None:
    result = score(reference, found)
    assert np.bincount(reference).max() / 30 / 6 <= result.acc <= 1
    assert math.isnan(result.nmi) or 0 <= result.nmi <= 1
    assert -0.5 <= result.ari <= 1
    assert result.ari == pytest.approx(score(found, reference).ari, abs=1e-12)


def test_effective_clusters_by_hand() -> None:
    assert effective_clusters([5, 5, 5, 5]) == pytest.approx(4.0)
    assert effective_clusters([7, 0, 0]) == 1.0
    # Shares 1/2, 1/4, 1/4 have an entropy of 1.5 ln 2.
    assert effective_clusters([2, 1, 1, 0]) == pytest.approx(2**1.5)


def test_purity_by_hand() -> None:
    # Clusters 0 and 1 have mostly class 0, and 2 has class 1 alone: 2 + 1 + 2 of 7.
    table = contingency(labels(0, 0, 1, 0, 1, 1, 1), labels(0, 0, 0, 1, 1, 2, 2))
    assert purity(table) == pytest.approx(5 / 7)


@given(LABELLINGS, LABELLINGS)
def test_purity_is_never_below_accuracy(reference: Labels, found: Labels) -> None:
    table = contingency(reference, found)
    assert accuracy(table) <= purity(table) <= 1


def test_clusters_get_the_numbers_with_which_most_samples_agree() -> None:
    reference = np.array([0, 0, 0, 1, 1, 2])
    # Three of the samples of cluster 2 were in 0; of cluster 0 one was in 1 and one in 2.
    labels = np.array([2, 2, 2, 0, 1, 0], np.uint8)
    numbers = matched(reference, labels, 4)
    assert sorted(numbers) == [0, 1, 2, 3]
    np.testing.assert_array_equal(numbers[labels], [0, 0, 0, 2, 1, 2])
