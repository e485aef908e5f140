"""Preparation: what each setting does to the numbers, and the same again for new samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dec_core.config import Config, DataSettings, FileData, Scaling
from dec_core.data import Dataset, load
from dec_core.data.catalog import scaled
from dec_core.data.preparation import Preparation, complete_rows
from dec_core.data.sources.contents import Contents
from dec_core.errors import DataError, SettingsError
from tests.data.small_files import table

TABLE = Dataset("table", [[0, 10, 7], [4, 20, 7], [8, 60, 7]], [0, 1, 1])
NAN = float("nan")
SCALINGS: tuple[Scaling, ...] = ("none", "pixels", "unit", "features", "standard", "norm")


def plain_formula(x: np.ndarray, scaling: Scaling) -> np.ndarray:
    """Each scaling of a matrix in float64, without constant features."""
    match scaling:
        case "pixels":
            return x / 255
        case "unit":
            return (x - x.min()) / (x.max() - x.min())
        case "features":
            return (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
        case "standard":
            return (x - x.mean(axis=0)) / x.std(axis=0)
        case "norm":
            return x / np.linalg.norm(x, axis=1, keepdims=True) * np.sqrt(x.shape[1])
        case _:
            return x


def fitted(contents: Contents, **settings: Any) -> tuple[Preparation, np.ndarray]:
    """The preparation of all complete rows, and these."""
    chosen = FileData(**settings)
    rows = np.arange(contents.n_samples)
    if chosen.missing != "median":
        rows = complete_rows(contents, Preparation.unfitted(contents, chosen), rows)
    preparation, samples = Preparation.unfitted(contents, chosen).fit(contents, chosen, rows)
    return preparation, samples[:]


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("log1p", [False, True])
def test_each_scaling_follows_its_formula(scaling: Scaling, *, log1p: bool) -> None:
    x = np.random.default_rng(0).gamma(2, 100, (50, 3))
    contents = table(a=x[:, 0], b=x[:, 1], c=x[:, 2])
    preparation, prepared = fitted(contents, scaling=scaling, log1p=log1p)
    assert prepared.dtype == np.float32
    expected = plain_formula(np.log1p(x) if log1p else x, scaling)
    np.testing.assert_allclose(prepared, expected, rtol=1e-5, atol=1e-6)
    assert np.array_equal(preparation.apply(contents).x, prepared)


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
@pytest.mark.parametrize("as_matrix", [False, True])
def test_small_differences_on_a_large_offset_are_kept(dtype: type, *, as_matrix: bool) -> None:
    small = np.array([[0, 3], [1, 5], [2, 4]], np.float64)
    x: np.ndarray = (small + 1e9).astype(dtype)
    contents = Contents(pa.table({}), x) if as_matrix else table(a=x[:, 0], b=x[:, 1])
    for scaling in ("standard", "features"):
        _, prepared = fitted(contents, scaling=scaling)
        np.testing.assert_allclose(prepared, plain_formula(small, scaling), rtol=1e-6)


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


def test_a_logarithm_needs_numbers_from_0_on() -> None:
    with pytest.raises(
        SettingsError, match=r"log1p needs numbers from 0 on. Received -2"
    ) as caught:
        fitted(table(a=[1, -2]), log1p=True)
    assert list(caught.value.by_setting) == ["data.log1p"]
    preparation, _ = fitted(table(a=[1, 2]), log1p=True)
    with pytest.raises(DataError, match="Received -3"):
        preparation.apply(table(a=[-3, 2]))


def test_categories_become_features_of_0_and_1() -> None:
    contents = table(word=["b", "a", "b"], code=[7, 7, 10], x=[1.5, 2.5, 3.5])
    preparation, x = fitted(contents, text_columns="one-hot", categorical=["code"])
    assert preparation.feature_names == ("word=a", "word=b", "code=10", "code=7", "x")
    assert x.tolist() == [[0, 1, 0, 1, 1.5], [1, 0, 0, 1, 2.5], [0, 1, 1, 0, 3.5]]


def test_constant_features_are_left_out_by_name() -> None:
    preparation, x = fitted(table(a=[1, 2], b=[5, 5], c=["k", "k"]), text_columns="one-hot")
    assert (preparation.feature_names, preparation.constant) == (("a",), ("b", "c=k"))
    assert x.tolist() == [[1], [2]]
    with pytest.raises(DataError, match="b have one value only"):
        fitted(table(b=[5, 5]))
    with pytest.raises(DataError, match="none holds numbers"):
        fitted(table(b=["x", "y"]))


def test_pixels_that_never_change_stay_in_images() -> None:
    pixels = np.array([[0, 9], [0, 200]], np.uint8)
    _, x = fitted(Contents(pa.table({}), pixels, image_shape=(1, 2, 1)), scaling="pixels")
    assert np.array_equal(x, pixels / np.float32(255))


GAPS = table(a=[1.0, None, 3.0, 8.0], b=[4.0, 5.0, NAN, 0.0], c=["x", "y", None, "x"])


def test_missing_values_are_refused_with_their_place() -> None:
    with pytest.raises(DataError, match=r"2 are missing in 2 of 4 rows, .* column a, row 2"):
        fitted(GAPS)
    matrix = Contents(pa.table({}), np.array([[1, 2], [3, NAN]]))
    with pytest.raises(DataError, match=r"1 are missing in 1 of 2 rows, .* column 1, row 2"):
        fitted(matrix)


def test_rows_with_missing_values_are_dropped() -> None:
    _, x = fitted(GAPS, missing="drop")
    assert x.tolist() == [[1, 4], [8, 0]]
    preparation, x = fitted(GAPS, missing="drop", text_columns="one-hot")
    # Only "x" is left of the column c, in both rows.
    assert preparation.constant == ("c=x", "c=y")
    applied = preparation.apply(GAPS)
    assert (applied.rows.tolist(), applied.x.tolist()) == ([0, 3], [[1, 4], [8, 0]])
    assert applied.notes == ("2 rows lack a value and were left out.",)


def test_missing_values_become_the_median() -> None:
    preparation, x = fitted(GAPS, missing="median", text_columns="one-hot")
    assert x.tolist() == [[1, 4, 1, 0], [3, 5, 0, 1], [3, 4, 0, 0], [8, 0, 1, 0]]
    # New samples get the medians of those that were trained on.
    new = preparation.apply(table(a=[None, 100.0], b=[None, 9.0], c=[None, "y"]))
    assert new.x.tolist() == [[3, 4, 0, 0], [100, 9, 0, 1]]


def test_infinity_is_named_by_row_and_column() -> None:
    with pytest.raises(DataError, match=r"finite .* 1 are not, the first in column b, row 3"):
        fitted(table(a=[1, 2, 3], b=[1.0, 2.0, np.inf]))


def test_columns_of_new_samples_are_matched_by_name() -> None:
    contents = table(a=[1.0, 2.0, 4.0], b=[4.0, 5.0, 9.0])
    preparation, x = fitted(contents, scaling="standard")
    new = table(z=["q"] * 3, b=[4.0, 5.0, 9.0], a=[1.0, 2.0, 4.0])
    assert np.array_equal(preparation.apply(new).x, x)
    with pytest.raises(DataError, match="b is missing; the file has a, z"):
        preparation.apply(table(a=[1.0], z=[1.0]))
    with pytest.raises(DataError, match=r"column b must hold numbers. Found 'x' in row 2"):
        preparation.apply(table(a=[1.0, 2.0], b=["1", "x"]))
    with pytest.raises(DataError, match=r"1 are missing .* column b, row 1"):
        preparation.apply(table(a=[1.0], b=pa.array([None], pa.null())))


def test_unknown_categories_are_said_and_count_as_none() -> None:
    preparation, _ = fitted(table(word=["b", "a"], x=[1, 2]), text_columns="one-hot")
    new = preparation.apply(table(word=["new", "a"], x=[1, 2]))
    assert new.x.tolist() == [[0, 0, 1], [1, 0, 2]]
    assert "word holds values that training did not have: new." in new.notes[0]


def test_arrays_of_new_samples_have_the_same_features() -> None:
    x = np.arange(6.0).reshape(2, 3)
    named = Contents(pa.table({}), x, feature_names=("p", "q", "r"))
    preparation, prepared = fitted(named)
    turned = Contents(pa.table({}), x[:, ::-1], feature_names=("r", "q", "p"))
    assert np.array_equal(preparation.apply(turned).x, prepared)
    assert np.array_equal(preparation.apply(table(p=x[:, 0], q=x[:, 1], r=x[:, 2])).x, prepared)
    with pytest.raises(DataError, match="s is missing among 3"):
        fitted(Contents(pa.table({}), x, feature_names=("p", "q", "s")))[0].apply(named)
    for other in (Contents(pa.table({}), x[:, :2]), table(p=[1.0])):
        with pytest.raises(DataError, match="must have 3 features"):
            preparation.apply(other)


def test_a_table_that_would_not_fit_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dec_core.data.sources.limits.memory_bytes", lambda: 1_000)
    with pytest.raises(DataError, match="100 rows of 2 features would need 1,600 bytes"):
        fitted(table(a=np.arange(100.0), b=np.arange(100.0)))


@given(
    seed=st.integers(0, 2**32),
    dtype=st.sampled_from(["u1", "i4", "f4", "f8", ">f4", "?"]),
    order=st.sampled_from("CF"),
    scaling=st.sampled_from(SCALINGS),
    log1p=st.booleans(),
)
def test_new_samples_are_prepared_bit_for_bit_as_the_trained_ones(
    seed: int, dtype: str, order: Any, scaling: Scaling, *, log1p: bool
) -> None:
    """Also where a part was trained on and all are applied to, whatever lies how in memory."""
    generator = np.random.default_rng(seed)
    n, d = int(generator.integers(4, 30)), int(generator.integers(1, 40))
    x = np.asarray(generator.integers(0, 9, (n, d)) * 1.7, dtype=dtype, order=order)
    x[0], x[1] = 0, 1  # no feature is constant
    settings = FileData(scaling=scaling, log1p=log1p)
    columns = {f"f{i}": x[:, i].astype(x.dtype.newbyteorder("=")) for i in range(d)}
    rows = np.r_[0, 1, np.sort(generator.permutation(np.arange(2, n))[: n // 2])].astype(np.int64)
    for contents in (Contents(pa.table({}), x), table(**columns)):
        unfitted = Preparation.unfitted(contents, settings)
        preparation, trained = unfitted.fit(contents, settings, rows)
        assert np.array_equal(preparation.apply(contents).x[rows], trained[:])
