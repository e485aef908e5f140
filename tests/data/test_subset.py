"""Subsets: exact size, class proportions, the seed, the order, the bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dec_core.data import Dataset, stratified_indices, stratified_subset
from dec_core.data.sources.built_in import read_source
from dec_core.errors import SettingsError


@given(data=st.data(), labels=st.lists(st.integers(0, 5), min_size=1, max_size=80))
def test_exact_total_and_fair_shares(data: st.DataObject, labels: list[int]) -> None:
    y = np.array(labels)
    n_samples = data.draw(st.integers(1, len(y)))
    seed = data.draw(st.integers(0, 2**31 - 1))
    indices = stratified_indices(y, len(y), n_samples, seed)
    assert indices.dtype == np.int64
    assert len(indices) == n_samples
    assert (np.diff(indices) > 0).all()
    counts = np.bincount(y)
    shares = np.bincount(y[indices], minlength=len(counts))
    assert (np.abs(shares - counts * n_samples / len(y)) < 1).all()
    np.testing.assert_array_equal(indices, stratified_indices(y, len(y), n_samples, seed))


def test_largest_remainder_by_hand() -> None:
    y = np.repeat([0, 1, 2], [5, 3, 2])  # shares of 4: 2.0, 1.2, 0.8
    chosen = y[stratified_indices(y, 10, 4, seed=0)]
    assert np.bincount(chosen).tolist() == [2, 1, 1]


def test_without_labels_the_draw_is_seeded_and_sorted() -> None:
    one = stratified_indices(None, 100, 10, seed=1)
    assert len(set(one.tolist())) == 10
    assert (np.diff(one) > 0).all()
    np.testing.assert_array_equal(one, stratified_indices(None, 100, 10, seed=1))
    assert one.tolist() != stratified_indices(None, 100, 10, seed=2).tolist()


def test_subset_of_digits_keeps_rows_labels_and_name() -> None:
    digits = read_source("digits")
    subset = stratified_subset(digits, 500, seed=3)
    indices = stratified_indices(digits.y, digits.n_samples, 500, seed=3)
    assert digits.y is not None
    assert subset.y is not None
    np.testing.assert_array_equal(subset.x, digits.x[indices])
    np.testing.assert_array_equal(subset.y, digits.y[indices])
    assert subset.x.flags.c_contiguous
    assert not subset.x.flags.writeable
    assert (subset.name, subset.source) == (digits.name, digits.source)
    assert subset.fingerprint == stratified_subset(digits, 500, seed=3).fingerprint
    assert subset.fingerprint != stratified_subset(digits, 500, seed=4).fingerprint
    assert subset.fingerprint != digits.fingerprint


def test_subset_without_labels() -> None:
    whole = Dataset("plain", np.arange(20.0).reshape(10, 2), source="a test")
    subset = stratified_subset(whole, 4, seed=0)
    assert subset.y is None
    assert (np.diff(subset.x[:, 0]) > 0).all()


def test_all_samples_are_the_data_set_itself() -> None:
    digits = read_source("digits")
    assert stratified_subset(digits, 1_797, seed=0) is digits


def test_bounds() -> None:
    digits = read_source("digits")
    with pytest.raises(SettingsError) as error:
        stratified_subset(digits, 5_000, seed=0)
    assert str(error.value) == (
        "data.n_samples must be between 1 and 1,797, the number of samples in digits. "
        "Received 5,000. Choose a smaller number."
    )
    with pytest.raises(SettingsError, match=r"Received 0\. Choose a larger number"):
        stratified_subset(digits, 0, seed=0)
