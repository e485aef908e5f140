"""Data before a run: what is loaded, what is wrong with it, and settings to begin with."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from dec_core.analysis.data_check import AboutColumns, DataCheck, Severity
from dec_core.analysis.data_checks import data_checks
from dec_core.analysis.suggestions import Suggestion, suggested_settings, value_facts
from dec_core.config import Config, DataSettings, FileData, ImageShape
from dec_core.data import Dataset, load, place_of
from dec_core.data.columns import (
    Column,
    Proposal,
    Role,
    labels_of,
    n_values,
    proposed_id,
    proposed_label,
    roles,
)
from dec_core.data.files import chosen_rows, contents_of, locate
from dec_core.data.sources.contents import Contents
from dec_core.data.sources.formats import state_of
from dec_core.errors import DataError, DECLabError


@dataclass(frozen=True, eq=False)
class DataLook:
    """Data as the settings choose them.

    Attributes
    ----------
    contents : all that the file holds; None of a built-in data set
    columns : of the file, with their roles
    dataset : the samples before ``data.scaling`` and ``data.log1p``; where values are missing and
        the settings refuse that, those without gaps. None where nothing can be trained on
    problem : why a run could not start with these data, or ""
    label, id : the columns that are proposed; None where none is, or one is chosen
    about : what checks need to know beside the numbers
    settings : those that chose the samples, without ``scaling`` and ``log1p``
    """

    settings: DataSettings
    contents: Contents | None
    columns: tuple[Column, ...]
    dataset: Dataset | None
    problem: str
    label: Proposal | None
    id: Proposal | None
    about: AboutColumns
    _known_checks: dict[Config, tuple[DataCheck, ...]] = field(default_factory=dict, repr=False)

    @property
    def is_images(self) -> bool:
        """Whether its samples are pictures."""
        return self.about.is_images

    @cached_property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Settings to begin with; none where there are no samples."""
        dataset = self.dataset
        if dataset is None:
            return ()
        return suggested_settings(
            dataset.n_samples,
            dataset.n_features,
            dataset.n_classes,
            value_facts(dataset.samples, is_images=self.is_images),
        )

    def checks(self, config: Config) -> tuple[DataCheck, ...]:
        """What is worth saying of the data, as they would be trained with these settings."""
        if self.dataset is None:
            return ()
        if config not in self._known_checks:
            found = data_checks(self.dataset.samples, self.dataset.y, config, self.about)
            self._known_checks[config] = found
        return self._known_checks[config]

    def obstacle(self, config: Config) -> str:
        """Why a run with these settings could not start, or ""."""
        problems = (c.sentence for c in self.checks(config) if c.severity is Severity.PROBLEM)
        return self.problem or next(problems, "")


def look_at(settings: DataSettings, seed: int = 0) -> DataLook:
    """Load data and find out what can be said of them. The last stay in memory.

    Raises
    ------
    SettingsError
        If the settings name a column or a part that the file does not have.
    DataError
        If the file or data set is not there or cannot be read.
    """
    plain = settings.model_copy(update={"scaling": "none", "log1p": False})
    return _looked_at(plain, seed, _state(settings))


def _state(settings: DataSettings) -> Any:
    """Changes when the data do."""
    if not isinstance(settings, FileData):
        return place_of(settings)
    with suppress(OSError):
        return state_of(locate(settings))
    return None


@lru_cache(maxsize=1)
def _looked_at(settings: DataSettings, seed: int, _state: Any) -> DataLook:
    if not isinstance(settings, FileData):
        dataset = load(settings, seed)
        about = AboutColumns(is_images=dataset.image_shape is not None)
        return DataLook(settings, None, (), dataset, "", None, None, about)
    contents = contents_of(settings)
    columns = roles(contents, settings)
    dataset_or_none, problem = _loaded(settings, seed)
    label = None if settings.label else proposed_label(contents)
    id_ = None if settings.id else proposed_id(contents, label.name if label else settings.label)
    about = _about(contents, columns, settings, dataset_or_none, is_whole=not problem)
    used = {column.name for column in columns if column.role in {Role.FEATURE, Role.CATEGORY}}
    proposed = {one.name for one in (label, id_) if one}
    about = replace(
        about,
        text={name: n for name, n in about.text.items() if name not in proposed},
        label_like=label.name if label and label.name in used and not label.doubt else "",
        id_like=id_.name if id_ and id_.name in used else "",
    )
    return DataLook(settings, contents, columns, dataset_or_none, problem, label, id_, about)


def _loaded(settings: FileData, seed: int) -> tuple[Dataset | None, str]:
    """The samples, and why a run could not start with them."""
    try:
        return load(settings, seed), ""
    except DECLabError as error:
        problem = str(error)
    if settings.missing == "refuse":
        for missing in ("drop", "median"):
            with suppress(DECLabError):
                return load(settings.model_copy(update={"missing": missing}), seed), problem
    return None, problem


def _about(
    contents: Contents,
    columns: tuple[Column, ...],
    settings: FileData,
    dataset: Dataset | None,
    *,
    is_whole: bool,
) -> AboutColumns:
    preparation = None if dataset is None else dataset.preparation
    missing = None
    if settings.label is not None:
        with suppress(DataError):
            missing = labels_of(contents, settings.label)[2]
    names = {column.name for column in columns}
    return AboutColumns(
        feature_names=() if preparation is None else preparation.feature_names,
        columns=frozenset(names),
        is_images=contents.image_shape is not None,
        n_rows=contents.n_samples,
        n_lacking=0
        if is_whole and settings.missing == "refuse"
        else _n_lacking(contents, settings),
        lacks_label=missing is not None and bool(missing.any()),
        lowest=0.0 if dataset is None else float(dataset.samples.min()),
        constant=() if preparation is None else preparation.constant,
        text={c.name: n_values(contents, c.name) for c in columns if _is_text_left_out(c)}
        if contents.matrix is None
        else {},
    )


def _is_text_left_out(column: Column) -> bool:
    return column.type == "text" and column.role is Role.LEFT_OUT and column.why != "chosen"


def _n_lacking(contents: Contents, settings: FileData) -> int:
    """Rows that lack a value or their label."""
    every = settings.model_copy(update={"missing": "drop", "n_samples": None})
    try:
        return contents.n_samples - len(chosen_rows(contents, every, 0).rows)
    except DataError:
        return contents.n_samples


class DataSize(NamedTuple):
    """How many samples and features data have; ``image_shape`` is (height, width, channels) of a
    sample, None where it is no image."""

    n_samples: int
    n_features: int
    image_shape: ImageShape | None


@lru_cache(maxsize=16)
def _size(settings: DataSettings, _state: Any) -> DataSize | str:
    try:
        dataset = load(settings, 0)
    except DECLabError as error:
        return str(error)
    return DataSize(dataset.n_samples, dataset.n_features, dataset.image_shape)


def size_of(settings: DataSettings) -> DataSize:
    """What a run on these data would have, all samples counted.

    Remembered while the file stays as it is.

    Raises
    ------
    DataError
        If no run could load them, with the reason.
    """
    size = _size(settings.model_copy(update={"n_samples": None}), _state(settings))
    if isinstance(size, str):
        raise DataError(size)
    return size
