"""From what a file holds to the numbers that are trained on, and the same again for new samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dec_core.config import FileData, ImageShape, Missing
from dec_core.data.columns import Role, column_text, column_values, missing_values, roles
from dec_core.data.samples import Samples
from dec_core.data.scaling import Scale, on_scale
from dec_core.data.sources.contents import Contents, listed
from dec_core.data.sources.limits import check_fits
from dec_core.errors import DataError
from dec_core.words import counted

Numbers = npt.NDArray[Any]
Rows = npt.NDArray[np.int64]
_ROWS = 4_096


@dataclass(frozen=True)
class Feature:
    """A column that is trained on; with ``values`` each of them is a feature of 0 and 1."""

    name: str
    values: tuple[str, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Of the features that it becomes."""
        if self.values is None:
            return (self.name,)
        return tuple(f"{self.name}={value}" for value in self.values)


class Prepared(NamedTuple):
    """Samples as the model takes them.

    Attributes
    ----------
    x : (n_samples, n_features), float32
    rows : (n_samples,) int64, their rows in the file, from 0
    notes : what a person should know, sentence by sentence
    """

    x: npt.NDArray[np.float32]
    rows: Rows
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Preparation:
    """What is done with the values of a file, as it was fitted on those that were trained on.

    Columns and matrix together give the raw features, in this order.

    Attributes
    ----------
    columns : what becomes of the columns that are trained on
    n_matrix : features of the array beside the columns
    matrix_names : their names; None where they have none
    missing : what is done with rows that lack a value
    medians : (n_raw,) float64 that stand for missing values; None unless ``missing`` is "median"
    kept : (n_raw,) bool, False for a feature that was constant; None where all are kept
    divisor : by which the whole numbers of a built-in set were divided before anything else
    scale : what is done last
    image_shape : (height, width, channels) of an image, (depth, height, width, channels) of a
        volume; None where samples are neither
    """

    columns: tuple[Feature, ...] = ()
    n_matrix: int = 0
    matrix_names: tuple[str, ...] | None = None
    missing: Missing = "refuse"
    medians: npt.NDArray[np.float64] | None = None
    kept: npt.NDArray[np.bool_] | None = None
    divisor: float = 1.0
    scale: Scale = field(default_factory=Scale)
    image_shape: ImageShape | None = None

    def fit(
        self, contents: Contents, settings: FileData, rows: Rows
    ) -> tuple[Preparation, Samples]:
        """This preparation as these rows of a file complete it, and the rows after it.

        Parameters
        ----------
        rows : (n_samples,) ascending, those that are trained on; none lacks a value unless the
            settings fill it in

        Raises
        ------
        SettingsError, DataError
            If no feature is left, or a value does not suit the settings.
        """
        plain = self
        raw = plain._raw(contents, rows)
        if settings.missing == "median":
            plain = replace(plain, medians=plain._medians(raw))
            raw = plain._filled(raw)
        _check_finite(raw, plain.raw_names, rows)
        if contents.image_shape is None:
            plain = replace(plain, kept=_varying(raw))
        raw = plain._without_constants(raw)
        if not raw.shape[1]:
            raise DataError(_nothing_left(contents, plain))
        scale, samples = on_scale(raw, settings.scaling, settings.log1p)
        return replace(plain, scale=scale), samples

    @classmethod
    def unfitted(cls, contents: Contents, settings: FileData) -> Preparation:
        """What the settings do, as far as it does not depend on the values."""
        return cls(
            columns=tuple(
                Feature(
                    column.name,
                    None if column.role is Role.FEATURE else _categories(contents, column.name),
                )
                for column in roles(contents, settings)
                if column.role in {Role.FEATURE, Role.CATEGORY}
            ),
            n_matrix=0 if contents.matrix is None else contents.matrix.shape[1],
            matrix_names=contents.feature_names,
            missing=settings.missing,
            image_shape=contents.image_shape,
        )

    @property
    def raw_names(self) -> tuple[str, ...]:
        """The names of the raw features, those of an array without names numbered from 0."""
        own = tuple(name for column in self.columns for name in column.names)
        return own + (self.matrix_names or tuple(str(i) for i in range(self.n_matrix)))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the model's features."""
        names = self.raw_names
        if self.kept is None:
            return names
        return tuple(name for name, is_kept in zip(names, self.kept, strict=True) if is_kept)

    @property
    def constant(self) -> tuple[str, ...]:
        """The names of the features that were left out as they had one value only."""
        if self.kept is None:
            return ()
        names = zip(self.raw_names, self.kept, strict=True)
        return tuple(name for name, is_kept in names if not is_kept)

    def apply(self, contents: Contents) -> Prepared:
        """New samples, prepared as those were that the model was trained on.

        Columns are matched by name, so that their order and others beside them do not matter.

        Raises
        ------
        DataError
            If the file lacks a column or a value, holds text where numbers were, or has another
            number of features.
        """
        contents = self._matched(contents)
        rows = np.arange(contents.n_samples, dtype=np.int64)
        notes: list[str] = []
        if self.missing != "median":
            rows = complete_rows(contents, self, rows)
            dropped = contents.n_samples - len(rows)
            if dropped:
                lacking = counted(
                    dropped, "row lacks a value and was", "rows lack a value and were"
                )
                notes.append(f"{lacking} left out.")
        if not len(rows):
            raise DataError("The file must hold at least one sample without missing values.")
        notes += self._unknown_categories(contents)
        raw = self._without_constants(self._filled(self._raw(contents, rows)))
        if self.divisor != 1:
            raw = np.divide(raw, np.float32(self.divisor), dtype=np.float32)
        x = self.scale.apply(raw)
        _check_finite(x, self.feature_names, rows)
        return Prepared(np.ascontiguousarray(x), rows, tuple(notes))

    def _matched(self, contents: Contents) -> Contents:
        """The contents with the features in the order in which the model knows them."""
        there = set(contents.column_names)
        lacking = [column.name for column in self.columns if column.name not in there]
        if lacking:
            raise DataError(
                f"New samples must have the columns that the run was trained on. "
                f"{listed(lacking)} {'is' if len(lacking) == 1 else 'are'} missing; the file has "
                f"{listed(contents.column_names) or 'no columns'}. Add what is missing, or "
                "correct the names."
            )
        if not self.n_matrix:
            return contents
        contents = _with_matrix(contents, self.n_matrix)
        matrix, names = contents.matrix, contents.feature_names
        if matrix is not None and self.matrix_names and names and names != self.matrix_names:
            place = {name: i for i, name in enumerate(names)}
            unknown = [name for name in self.matrix_names if name not in place]
            if unknown:
                raise DataError(
                    "New samples must have the features that the run was trained on. "
                    f"{listed(unknown)} {'is' if len(unknown) == 1 else 'are'} missing among "
                    f"{len(names):,}. Choose a file with the same features."
                )
            order = [place[name] for name in self.matrix_names]
            return replace(contents, matrix=matrix[:, order], feature_names=self.matrix_names)
        if matrix is None or matrix.shape[1] != self.n_matrix:
            found = "no array" if matrix is None else counted(matrix.shape[1], "feature")
            expected = counted(self.n_matrix, "feature")
            raise DataError(
                f"New samples must have {expected}, as the run was trained on. "
                f"Found {found}. Choose a file with the same features in the same order."
            )
        return contents

    def _raw(self, contents: Contents, rows: Rows) -> Numbers:
        """(n_rows, n_raw) the values as they lie, NaN where one is missing."""
        every = len(rows) == contents.n_samples
        matrix = contents.matrix if self.n_matrix else None
        if matrix is not None and not every:
            matrix = matrix[rows]
        if not self.columns:
            return np.empty((len(rows), 0)) if matrix is None else matrix
        n_columns = len(self.raw_names) - self.n_matrix
        shape = len(rows), n_columns + self.n_matrix
        check_fits(8 * shape[0] * shape[1], f"{shape[0]:,} rows of {shape[1]:,} features")
        raw = np.empty(shape, np.float64)
        features = [f for column in self.columns for f in _column_features(contents, column)]
        # Row by row in memory, so that many rows at once would be written in many places.
        for begin in range(0, len(rows), _ROWS):
            chosen = slice(begin, begin + _ROWS)
            taken = chosen if every else rows[chosen]
            for place, values in enumerate(features):
                raw[chosen, place] = values[taken]
        if matrix is not None:
            raw[:, n_columns:] = matrix
        return raw

    def _filled(self, raw: Numbers) -> Numbers:
        if self.medians is None or raw.dtype.kind != "f":
            return raw
        return np.where(np.isnan(raw), self.medians.astype(raw.dtype), raw)

    def _medians(self, raw: Numbers) -> npt.NDArray[np.float64]:
        """Per feature of what is there; 0 where nothing is, and for a category."""
        is_number = [column.values is None for column in self.columns for _ in column.names]
        medians = np.zeros(raw.shape[1])
        for feature in range(raw.shape[1]):
            if feature >= len(is_number) or is_number[feature]:
                present = raw[~np.isnan(raw[:, feature]), feature]
                medians[feature] = np.median(present) if present.size else 0.0
        return medians

    def _without_constants(self, raw: Numbers) -> Numbers:
        return raw if self.kept is None or self.kept.all() else raw[:, self.kept]

    def _unknown_categories(self, contents: Contents) -> list[str]:
        notes = []
        for column in self.columns:
            if column.values is not None:
                text = column_text(contents, column.name)
                unknown = {value for value in text if value is not None} - set(column.values)
                if unknown:
                    notes.append(
                        f"{column.name} holds values that training did not have: "
                        f"{listed(sorted(unknown))}. They count as none of its categories."
                    )
        return notes


def complete_rows(contents: Contents, preparation: Preparation, rows: Rows) -> Rows:
    """Those rows that lack no value of a feature; all must unless rows may be dropped.

    Raises
    ------
    DataError
        If a value is missing and ``preparation.missing`` is "refuse".
    """
    names, n_lacking, first = preparation.raw_names, 0, None
    is_complete = np.ones(len(rows), bool)
    place = 0
    for column in preparation.columns:
        lacking = missing_values(contents.columns[column.name])[rows]
        if lacking.any() and first is None:
            first = column.name, int(rows[np.flatnonzero(lacking)[0]])
        n_lacking += int(lacking.sum())
        is_complete &= ~lacking
        place += len(column.names)
    matrix = contents.matrix if preparation.n_matrix else None
    if matrix is not None and matrix.dtype.kind == "f":
        for begin in range(0, len(rows), 8_192):
            chosen = slice(begin, begin + 8_192)
            lacking = np.isnan(matrix[rows[chosen]])
            if lacking.any():
                is_complete[chosen] &= ~lacking.any(axis=1)
                n_lacking += int(lacking.sum())
                row, feature = (int(i) for i in np.argwhere(lacking)[0])
                first = first or (names[place + feature], int(rows[begin + row]))
    if first is not None and preparation.missing == "refuse":
        raise DataError(
            f"Every value must be there. {n_lacking:,} are missing in "
            f"{int((~is_complete).sum()):,} of {len(rows):,} rows, the first in column "
            f"{first[0]}, row {first[1] + 1:,}. Choose missing values: drop, to leave these rows "
            "out, or median, to fill them in; or leave the column out."
        )
    return rows[is_complete]


def _column_features(contents: Contents, column: Feature) -> Sequence[npt.NDArray[np.float64]]:
    """(n_samples,) each, the features that a column becomes; NaN where its value is missing."""
    if column.values is None:
        return [column_values(contents, column.name)]
    text, missing = (
        column_text(contents, column.name),
        missing_values(contents.columns[column.name]),
    )
    return [np.where(missing, np.nan, (text == value).astype(float)) for value in column.values]


def _categories(contents: Contents, name: str) -> tuple[str, ...]:
    values = {value for value in column_text(contents, name) if value is not None}
    return tuple(sorted(values))


def _varying(raw: Numbers) -> npt.NDArray[np.bool_]:
    varying: npt.NDArray[np.bool_] = raw.min(axis=0) < raw.max(axis=0)
    return varying


def _with_matrix(contents: Contents, n_features: int) -> Contents:
    """A table whose columns of numbers are the features of a run that was trained on an array."""
    if contents.matrix is not None:
        return contents
    columns = roles(contents, FileData())
    names = [column.name for column in columns if column.role is Role.FEATURE]
    if len(names) != n_features:
        return contents
    matrix = np.column_stack([column_values(contents, name) for name in names])
    return replace(contents, matrix=matrix, feature_names=tuple(names))


def _check_finite(x: Numbers, names: Sequence[str], rows: Rows) -> None:
    if x.dtype.kind != "f":
        return
    finite = np.isfinite(x)
    if not finite.all():
        row, feature = (int(i) for i in np.argwhere(~finite)[0])
        raise DataError(
            f"Values must be finite numbers below 3.4e38. {int((~finite).sum()):,} are not, the "
            f"first in column {names[feature]}, row {int(rows[row]) + 1:,}. Correct the file, or "
            "leave the column out."
        )


def _nothing_left(contents: Contents, preparation: Preparation) -> str:
    constant = preparation.constant
    n_columns = len(contents.column_names) + preparation.n_matrix
    because = f"{listed(constant)} have one value only" if constant else "none holds numbers"
    return (
        f"A file must have at least one column to train on. Of {n_columns:,} "
        f"columns {because}. Choose other columns, or make text columns one-hot."
    )
