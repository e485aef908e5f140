"""What is said of data before a run, with hand-made arrays for each finding and for sound data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from dec_core.analysis.data_check import AboutColumns, DataCheck, Severity
from dec_core.analysis.data_checks import data_checks
from dec_core.analysis.table_figures import fitting_batch_size, looked_at
from dec_core.config import Config

N = 400


def config(**values: Any) -> Config:
    named = {name.replace("__", "."): value for name, value in values.items()}
    if any(path.startswith("data.") for path in named) and "data.name" not in named:
        named = {"data.name": "file"} | named
    return Config().with_values(named)


def table(n_samples: int = N, n_features: int = 4) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n_samples, n_features)).astype(np.float32)


def about(n_features: int = 4, **more: Any) -> AboutColumns:
    names = tuple("abcdefgh"[:n_features])
    return AboutColumns(**{"feature_names": names, "columns": frozenset(names), **more})


def found(name: str, checks: tuple[DataCheck, ...]) -> DataCheck:
    return next(check for check in checks if check.name == name)


def names(checks: tuple[DataCheck, ...]) -> list[str]:
    return [check.name for check in checks]


def remedies(check: DataCheck) -> dict[str, Any]:
    return {remedy.words: dict(remedy.values) for remedy in check.remedies}


def test_nothing_is_said_of_sound_data() -> None:
    y = np.arange(N) % 3
    assert data_checks(table(), y, config(clustering__n_clusters=3), about()) == ()


def test_a_logarithm_of_negative_values_is_a_problem() -> None:
    logarithm = config(data__log1p=True, clustering__n_clusters=3)
    check = found("logarithm", data_checks(table(), None, logarithm, about(lowest=-2.5)))
    assert check.severity is Severity.PROBLEM
    assert check.sentence.endswith("the lowest is -2.5.")
    assert remedies(check) == {"Take no logarithm": {"data.log1p": False}}
    assert "logarithm" not in names(data_checks(table(), None, logarithm, about(lowest=0.0)))
    assert "logarithm" not in names(data_checks(table(), None, config(), about(lowest=-2.5)))


def test_nothing_is_said_of_digits_as_images() -> None:
    digits = datasets.load_digits()
    images = AboutColumns(is_images=True)
    assert data_checks(digits.data / 16, digits.target, Config(), images) == ()


def test_digits_as_a_table_have_constant_pixels_and_nothing_else() -> None:
    digits = datasets.load_digits()
    (only,) = data_checks(digits.data / 16, digits.target, Config())
    assert only.sentence == "3 features have the same value in every sample."


BYTES = np.random.default_rng(0).integers(0, 256, (N, 6), np.uint8)


@pytest.mark.parametrize(
    ("x", "is_images", "words", "scaling"),
    [
        (BYTES, True, "Divide by 255", "pixels"),
        (BYTES, False, "Divide by 255", "pixels"),
        (BYTES / 16, False, "Bring all values to 0 to 1", "unit"),
        (BYTES - 100.0, True, "Bring all values to 0 to 1", "unit"),
        (table() * 1000, False, "Standardise", "standard"),
    ],
)
def test_values_out_of_scale(x: np.ndarray, words: str, scaling: str, *, is_images: bool) -> None:
    images = AboutColumns(is_images=is_images)
    check = found("unscaled", data_checks(x, None, config(), images))
    assert check.severity is Severity.WARNING
    assert f"{np.abs(x).max():,.4g}" in check.sentence
    assert remedies(check) == {words: {"data.scaling": scaling}}
    assert data_checks(x, None, config(data__scaling=scaling), images) == ()


def test_one_feature_that_spreads_far_wider_is_out_of_scale_too() -> None:
    x = table() * [0.001, 0.001, 0.001, 1.0]
    check = found("unscaled", data_checks(x, None, config(data__scaling="unit"), about()))
    assert "times as wide as the median one" in check.sentence
    assert remedies(check) == {"Standardise": {"data.scaling": "standard"}}


def test_heavy_tails() -> None:
    x = np.exp(2.5 * table()) * 5
    check = found("heavy_tails", data_checks(x, None, config(data__scaling="standard"), about()))
    assert check.sentence.startswith("4 of 4 features have values over 30 times their usual size")
    (values,) = remedies(check).values()
    assert values == {"data.log1p": True, "data.scaling": "standard"}
    assert "heavy_tails" not in names(data_checks(x, None, config(data__log1p=True), about()))


def test_heavy_tails_below_zero_have_no_logarithm() -> None:
    x = table() ** 7
    check = found("heavy_tails", data_checks(x, None, config(), about()))
    assert remedies(check) == {"Standardise": {"data.scaling": "standard"}}


def test_constant_columns() -> None:
    chosen = config(data__leave_out=("h",))
    checks = data_checks(
        table(), None, chosen, about(constant=("x", "y"), columns=frozenset("xyh"))
    )
    check = found("constant", checks)
    assert check.sentence == "2 features have one value only and are not trained on: x, y."
    assert remedies(check) == {"Leave out 2 columns": {"data.leave_out": ("h", "x", "y")}}


def test_repeated_columns_and_rows() -> None:
    x = table(N)
    x[:, 2] = x[:, 0]
    x[10:30] = x[9]
    checks = data_checks(x, None, config(), about())
    assert "c (c is as a)" in found("repeated_columns", checks).sentence
    assert remedies(found("repeated_columns", checks)) == {
        "Leave out c": {"data.leave_out": ("c",)}
    }
    assert found("repeated_rows", checks).sentence.startswith("20 of 400 samples repeat")


def test_fewer_distinct_rows_than_clusters() -> None:
    x = np.repeat(table(3), 100, axis=0)
    check = found("few_distinct", data_checks(x, None, config(), about()))
    assert check.severity is Severity.PROBLEM
    assert remedies(check) == {"Look for 3 clusters": {"clustering.n_clusters": 3}}


def test_rows_in_the_order_of_the_classes() -> None:
    y = np.repeat([0, 1, 2], 200)
    stored = found("ordered", data_checks(table(600), y, config(), about()))
    assert "Neighbouring rows share their class 99% beyond chance" in stored.sentence
    assert remedies(stored) == {"Shuffle the batches": {"clustering.batch_order": "shuffled"}}
    shuffled = config(clustering__batch_order="shuffled")
    told = found("ordered", data_checks(table(600), y, shuffled, about()))
    assert (told.severity, told.remedies) == (Severity.NOTE, ())


def test_rows_along_a_path_without_labels() -> None:
    x = np.cumsum(table(), axis=0) / 10
    assert (
        "Neighbouring rows are alike" in found("ordered", data_checks(x, None, config())).sentence
    )


@pytest.mark.parametrize(
    "given", [lambda y: y, lambda y: y * 10 + np.linspace(0, 9, N), lambda y: (y + 1) % 3]
)
def test_a_feature_that_gives_the_label_away(given: Callable[[Any], Any]) -> None:
    y = np.arange(N) % 3
    x = table()
    x[:, 1] = given(y)
    check = found("label_given_away", data_checks(x, y, config(), about()))
    assert check.sentence.startswith("b tells the classes apart by itself")
    assert remedies(check) == {"Leave out b": {"data.leave_out": ("b",)}}


@pytest.mark.parametrize("load", [datasets.load_wine, datasets.load_breast_cancer])
def test_no_feature_of_real_tables_gives_the_label_away(load: Callable[[], Any]) -> None:
    real = load()
    assert "label_given_away" not in names(data_checks(real.data, real.target, config()))


def test_a_feature_of_equal_values_does_not_give_sorted_labels_away() -> None:
    y = np.repeat([0, 1], 200)
    x = table()
    x[:, 0] = 0
    x[-1, 0] = 1
    assert "label_given_away" not in names(data_checks(x, y, config(), about()))


def test_few_rows_may_be_in_order_by_chance() -> None:
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    x = np.arange(8.0)[:, None]
    assert "label_given_away" not in names(data_checks(x, y, config(), about(1)))


def test_columns_that_are_mistaken_for_features() -> None:
    checks = data_checks(table(), None, config(), about(label_like="a", id_like="b"))
    assert remedies(found("label_as_feature", checks)) == {
        "Take it as the label": {"data.label": "a"},
        "Leave out a": {"data.leave_out": ("a",)},
    }
    assert remedies(found("id_as_feature", checks))["Take it as the id"] == {"data.id": "b"}


def test_imbalance() -> None:
    y = (np.random.default_rng(1).random(N) < 0.05).astype(int)
    check = found("imbalance", data_checks(table(), y, config(clustering__n_clusters=2), about()))
    assert (
        f"{np.count_nonzero(y == 0)} samples, the smallest {np.count_nonzero(y)}" in check.sentence
    )


def test_few_samples_for_batches_and_clusters() -> None:
    checks = data_checks(table(90), None, config(), about())
    batch = found("batch_size", checks)
    assert batch.sentence == "A batch of 256 takes all 90 samples at once."
    assert remedies(batch) == {
        "Batches of 16": {"pretraining.batch_size": 16, "clustering.batch_size": 16}
    }
    assert "9.0 each" in found("few_samples", checks).sentence


@pytest.mark.parametrize(
    ("n_samples", "size"), [(1, 8), (32, 8), (178, 32), (1797, 256), (10**6, 256)]
)
def test_batches_that_fit(n_samples: int, size: int) -> None:
    assert fitting_batch_size(n_samples) == size


def test_missing_values() -> None:
    lacking = about(n_rows=178, n_lacking=4)
    check = found("missing", data_checks(table(174), None, config(data__missing="refuse"), lacking))
    assert (check.severity, check.sentence) == (Severity.PROBLEM, "4 of 178 rows lack a value.")
    assert remedies(check) == {
        "Drop 4 rows": {"data.missing": "drop"},
        "Fill in the medians": {"data.missing": "median"},
    }
    dropped = found("missing", data_checks(table(), None, config(data__missing="drop"), lacking))
    assert dropped.sentence == "4 of 178 rows lack a value and are left out."
    assert dropped.severity is Severity.NOTE


def test_missing_labels_are_not_filled_in() -> None:
    lacking = about(n_rows=178, n_lacking=4, lacks_label=True)
    check = found("missing", data_checks(table(174), None, config(data__missing="refuse"), lacking))
    assert list(remedies(check)) == ["Drop 4 rows"]


def test_text_that_is_left_out() -> None:
    checks = data_checks(table(), None, config(), about(text={"city": 8, "note": 350}))
    check = found("text", checks)
    assert check.sentence == "2 text columns are not trained on: city, note."
    assert remedies(check) == {"Make them features of 0 and 1": {"data.text_columns": "one-hot"}}
    assert not found(
        "text", data_checks(table(), None, config(), about(text={"note": 350}))
    ).remedies


def test_what_matters_most_comes_first() -> None:
    known = about(n_rows=500, n_lacking=4, text={"city": 3}, label_like="a")
    severities = [c.severity for c in data_checks(table(), None, config(), known)]
    assert severities == sorted(severities, key=list(Severity).index)


@pytest.mark.parametrize(
    ("shape", "most"),
    [((70_000, 784), 4_000), ((2_000, 10_000), 300), ((5, 10**7), 3), ((9, 2), 9)],
)
def test_of_many_numbers_a_part_is_looked_at(shape: tuple[int, int], most: int) -> None:
    rows = np.broadcast_to(np.float32(0), shape)[looked_at(np.broadcast_to(np.uint8(0), shape))]
    assert most / 2 < len(rows) <= most
