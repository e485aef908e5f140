"""Figures of data, on tables small enough to be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dec_core.analysis.data_facts import data_facts


def spread(n_samples: int = 600, n_features: int = 6) -> np.ndarray:
    return np.random.default_rng(0).random((n_samples, n_features)).astype(np.float32)


def test_sound_data() -> None:
    x = spread()
    facts = data_facts(x, np.random.default_rng(1).integers(0, 3, len(x)), 6)
    assert (facts.n_distinct, facts.n_constant, facts.n_classes) == (600, 0, 3)
    assert not facts.is_unscaled
    assert not facts.is_ordered
    assert facts.pca_error == pytest.approx(0, abs=1e-9)


def test_constant_and_duplicate_data() -> None:
    x = np.tile(np.array([[0.5, 1.0], [0.5, -0.0], [0.5, 0.0]], np.float32), (5, 1))
    facts = data_facts(x, None, 1)
    assert (facts.n_distinct, facts.n_constant, facts.n_classes) == (2, 1, None)
    constant = data_facts(np.ones((4, 3), np.float32), None, 1)
    assert constant.n_constant == 3
    assert constant.neighbor_distance == 1.0


@pytest.mark.parametrize(
    "change", [lambda x: x * 255, lambda x: x * np.array([1e-3, *[1] * 5], np.float32)]
)
def test_data_that_are_not_scaled(change) -> None:  # type: ignore[no-untyped-def]
    x = change(spread())
    large = data_facts(x, None, 2)
    # One narrow feature among wide ones is no fault; one wide among narrow ones is.
    assert large.is_unscaled == (x.max() > 10)
    wide = spread()
    wide[:, 0] *= 9
    wide[:, 1:] *= 1e-2
    assert data_facts(wide, None, 2).is_unscaled


def test_sorted_data_with_and_without_labels() -> None:
    y = np.repeat([0, 1, 2], 200)
    x = spread() * 0.1 + y[:, None].astype(np.float32)
    assert data_facts(x, y, 2).neighbor_labels == pytest.approx(1, abs=0.01)
    assert data_facts(x, None, 2).is_ordered
    order = np.random.default_rng(2).permutation(600)
    assert not data_facts(x[order], y[order], 2).is_ordered


def test_pca_error_is_the_share_of_the_variance_that_is_left() -> None:
    x = np.zeros((4, 2), np.float32)
    x[:, 0], x[:, 1] = [3, -3, 3, -3], [1, 1, -1, -1]
    assert data_facts(x, None, 1).pca_error == pytest.approx(0.1)
    # The same from more features than rows.
    assert data_facts(np.hstack([x, x, x]), None, 1).pca_error == pytest.approx(0.1)
