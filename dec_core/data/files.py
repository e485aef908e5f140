"""A data set from a file of one's own: found, read, its columns chosen, prepared."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dec_core.config import FileData
from dec_core.data.columns import check_names, column_ids, labels_of
from dec_core.data.dataset import Dataset
from dec_core.data.preparation import Preparation, complete_rows
from dec_core.data.sources.contents import Contents, Wanted
from dec_core.data.sources.formats import could_not_be_opened, open_contents, state_of
from dec_core.data.subset import check_n_samples, stratified_indices
from dec_core.data.upload_places import is_upload, upload_path
from dec_core.errors import DataError, DataUnavailableError, SettingsError


def locate(settings: FileData) -> Path:
    """Where the file of the settings lies; a path need not be there.

    Raises
    ------
    SettingsError
        If the settings name no file.
    DataUnavailableError
        If they name an upload that no store of this process has.
    """
    if not settings.file:
        raise SettingsError(
            "data.file must name a file. Received nothing. Choose one on the Data page, or give "
            "its path."
        )
    if not is_upload(settings.file):
        return Path(settings.file).expanduser().absolute()
    path = upload_path(settings.file)
    if path is None:
        raise DataUnavailableError(
            f"{settings.called} was uploaded and is no longer there. Upload it again "
            "on the Data page."
        )
    return path


def as_file(path: str) -> str:
    """What ``data.file`` says of a path, so that it means the same from whatever folder."""
    return path if is_upload(path) else str(Path(path).expanduser().absolute())


def file_place(settings: FileData) -> str | None:
    """Where the file lies as a fragment of a sentence; None where it is not at hand."""
    try:
        path = locate(settings)
    except (SettingsError, DataUnavailableError):
        return None
    if not os.path.exists(path):  # noqa: PTH110 - False, too, within a folder that may not be read
        return None
    return "an upload" if is_upload(settings.file) else str(path.parent)


def check_at_hand(settings: FileData) -> tuple[Path, tuple[int, ...]]:
    """Where the file lies, and its state, which changes when it is written anew.

    Raises
    ------
    SettingsError
        If the settings name no file.
    DataUnavailableError
        If it is not there.
    """
    path = locate(settings)
    try:
        return path, state_of(path)
    except OSError as error:
        raise DataUnavailableError(could_not_be_opened(path, error)) from error


def contents_of(settings: FileData) -> Contents:
    """What the file of the settings holds, all of it.

    The last two files stay in memory while they do not change. Safe to call from several threads.

    Raises
    ------
    SettingsError
        If the settings name no file, or a part that it does not have.
    DataUnavailableError
        If the file is not there.
    DataError
        If it cannot be read.
    """
    path, state = check_at_hand(settings)
    side = settings.image_size
    wanted = Wanted(settings.part, None if side is None else (side, side), settings.image_color)
    return _contents_at(path, wanted, state)


# The state belongs to the key: a file may be written anew while the process lives.
@lru_cache(maxsize=2)
def _contents_at(path: Path, wanted: Wanted, _state: tuple[int, ...]) -> Contents:
    return open_contents(path, wanted)


class _Labels(NamedTuple):
    numbers: npt.NDArray[np.int64]
    names: tuple[str, ...]


def load_file(settings: FileData, seed: int) -> Dataset:
    """The samples of a file, prepared as the settings say.

    Raises
    ------
    SettingsError
        If the settings name a column or a part that the file does not have, or more samples.
    DataUnavailableError
        If the file is not there.
    DataError
        If it cannot be read, or a value does not suit the settings.
    """
    contents = contents_of(settings)
    rows, labels, unfitted = chosen_rows(contents, settings, seed)
    preparation, samples = unfitted.fit(contents, settings, rows)
    ids = None if settings.id is None else column_ids(contents, settings.id)[rows]
    return Dataset(
        settings.called,
        samples,
        None if labels is None else labels.numbers[rows],
        image_shape=contents.image_shape,
        class_names=None if labels is None else labels.names,
        source=file_place(settings) or "a file",
        rows=rows if len(rows) < contents.n_samples else None,
        ids=ids,
        preparation=preparation,
    )


class ChosenRows(NamedTuple):
    """The rows that are trained on, ascending, the labels of all rows, where there are any, and
    what the settings do with the columns, as far as it does not depend on the values."""

    rows: npt.NDArray[np.int64]
    labels: _Labels | None
    unfitted: Preparation


def chosen_rows(contents: Contents, settings: FileData, seed: int) -> ChosenRows:
    """Which rows of a file are trained on.

    Raises
    ------
    SettingsError, DataError
        As ``load_file``.
    """
    check_names(contents, settings)
    rows = np.arange(contents.n_samples, dtype=np.int64)
    labels = None
    if settings.label is not None:
        numbers, names, missing = labels_of(contents, settings.label)
        labels = _Labels(numbers, names)
        rows = _labeled(settings, rows, missing)
    unfitted = Preparation.unfitted(contents, settings)
    if settings.missing != "median":
        rows = complete_rows(contents, unfitted, rows)
    if not len(rows):
        raise DataError(
            f"At least one row must have all values. {settings.called} has "
            f"{contents.n_samples:,} rows and none has. Choose missing values: median, or leave "
            "the columns with gaps out."
        )
    if settings.n_samples is not None:
        check_n_samples(settings.n_samples, len(rows), settings.called)
        of_rows = None if labels is None else labels.numbers[rows]
        rows = rows[stratified_indices(of_rows, len(rows), settings.n_samples, seed)]
    return ChosenRows(rows, labels, unfitted)


def _labeled(
    settings: FileData, rows: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    if missing.any() and settings.missing != "drop":
        raise DataError(
            f"Every row must have a label. {settings.label} lacks {int(missing.sum()):,} of "
            f"{len(missing):,}, the first in row {int(np.flatnonzero(missing)[0]) + 1:,}. Choose "
            "missing values: drop, to leave these rows out, or another label column."
        )
    return rows[~missing]
