"""Scaling: what each kind does to the numbers, and that runs are trained on it."""

from __future__ import annotations

import numpy as np
import pytest

from dec_core.config import Config, DataSettings, Scaling
from dec_core.data import Dataset, load
from dec_core.data.catalog import scaled

TABLE = Dataset("table", [[0, 10, 7], [4, 20, 7], [8, 60, 7]], [0, 1, 1])


def test_unit_keeps_ratios() -> None:
    assert scaled(TABLE, "unit").x == pytest.approx(TABLE.x / 60)


def test_standard_gives_each_feature_mean_0_and_deviation_1() -> None:
    x = scaled(TABLE, "standard").x
    assert x.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-6)
    assert x.std(axis=0) == pytest.approx([1, 1, 0], abs=1e-6)


def test_norm_gives_each_sample_one_length() -> None:
    x = scaled(Dataset("t", [[3.0, 4.0], [0.0, 0.0]]), "norm").x
    assert x == pytest.approx(np.array([[0.6, 0.8], [0, 0]]) * np.sqrt(2))


@pytest.mark.parametrize("scaling", ["unit", "standard", "norm"])
def test_extreme_numbers_stay_finite_and_constant_data_become_0(scaling: Scaling) -> None:
    huge = Dataset("huge", [[3e38, -3e38], [-3e38, 3e38]])
    assert np.isfinite(scaled(huge, scaling).x).all()
    constant = scaled(Dataset("c", [[5.0], [5.0]]), scaling).x
    assert (constant == (1 if scaling == "norm" else 0)).all()


def test_a_data_set_is_loaded_as_its_settings_say() -> None:
    plain = load(DataSettings(), 0)
    assert load(DataSettings(scaling="none"), 0) is plain
    chosen = Config().with_values({"data.scaling": "standard", "data.n_samples": 100}).data
    part = load(chosen, 0)
    assert part.n_samples == 100
    assert part.x.std(axis=0).max() == pytest.approx(1, abs=1e-5)
    assert part.fingerprint != load(DataSettings(n_samples=100), 0).fingerprint
    assert (part.y is not None) and (part.y == load(DataSettings(n_samples=100), 0).y).all()
