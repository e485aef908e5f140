"""The roles of columns, which may be label or id, and their values as numbers, text and labels."""

from __future__ import annotations

import datetime
import decimal
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dec_core.config import FileData
from dec_core.data.columns import (
    Role,
    column_text,
    column_values,
    label_doubt,
    labels_of,
    n_values,
    proposed_id,
    proposed_label,
    roles,
)
from dec_core.data.sources.contents import Contents
from dec_core.errors import DataError, SettingsError
from tests.data.small_files import table

NAN = float("nan")
DAY = datetime.date(2020, 1, 1)
KINDS = table(
    n=[1, 2, 2],
    yes=[True, False, True],
    word=["a", "b", "a"],
    day=[DAY] * 3,
    none=[None] * 3,
    nan=[NAN] * 3,
)


def role_of(contents: Contents, **settings: Any) -> dict[str, tuple[Role, str]]:
    found = roles(contents, FileData(**settings))
    return {column.name: (column.role, column.why) for column in found}


def test_roles_follow_from_the_types() -> None:
    assert role_of(KINDS) == {
        "n": (Role.FEATURE, ""),
        "yes": (Role.FEATURE, ""),
        "word": (Role.LEFT_OUT, "text"),
        "day": (Role.LEFT_OUT, "date"),
        "none": (Role.LEFT_OUT, "nothing"),
        "nan": (Role.LEFT_OUT, "nothing"),
    }


def test_settings_give_other_roles() -> None:
    found = role_of(
        KINDS, label="word", id="day", leave_out=["yes"], categorical=["n"], text_columns="one-hot"
    )
    assert found == {
        "n": (Role.CATEGORY, ""),
        "yes": (Role.LEFT_OUT, "chosen"),
        "word": (Role.LABEL, ""),
        "day": (Role.ID, ""),
        "none": (Role.LEFT_OUT, "nothing"),
        "nan": (Role.LEFT_OUT, "nothing"),
    }
    assert role_of(KINDS, text_columns="one-hot")["word"] == (Role.CATEGORY, "")


@pytest.mark.parametrize("settings", [{"categorical": ["a"]}, {"text_columns": "one-hot"}])
def test_too_many_values_are_no_category(settings: dict[str, Any]) -> None:
    many = table(a=[f"v{i}" for i in range(101)])
    assert role_of(many, **settings)["a"] == (Role.LEFT_OUT, "101 values are too many")


def test_a_column_that_is_not_there_or_has_two_roles() -> None:
    with pytest.raises(SettingsError, match=r"Received 'wrod'.*6 columns.*Did you mean word\?"):
        role_of(KINDS, label="wrod")
    with pytest.raises(SettingsError, match=r"'n' as data.label and as data.leave_out"):
        role_of(KINDS, label="n", leave_out=["n"])
    with pytest.raises(SettingsError, match=r"It has no columns. Leave it empty"):
        roles(Contents(pa.table({}), np.ones((2, 2))), FileData(label="y"))


def repeated(*values: Any, n: int = 60) -> list[Any]:
    return [values[i % len(values)] for i in range(n)]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"x": range(60), "Species": repeated("a", "b", "c")}, "Species"),
        ({"x": range(60), "y": repeated(0, 1)}, "y"),
        ({"x": range(60), "odd": repeated("a", "b")}, "odd"),
        ({"target": np.arange(60) / 7, "class": repeated("a", "b")}, "class"),
        ({"type": repeated(0.5, 1.5), "class": repeated(0, 1)}, "class"),
        ({"label": [f"s{i}" for i in range(60)], "kind": repeated("a", "b")}, "kind"),
        ({"u": repeated("a", "b"), "v": repeated("c", "d", "e")}, None),
        ({"class": ["a"] * 60}, None),
        ({"x": range(60)}, None),
        ({"group": repeated(DAY, datetime.date(2021, 1, 1))}, None),
        ({"class": [f"c{i % 1_001}" for i in range(2_200)]}, None),
    ],
)
def test_the_likely_label(values: dict[str, Any], name: str | None) -> None:
    proposal = proposed_label(table(**values))
    assert (proposal and proposal.name) == name
    assert proposal is None or not proposal.doubt


@given(st.integers(0, 2**32), st.sampled_from(["measurement", "count", "id", "twice"]))
def test_ids_and_measurements_are_never_proposed_without_doubt(seed: int, kind: str) -> None:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(24, 300))
    values = {
        "measurement": generator.normal(5, 1, n).round(1),
        "count": generator.integers(0, n, n),
        "id": generator.permutation(n),
        "twice": np.array([f"s{i // 2}" for i in range(n)]),
    }[kind]
    contents = table(target=values, x=np.zeros(n))
    proposal = proposed_label(contents)
    assert proposal is None or proposal.doubt.startswith("target h")
    assert label_doubt(contents, "target")


def test_ids_have_no_value_twice() -> None:
    unique = [f"s{i}" for i in range(9)]
    found = proposed_id(table(x=np.arange(9), sample=unique))
    assert found is not None
    assert (found.name, found.n_values) == ("sample", 9)
    assert proposed_id(table(x=np.arange(9), sample=unique), label="sample") is None
    assert proposed_id(table(patient_id=[1, 1, 2], word=["a", "a", "b"])) is None


def test_values_as_numbers() -> None:
    contents = table(
        i=[2**60 + 1, None],
        u=pa.array([2**64 - 1, 0], pa.uint64()),
        yes=[True, None],
        d=pa.array([decimal.Decimal("1.5"), None]),
        none=[None, None],
        h=pa.array(np.array([1.5, 2], np.float16)),
        k=pa.array([3, None]).dictionary_encode(),
    )
    found = {name: column_values(contents, name) for name in contents.column_names}
    expected = {
        "i": [2.0**60, NAN],
        "u": [2.0**64, 0],
        "yes": [1, NAN],
        "d": [1.5, NAN],
        "none": [NAN, NAN],
        "h": [1.5, 2],
        "k": [3, NAN],
    }
    for name, values in expected.items():
        assert found[name].dtype == np.float64
        np.testing.assert_array_equal(found[name], values)


def test_text_where_numbers_are_needed_is_named() -> None:
    with pytest.raises(DataError, match=r"column a must hold numbers. Found 'x' in row 3"):
        column_values(table(a=[None, "1.5", "x"]), "a")
    with pytest.raises(DataError, match=r"Found '1' in row 1"):
        column_values(table(a=["1", "2"]), "a")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([3.0, None, -1.0], ["3", None, "-1"]),
        ([3.0, NAN, -1.0], ["3", None, "-1"]),
        ([0.5, 1.0], ["0.5", "1"]),
        ([1.0, math.inf], ["1", "inf"]),
        ([1e300, 1.0], ["1e+300", "1"]),
        ([True, None], ["true", None]),
        ([2**62, 1], [str(2**62), "1"]),
        (["é", None], ["é", None]),
        ([DAY], ["2020-01-01"]),
        ([None], [None]),
    ],
)
def test_values_as_text(values: list[Any], text: list[str | None]) -> None:
    assert column_text(table(a=values), "a").tolist() == text
    encoded = Contents(pa.table({"a": pa.array(values).dictionary_encode()}))
    assert column_text(encoded, "a").tolist() == text
    assert n_values(encoded, "a") == len({value for value in text if value is not None})


def test_what_is_no_text_is_said() -> None:
    with pytest.raises(DataError, match="must hold text or numbers"):
        column_text(table(a=[{"x": 1}]), "a")


@pytest.mark.parametrize(
    ("values", "names", "labels"),
    [
        ([10, -1, 7, 10], ("-1", "7", "10"), [2, 0, 1, 2]),
        ([2.0, 1.0, None], ("1", "2"), [1, 0, -1]),
        (["10", "9", "b", "a", None], ("9", "10", "a", "b"), [1, 0, 3, 2, -1]),
        (["nan?", "inf", "2"], ("2", "inf", "nan?"), [2, 1, 0]),
        ([True, False], ("false", "true"), [1, 0]),
    ],
)
def test_labels_are_numbered_in_their_order(
    values: list[Any], names: tuple[str, ...], labels: list[int]
) -> None:
    found, called, missing = labels_of(table(a=values), "a")
    assert (found.tolist(), called) == (labels, names)
    assert missing.tolist() == [value is None for value in values]


@given(st.lists(st.one_of(st.integers(-5, 5), st.none()), min_size=1))
def test_names_lead_back_to_the_values(values: list[int | None]) -> None:
    if all(value is None for value in values):
        return
    labels, names, _ = labels_of(table(a=values), "a")
    assert [None if i < 0 else int(names[i]) for i in labels] == values


def test_labels_must_be_few_and_there() -> None:
    many = table(a=np.arange(5_000))
    with pytest.raises(DataError, match=r"from 1 to 1,000 classes. a has 5,000 in 5,000 rows"):
        labels_of(many, "a")
    with pytest.raises(DataError, match="a has 0 in 2 rows"):
        labels_of(table(a=[None, None]), "a")
