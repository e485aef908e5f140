"""What the columns of a file are for: trained on, left out, true labels or names of samples."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dec_core.config import FileData
from dec_core.data.sources.contents import Contents
from dec_core.errors import DataError, SettingsError

if TYPE_CHECKING:
    import pyarrow as pa

# With more values than these a column is no category and no class label.
MOST_CATEGORIES, MOST_CLASSES = 100, 1_000
_LABEL_NAMES = frozenset(
    "label labels class classes target y species category cluster group type cell_type celltype "
    "diagnosis folder".split()
)
_ID_NAMES = frozenset(
    "id ids index name sample sample_id uuid key barcode barcodes file filename cell row".split()
)


class Role(Enum):
    """What a column is for; the value is the word on screens."""

    FEATURE = "trained on"
    CATEGORY = "one-hot"
    LABEL = "label"
    ID = "id"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Column:
    """A column and its role.

    Attributes
    ----------
    type : in words: "number", "true or false", "text", "date", "nothing"
    why : why it is left out, "" where it is not
    """

    name: str
    type: str
    role: Role
    why: str = ""


@dataclass(frozen=True)
class Proposal:
    """A column that may be meant as label or id.

    Attributes
    ----------
    n_values : how many different values it has
    doubt : a sentence where the proposal may be wrong, otherwise ""
    """

    name: str
    n_values: int
    doubt: str = ""


def roles(contents: Contents, settings: FileData) -> tuple[Column, ...]:
    """Every column with the role that the settings give it, in the order of the file.

    Raises
    ------
    SettingsError
        If the settings name a column that the file does not have, or one for two purposes.
    """
    _check_names(contents, settings)
    return tuple(_column(contents.columns, name, settings) for name in contents.column_names)


def _column(table: pa.Table, name: str, settings: FileData) -> Column:
    kind = _kind(table.schema.field(name).type)
    if name == settings.label:
        return Column(name, kind, Role.LABEL)
    if name == settings.id:
        return Column(name, kind, Role.ID)
    if name in settings.leave_out:
        return Column(name, kind, Role.LEFT_OUT, "chosen")
    if name in settings.categorical:
        return Column(name, kind, Role.CATEGORY)
    if kind in {"number", "true or false"}:
        return Column(name, kind, Role.FEATURE)
    if kind == "text" and settings.text_columns == "one-hot":
        n_values = _n_values(table[name])
        if n_values > MOST_CATEGORIES:
            return Column(name, kind, Role.LEFT_OUT, f"{n_values:,} values are too many")
        return Column(name, kind, Role.CATEGORY)
    return Column(name, kind, Role.LEFT_OUT, kind)


def _kind(type_: pa.DataType) -> str:
    import pyarrow.types as t

    if t.is_dictionary(type_):
        return _kind(type_.value_type)
    if t.is_boolean(type_):
        return "true or false"
    if t.is_integer(type_) or t.is_floating(type_) or t.is_decimal(type_):
        return "number"
    if t.is_string(type_) or t.is_large_string(type_) or t.is_string_view(type_):
        return "text"
    if t.is_null(type_):
        return "nothing"
    return "date" if t.is_temporal(type_) else str(type_)


def _check_names(contents: Contents, settings: FileData) -> None:
    seen: dict[str, str] = {}
    for setting, name in _named(settings):
        if name not in contents.column_names:
            raise SettingsError(_unknown(contents, setting, name))
        if name in seen:
            raise SettingsError(
                f"A column has one role. Received {name!r} as data.{seen[name]} and as "
                f"data.{setting}. Leave it out of one of them."
            )
        seen[name] = setting


def _named(settings: FileData) -> Iterator[tuple[str, str]]:
    if settings.label is not None:
        yield "label", settings.label
    if settings.id is not None:
        yield "id", settings.id
    for setting in ("leave_out", "categorical"):
        for name in dict.fromkeys(getattr(settings, setting)):
            yield setting, name


def _unknown(contents: Contents, setting: str, name: str) -> str:
    there = contents.column_names
    near = difflib.get_close_matches(name, there, n=3, cutoff=0.5)
    listed = ", ".join(there[:10]) + (", ..." if len(there) > 10 else "")
    known = f"The file has {len(there):,} columns: {listed}." if there else "It has no columns."
    remedy = f"Did you mean {' or '.join(near)}?" if near else "Choose one of them, or none."
    return (
        f"data.{setting} must name a column of the file. Received {name!r}. {known} "
        f"{remedy if there else 'Leave it empty.'}"
    )


def proposed_label(contents: Contents) -> Proposal | None:
    """The column that is most likely meant as true label, with how many classes it has.

    One that is called so comes first, then the only column of text with few values. It is a
    proposal: whoever shows it lets a person decide.
    """
    names = contents.column_names
    called = [name for name in names if name.strip().lower() in _LABEL_NAMES]
    texts = [name for name in names if _kind(contents.columns.schema.field(name).type) == "text"]
    fitting = [(name, _n_values(contents.columns[name])) for name in (*called, *texts)]
    fitting = [(name, n) for name, n in fitting if 1 < n <= max(2, contents.n_samples // 2)]
    if not fitting or (not called and len({name for name, _ in fitting}) > 1):
        return None
    name, n_values = fitting[0]
    return Proposal(name, n_values, label_doubt(contents, name))


def label_doubt(contents: Contents, name: str) -> str:
    """Why a column is hardly the true label: it looks like an id or a measurement; "" if not."""
    column, n_samples = contents.columns[name], contents.n_samples
    n_values = _n_values(column)
    if n_values == n_samples > 1:
        return f"{name} has a different value in every row, as an id has."
    if n_values > max(50, n_samples // 10):
        return f"{name} has {n_values:,} values in {n_samples:,} rows, as a measurement has."
    if _kind(column.type) == "number":
        values = column_values(contents, name)
        if (values[np.isfinite(values)] % 1 != 0).any():
            return f"{name} holds fractions, as a measurement does."
    return ""


def proposed_id(contents: Contents, label: str | None = None) -> Proposal | None:
    """The column that is most likely the samples' own name: no value comes twice."""
    for name in contents.column_names:
        kind = _kind(contents.columns.schema.field(name).type)
        is_called = name.strip().lower() in _ID_NAMES or name.lower().endswith("_id")
        if name != label and (is_called or kind == "text"):
            n_values = _n_values(contents.columns[name])
            if n_values == contents.n_samples > 1:
                return Proposal(name, n_values)
    return None


def n_values(contents: Contents, name: str) -> int:
    """How many different values a column has; a missing value is none."""
    return _n_values(contents.columns[name])


def _n_values(column: pa.ChunkedArray) -> int:
    import pyarrow.compute as pc

    return int(pc.count_distinct(column, mode="only_valid").as_py())


def column_values(contents: Contents, name: str) -> npt.NDArray[np.float64]:
    """(n_samples,) a column of numbers as float64, NaN where a value is missing.

    Raises
    ------
    DataError
        If it does not hold numbers.
    """
    import pyarrow as pa

    column = contents.columns[name]
    if _kind(column.type) not in {"number", "true or false", "nothing"}:
        first = next((i for i, value in enumerate(column) if value.is_valid), 0)
        raise DataError(
            f"The column {name} must hold numbers. Found {column[first].as_py()!r} in row "
            f"{first + 1:,}. Correct the file, or leave the column out."
        )
    numbers = column.cast(pa.float64()).combine_chunks()
    return np.asarray(numbers.to_numpy(zero_copy_only=False), np.float64)


def column_text(contents: Contents, name: str) -> npt.NDArray[np.object_]:
    """(n_samples,) a column as text, None where a value is missing; 3.0 is "3"."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as t

    column = contents.columns[name].combine_chunks()
    if t.is_dictionary(column.type):
        column = column.dictionary_decode()
    if t.is_floating(column.type) and pc.all(pc.equal(column, pc.floor(column))).as_py():
        column = column.cast(pa.int64(), safe=False)
    return np.asarray(column.cast(pa.string()).to_numpy(zero_copy_only=False), object)


def labels_of(
    contents: Contents, name: str
) -> tuple[npt.NDArray[np.int64], tuple[str, ...], npt.NDArray[np.bool_]]:
    """A column as true labels.

    Returns
    -------
    (n_samples,) int64 from 0, -1 where a value is missing; the names of the classes, numbers in
    their order and text in its own; (n_samples,) bool where a value is missing.

    Raises
    ------
    DataError
        If it has more than 1,000 different values, or none.
    """
    text = column_text(contents, name)
    missing = np.array([value is None for value in text], bool)
    found, numbers = np.unique(text[~missing].astype(str), return_inverse=True)
    if not 0 < len(found) <= MOST_CLASSES:
        remedy = "Choose a column with few different values, or none."
        raise DataError(
            f"The label column must have from 1 to {MOST_CLASSES:,} classes. {name} has "
            f"{len(found):,} in {len(text):,} rows. {remedy}"
        )
    order = sorted(range(len(found)), key=lambda i: _sort_key(str(found[i])))
    place = np.empty(len(found), np.int64)
    place[order] = np.arange(len(found))
    labels = np.full(len(text), -1, np.int64)
    labels[~missing] = place[numbers]
    return labels, tuple(str(found[i]) for i in order), missing


def _sort_key(text: str) -> tuple[Any, ...]:
    """Numbers in their order before text in its own."""
    try:
        return 0, float(text), text
    except ValueError:
        return 1, 0.0, text
