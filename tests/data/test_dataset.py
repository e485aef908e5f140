"""What ``Dataset`` takes, what it refuses, and what a fingerprint stands for."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from dec_core.data import Dataset
from dec_core.errors import DataError


def small(x: Any = None, y: Any = None, **options: Any) -> Dataset:
    x = np.arange(12, dtype=np.float32).reshape(4, 3) if x is None else x
    return Dataset("small", x, y, source="a test", **options)


def test_holds_float32_rows_and_int64_labels() -> None:
    made = small(np.asfortranarray(np.eye(3)), [0, 1, 2], class_names=["a", "b", "c"])
    assert made.x.dtype == np.float32
    assert made.x.flags.c_contiguous
    assert made.y is not None
    assert made.y.dtype == np.int64
    assert (made.n_samples, made.n_features, made.has_labels) == (3, 3, True)
    assert made.class_names == ("a", "b", "c")
    assert not small().has_labels


def test_arrays_are_read_only_but_the_callers_stay_writeable() -> None:
    x, y = np.ones((2, 2), dtype=np.float32), np.array([0, 1])
    made = small(x, y)
    assert made.y is not None
    with pytest.raises(ValueError, match="read-only"):
        made.x[0, 0] = 5
    with pytest.raises(ValueError, match="read-only"):
        made.y[0] = 5
    assert x.flags.writeable
    assert y.flags.writeable
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.name = "other"  # type: ignore[misc]


def test_contiguous_float32_is_not_copied() -> None:
    x = np.ones((5, 4), dtype=np.float32)
    assert np.shares_memory(small(x).x, x)


def test_one_sample_with_one_feature_is_enough() -> None:
    assert small([[0.5]]).x.shape == (1, 1)


def test_counts_nan_and_infinity() -> None:
    x = np.zeros((10, 3))
    x[4, 1] = np.nan
    x[4, 2] = np.inf
    x[8, 0] = -np.inf
    with pytest.raises(
        DataError, match=r"3 NaN or infinite value\(s\) in 2 of 10 samples"
    ) as error:
        small(x)
    assert "the first in sample 4" in str(error.value)
    assert "Remove these samples or fill in the values." in str(error.value)


def test_a_number_too_large_for_float32_is_refused() -> None:
    with pytest.raises(DataError, match=r"below 3\.4e38.*1 NaN or infinite value"):
        small([[1e39, 0.0]])


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros(3), r"1 dimension\(s\), shape \(3,\)"),
        (np.zeros((2, 2, 2)), r"3 dimension\(s\)"),
        (np.zeros((0, 3)), r"at least one sample and one feature.*\(0, 3\)"),
        (np.zeros((3, 0)), r"at least one sample and one feature.*\(3, 0\)"),
        (np.array([["a", "b"]]), "must be real numbers.*dtype <U1"),
        (np.array([[None, 1]]), "must be real numbers.*dtype object"),
        (np.array([[1j, 2]]), "must be real numbers.*complex"),
        ([[1.0, 2.0], [3.0]], "Give every row the same length"),
    ],
)
def test_unfit_samples_are_refused(x: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        small(x)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 1, 2], r"shape \(4,\)\. Received shape \(3,\)"),
        ([[0], [1], [2], [3]], r"Received shape \(4, 1\)"),
        (["a", None, "c", "d"], "text or whole numbers from 0.*dtype object"),
        (np.array([b"a", b"b", b"c", b"d"]), "text or whole numbers from 0.*dtype .S1"),
        ([0, 1, 10**300, 2], "text or whole numbers from 0"),
        ([0, 1, -1, 2], r"Received -1 for sample 2"),
        ([0.0, 1.0, 1.5, 2.0], r"Received 1\.5 for sample 2"),
        ([0.0, np.nan, 1.0, 2.0], r"Received nan for sample 1"),
    ],
)
def test_unfit_labels_are_refused(y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        small(y=y)


def test_whole_floats_are_labels() -> None:
    made = small(y=[0.0, 1.0, 1.0, 2.0])
    assert made.y is not None
    assert made.y.tolist() == [0, 1, 1, 2]


def test_text_becomes_numbers_with_names() -> None:
    made = small(y=["dog", "cat", "eel", "cat"])
    assert (made.y is not None and made.y.tolist(), made.class_names) == (
        [1, 0, 2, 0],
        ("cat", "dog", "eel"),
    )
    named = small(
        y=np.array(["dog", "cat", "dog", "cat"], object), class_names=["eel", "dog", "cat"]
    )
    assert (named.y is not None and named.y.tolist()) == [1, 2, 1, 2]
    with pytest.raises(DataError, match=r"labels without a name, the first is 'cat'"):
        small(y=["dog", "cat", "dog", "cat"], class_names=["dog", "eel"])


def test_numbers_too_large_for_classes_become_names() -> None:
    made = small(y=[2_000_000_000, 7, 7, 0])
    assert (made.y is not None and made.y.tolist()) == [2, 1, 1, 0]
    assert made.class_names == ("0", "7", "2000000000")


def test_no_copy_evades_the_checks() -> None:
    made, unchecked = small(), dict[str, Any]
    for values, message in (
        (unchecked(samples=np.full((4, 3), np.nan)), "NaN or infinite"),
        (unchecked(y=np.zeros(3)), r"shape \(4,\)"),
    ):
        with pytest.raises(DataError, match=message):
            dataclasses.replace(made, **values)
    assert dataclasses.replace(made, **unchecked(samples=np.eye(4))).x.dtype == np.float32


def test_shape_and_class_names_must_fit() -> None:
    for shape in (28, (1, 3), (1, 3, 1, 1, 1), (-1, -3, 1), ("a", "b", 1)):
        with pytest.raises(DataError, match="image_shape of small must be three numbers"):
            small(image_shape=shape)
    with pytest.raises(DataError, match=r"image_shape.*\(3\)\. Received \(2, 2, 1\)"):
        small(image_shape=(2, 2, 1))
    assert small(image_shape=(1, 1, 3)).image_shape == (1, 1, 3)
    with pytest.raises(DataError, match=r"0 to 3\. Received 2 names"):
        small(y=[0, 1, 2, 3], class_names=["a", "b"])


def test_equal_data_have_equal_fingerprints() -> None:
    x, y = np.arange(12.0).reshape(4, 3), [0, 1, 0, 1]
    one = small(x, y)
    two = Dataset("other", np.asfortranarray(x), y, source="elsewhere")
    assert one.fingerprint == two.fingerprint
    assert len(one.fingerprint) == 64


def test_one_value_one_label_or_the_shape_changes_the_fingerprint() -> None:
    x = np.arange(12.0).reshape(4, 3)
    changed = x.copy()
    changed[3, 2] += 1
    prints = {
        small(x).fingerprint,
        small(changed).fingerprint,
        small(x.reshape(3, 4)).fingerprint,
        small(x, [0, 0, 0, 0]).fingerprint,
        small(x, [0, 0, 0, 1]).fingerprint,
    }
    assert len(prints) == 5
