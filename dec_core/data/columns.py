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
from dec_core.words import counted

if TYPE_CHECKING:
    import pyarrow as pa

# With more values than these a column is no category and no class label.
MOST_CATEGORIES, MOST_CLASSES = 100, 1_000
# Whole numbers below it are exact in float64.
_LARGEST_EXACT = 2.0**53
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

    Columns beside an array are not trained on: they describe its samples.

    Raises
    ------
    SettingsError
        If the settings name a column that the file does not have, or one for two purposes.
    """
    check_names(contents, settings)
    return tuple(_column(contents, name, settings) for name in contents.column_names)


def _column(contents: Contents, name: str, settings: FileData) -> Column:
    table = contents.columns
    kind = _kind(table.schema.field(name).type)
    if name == settings.label:
        return Column(name, kind, Role.LABEL)
    if name == settings.id:
        return Column(name, kind, Role.ID)
    if name in settings.leave_out:
        return Column(name, kind, Role.LEFT_OUT, "chosen")
    if contents.matrix is not None:
        return Column(name, kind, Role.LEFT_OUT, "beside the array")
    if kind in {"number", "true or false"} and _is_empty(table[name]):
        kind = "nothing"
    is_chosen = name in settings.categorical
    if kind in {"number", "true or false"} and not is_chosen:
        return Column(name, kind, Role.FEATURE)
    if is_chosen or (kind == "text" and settings.text_columns == "one-hot"):
        n_different = n_values(contents, name)
        if n_different > MOST_CATEGORIES:
            return Column(name, kind, Role.LEFT_OUT, f"{n_different:,} values are too many")
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


def check_names(contents: Contents, settings: FileData) -> None:
    """Raise SettingsError as ``roles`` does."""
    there, seen = set(contents.column_names), dict[str, str]()
    for setting, name in _named(settings):
        if name not in there:
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
    known = (
        f"The file has {counted(len(there), 'column')}: {listed}."
        if there
        else "It has no columns."
    )
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
    kinds = {field.name: _kind(field.type) for field in contents.columns.schema}
    usable = [name for name, kind in kinds.items() if kind in {"number", "true or false", "text"}]
    called = [name for name in usable if name.lower() in _LABEL_NAMES]
    texts = [name for name in usable if kinds[name] == "text" and name not in called]
    counted = {name: n_values(contents, name) for name in (*called, *texts)}
    most = min(MOST_CLASSES, max(2, contents.n_samples // 2))
    fitting = [name for name, number in counted.items() if 1 < number <= most]
    if not any(name in called for name in fitting) and len(fitting) > 1:
        return None
    proposals = [Proposal(name, counted[name], label_doubt(contents, name)) for name in fitting]
    # The first without doubt, otherwise the first.
    return min(proposals, key=lambda proposal: bool(proposal.doubt), default=None)


def label_doubt(contents: Contents, name: str) -> str:
    """Why a column is hardly the true label: it looks like an id or a measurement; "" if not."""
    column, n_samples = contents.columns[name], contents.n_samples
    n_different = n_values(contents, name)
    if n_different == n_samples > 1:
        return f"{name} has a different value in every row, as an id has."
    if n_different > max(10, n_samples // 10):
        what = "a measurement" if _kind(column.type) == "number" else "a name"
        return f"{name} has {n_different:,} values in {n_samples:,} rows, as {what} has."
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
            n_different = n_values(contents, name)
            if n_different == contents.n_samples > 1:
                return Proposal(name, n_different)
    return None


def n_values(contents: Contents, name: str) -> int:
    """How many different values a column has; a missing value is none."""
    import pyarrow as pa

    different = pa.chunked_array([_decoded(contents.columns[name]).unique()])
    return int((~missing_values(different)).sum())


def missing_values(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """(n_samples,) whether a value is missing; NaN is."""
    import pyarrow.compute as pc
    import pyarrow.types as t

    if not column.null_count and not t.is_floating(column.type):
        return np.zeros(len(column), np.bool_)
    missing: npt.NDArray[np.bool_] = pc.is_null(column, nan_is_null=True).to_numpy()
    return missing


def _is_empty(column: pa.ChunkedArray) -> bool:
    """Whether every value is missing; the first mostly tells that not all are."""
    if column.null_count == len(column):
        return True
    first = missing_values(column.slice(0, 1))
    return bool(first.all() and missing_values(column).all())


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values of a column that holds numbers of them."""
    import pyarrow.types as t

    return column.cast(column.type.value_type) if t.is_dictionary(column.type) else column


def column_values(contents: Contents, name: str) -> npt.NDArray[np.float64]:
    """(n_samples,) a column of numbers as float64, NaN where a value is missing.

    Raises
    ------
    DataError
        If it does not hold numbers.
    """
    import pyarrow as pa

    column = _decoded(contents.columns[name])
    if _kind(column.type) not in {"number", "true or false", "nothing"}:
        row, found = _first_without_number(column)
        raise DataError(
            f"The column {name} must hold numbers. Found {found!r} in row {row + 1:,}. Correct "
            "the file, or leave the column out."
        )
    # Whole numbers from 2**53 on are rounded, as every number is later.
    numbers = column.cast(pa.float64(), safe=False).to_numpy()
    return np.asarray(numbers, np.float64)


def _first_without_number(column: pa.ChunkedArray) -> tuple[int, Any]:
    """Row and value of the first that is no number, otherwise of the first that is there."""
    values = [(row, value) for row, value in enumerate(column.to_pylist()) if value is not None]
    return next((pair for pair in values if not _is_number(str(pair[1]))), (values or [(0, "")])[0])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def column_text(contents: Contents, name: str) -> npt.NDArray[np.object_]:
    """(n_samples,) a column as text, None where a value is missing; 3.0 is "3".

    Raises
    ------
    DataError
        If its values are no text and cannot become one.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as t

    column = _decoded(contents.columns[name])
    if t.is_floating(column.type):
        column = column.cast(pa.float64())
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
        is_whole = pc.equal(column, pc.floor(column))
        fits = pc.less(pc.abs(column), _LARGEST_EXACT)
        if pc.all(pc.and_(is_whole, fits)).as_py():
            column = column.cast(pa.int64())
    try:
        return np.asarray(column.cast(pa.string()).to_numpy(), object)
    except pa.ArrowException as error:
        raise DataError(
            f"The column {name} must hold text or numbers. Its values are of the type "
            f"{column.type}. Choose another column."
        ) from error


def column_ids(contents: Contents, name: str) -> npt.NDArray[np.str_]:
    """(n_samples,) a column as what the samples are called, "" where a value is missing.

    Raises
    ------
    DataError
        As ``column_text``.
    """
    text = column_text(contents, name)
    return np.array(["" if value is None else value for value in text], np.str_)


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
    text, missing = column_text(contents, name), missing_values(contents.columns[name])
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
    is_number = _is_number(text) and np.isfinite(float(text))
    return (0, float(text), text) if is_number else (1, 0.0, text)
