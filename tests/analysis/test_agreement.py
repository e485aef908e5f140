"""Two clusterings side by side, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import adjusted_rand_score

from dec_core.analysis.agreement import compare_labels
from dec_core.analysis.metrics import Labels


def labels(*values: int) -> Labels:
    return np.array(values, np.uint8)


def test_matched_clusters_lie_on_the_diagonal() -> None:
    # 0 is mostly 2, 1 is 0, 2 is 1; one sample of cluster 0 went to 1.
    result = compare_labels(labels(0, 0, 0, 1, 1, 2), labels(2, 2, 1, 0, 0, 1))
    assert result.rows.tolist() == [0, 1, 2]
    assert result.columns.tolist() == [2, 0, 1]
    assert result.table.tolist() == [[2, 0, 1], [0, 2, 0], [0, 0, 1]]
    assert result.n_samples == 6
    assert result.scores.acc == pytest.approx(5 / 6)
    # Pairs together in both: 1 + 1; in the first 3 + 1, in the second 1 + 1 + 1; of 15 in all.
    expected = 4 * 3 / 15
    assert result.scores.ari == pytest.approx((2 - expected) / (3.5 - expected))


def test_clusters_without_a_partner_come_last() -> None:
    result = compare_labels(labels(0, 0, 1, 1), labels(3, 3, 0, 1))
    assert result.table.shape == (2, 4)
    assert result.columns.tolist()[0] == 3
    assert sorted(result.columns.tolist()) == [0, 1, 2, 3]
    assert result.scores.acc == pytest.approx(3 / 4)
    turned = compare_labels(labels(3, 3, 0, 1), labels(0, 0, 1, 1))
    assert turned.table.shape == (4, 2)
    assert np.trace(turned.table) == 3
    assert turned.scores.ari == pytest.approx(result.scores.ari)


def test_equal_labels_under_other_names_agree_wholly() -> None:
    result = compare_labels(labels(0, 1, 1, 2), labels(1, 2, 2, 0))
    assert result.table.tolist() == [[1, 0, 0], [0, 2, 0], [0, 0, 1]]
    assert (result.scores.acc, result.scores.ari) == (1.0, 1.0)


@given(
    arrays(np.int64, 40, elements=st.integers(0, 4)),
    arrays(np.int64, 40, elements=st.integers(0, 6)),
)
def test_no_sample_is_lost_and_the_diagonal_is_the_matching(first: Labels, second: Labels) -> None:
    result = compare_labels(first, second)
    assert result.table.sum() == 40
    assert np.trace(result.table) / 40 == pytest.approx(result.scores.acc)
    assert result.scores.ari == pytest.approx(adjusted_rand_score(first, second), abs=1e-12)
    for row, cluster in enumerate(result.rows):
        assert result.table[row].sum() == np.count_nonzero(first == cluster)
    for column, cluster in enumerate(result.columns):
        assert result.table[:, column].sum() == np.count_nonzero(second == cluster)


@pytest.mark.parametrize(
    ("first", "second"), [(labels(0), labels(0, 1)), (labels(), labels()), (labels(0), np.eye(2))]
)
def test_labels_of_other_samples_are_refused(first: Labels, second: Labels) -> None:
    with pytest.raises(ValueError, match="equal length"):
        compare_labels(first, second)
