"""The one door to the data sets: what there is, and loading it as the settings say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from dec_core.config import DataSettings, FileData, Scaling
from dec_core.data.dataset import Dataset
from dec_core.data.facts import DESCRIPTIONS, Description
from dec_core.data.files import file_place, load_file
from dec_core.data.preparation import Preparation
from dec_core.data.scaling import on_scale
from dec_core.data.sources.built_in import available, read_source
from dec_core.data.subset import stratified_subset
from dec_core.errors import DataUnavailableError


class Source(NamedTuple):
    """How the data sets of one name are found and read.

    Attributes
    ----------
    read : from the settings to the whole data set
    place : where it lies now, as a fragment of a sentence; None if it would have to be downloaded
    description : None where only reading it tells
    """

    read: Callable[[DataSettings], Dataset]
    place: Callable[[DataSettings], str | None]
    description: Description | None = None


_SOURCES: dict[str, Source] = {}

# One lock per name: a slow download of one set must not hold up another.
_loading: dict[str, threading.Lock] = {}


def register_source(name: str, source: Source) -> None:
    """Say how a data set is read; its settings are registered in ``dec_core.config.SOURCES``."""
    _loading[name] = threading.Lock()
    _SOURCES[name] = source


def unregister_source(name: str) -> None:
    """Take a data set out again."""
    del _SOURCES[name]


def describe() -> tuple[Description, ...]:
    """Every data set that is known before it is read, with where it is available from.

    Downloads and opens nothing.
    """
    return tuple(
        replace(source.description, available_from=source.place(DataSettings(name=name)))
        for name, source in _SOURCES.items()
        if source.description is not None
    )


def description_of(name: str) -> Description | None:
    """What is known of a data set before it is read; None also for one that nobody knows."""
    source = _SOURCES.get(name)
    return None if source is None else source.description


def title_of(settings: DataSettings) -> str:
    """A data set's title, otherwise the name of the set or file."""
    description = description_of(settings.name)
    return settings.called if description is None else description.title


def place_of(settings: DataSettings) -> str | None:
    """Where the data lie now, as a fragment of a sentence; None if they are not at hand."""
    if isinstance(settings, FileData):
        return file_place(settings)
    source = _SOURCES.get(settings.name)
    return None if source is None else source.place(settings)


def load(settings: DataSettings, seed: int) -> Dataset:
    """Load the data set that the settings name, or the subset of it, prepared as they ask for.

    The last two whole data sets that were on this machine stay in memory, so that a second run
    starts at once. Safe to call from several threads.

    Raises
    ------
    SettingsError
        If ``settings.n_samples`` exceeds the data set, or they name a column that a file lacks.
    DataError
        If a file is missing or damaged.
    DataUnavailableError
        If the data set is not registered, or no source has it and it could not be downloaded.
    """
    if isinstance(settings, FileData):
        return load_file(settings, seed)
    whole = {"n_samples": None, "scaling": "none", "log1p": False}
    dataset = _load_whole(settings.model_copy(update=whole))
    if settings.n_samples is not None:
        dataset = stratified_subset(dataset, settings.n_samples, seed)
    return scaled(dataset, settings.scaling, log1p=settings.log1p)


def scaled(dataset: Dataset, scaling: Scaling, *, log1p: bool = False) -> Dataset:
    """The data set on another scale, fitted on all its samples, which its preparation remembers.

    Raises
    ------
    SettingsError
        If ``log1p`` meets a number below 0.
    """
    if scaling == "none" and not log1p:
        return dataset
    scale, samples = on_scale(dataset.samples, scaling, log1p)
    known = dataset.preparation or Preparation(n_matrix=dataset.n_features)
    preparation = replace(known, scale=scale)
    return replace(dataset, samples=samples, preparation=preparation)


def _load_whole(settings: DataSettings) -> Dataset:
    source = _SOURCES.get(settings.name)
    if source is None:
        raise DataUnavailableError(
            f"data.name must be one of {', '.join(_SOURCES)}. Received {settings.name!r}, which "
            "this installation does not know. Choose one of these, or register the data set."
        )
    with _loading[settings.name]:
        place = source.place(settings)
        # What is downloaded now has a place only afterwards.
        return source.read(settings) if place is None else _read_at(settings, place)


# The place belongs to the key: DEC_DATA_DIR may change while the process lives.
@lru_cache(maxsize=2)
def _read_at(settings: DataSettings, _place: str) -> Dataset:
    return _SOURCES[settings.name].read(settings)


for _name, _description in DESCRIPTIONS.items():
    register_source(
        _name, Source(lambda s: read_source(s.name), lambda s: available(s.name), _description)
    )
