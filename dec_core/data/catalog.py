"""The one door to the data sets: what there is, and loading it as the settings say."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from dec_core.data.dataset import Dataset
from dec_core.data.sources import available, local_folder, read_source
from dec_core.data.subset import stratified_subset

if TYPE_CHECKING:
    from dec_core.config import DataSettings


@dataclass(frozen=True)
class Description:
    """What a person needs to choose a data set before it is loaded.

    ``available_from`` says where it lies now: "built in", a folder, or None if it would have to
    be downloaded.
    """

    name: str
    title: str
    n_samples: int
    n_features: int
    n_classes: int
    sentence: str
    available_from: str | None = None


DESCRIPTIONS: Mapping[str, Description] = MappingProxyType(
    {
        description.name: description
        for description in (
            Description(
                "digits",
                "Digits",
                1_797,
                64,
                10,
                "Handwritten digits of 8 x 8 pixels; small enough to train in seconds.",
            ),
            Description(
                "fashion-mnist",
                "Fashion-MNIST",
                70_000,
                784,
                10,
                "Clothes, shoes and bags of 28 x 28 pixels; harder to tell apart than digits.",
            ),
            Description(
                "mnist",
                "MNIST",
                70_000,
                784,
                10,
                "Handwritten digits of 28 x 28 pixels; the data set of the DEC paper.",
            ),
        )
    }
)

_CACHE_ENTRIES = 2
_cache: OrderedDict[tuple[str, str], Dataset] = OrderedDict()
_cache_lock = threading.Lock()
# One lock per name: a slow download of one set must not hold up another.
_loading = {name: threading.Lock() for name in DESCRIPTIONS}


def describe() -> tuple[Description, ...]:
    """Every data set, with where it is available from; downloads and opens nothing."""
    return tuple(
        replace(description, available_from=available(name))
        for name, description in DESCRIPTIONS.items()
    )


def load(settings: DataSettings, seed: int) -> Dataset:
    """Load the data set that the settings name, or the subset of it that they ask for.

    The last two whole data sets stay in memory, so that a second run starts at once. Safe to
    call from several threads.

    Raises
    ------
    SettingsError
        If ``settings.n_samples`` exceeds the data set.
    DataError
        If a file is missing or damaged.
    DataUnavailableError
        If no source has the data set and it could not be downloaded.
    """
    dataset = _load_whole(settings.name)
    if settings.n_samples is None:
        return dataset
    return stratified_subset(dataset, settings.n_samples, seed)


def _load_whole(name: str) -> Dataset:
    with _loading[name]:
        # The folder belongs to the key: DEC_DATA_DIR may change while the process lives.
        key = (name, str(local_folder(name)))
        with _cache_lock:
            if key in _cache:
                _cache.move_to_end(key)
                return _cache[key]
        dataset = read_source(name)
        with _cache_lock:
            _cache[key] = dataset
            while len(_cache) > _CACHE_ENTRIES:
                _cache.popitem(last=False)
        return dataset
