"""The pretrained autoencoder that a stored run began with, for another run to begin with.

A run keeps it among those of all runs (``pretrained_cache``), where the least recently used go.
One that took it from an earlier run has it in its own folder, so that it can be resumed and
branched whatever becomes of the earlier one.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from dec_core.config import Config, Misfit, NetworkSettings
from dec_core.errors import RunError
from dec_core.store.pretrained_cache import read_pretrained, write_pretrained
from dec_core.store.record import RunRecord
from dec_core.store.store import RunStore
from dec_core.training.checkpoint import Pretrained
from dec_core.words import counted

# Beside ``run.json``.
OWN_FILE = "pretrained.npz"

_PATH = "pretraining.run"
# Settings of a network that say how its weights began.
_BEGINNING = {"initializer", "bottleneck_initializer"}


def pretrained_of(store: RunStore, run_id: str) -> Pretrained | None:
    """The autoencoder that a run began with, if it is still kept. Raises RunError."""
    record, own = store.record(run_id), own_pretrained(store.folder(run_id))
    if own is not None or record.config is None:
        return own
    versions = record.versions or None
    return store.pretrained.get(record.config, record.fingerprint, record.n_features, versions)


def own_pretrained(folder: Path) -> Pretrained | None:
    """The autoencoder in a run's own folder; a damaged file counts as none."""
    with contextlib.suppress(RunError):
        return read_pretrained(folder / OWN_FILE)
    return None


def keep_pretrained(folder: Path, pretrained: Pretrained) -> None:
    """Put an autoencoder into a run's own folder. Raises OSError."""
    write_pretrained(folder / OWN_FILE, pretrained)


def take_pretrained(store: RunStore, config: Config, n_features: int) -> Pretrained:
    """The autoencoder of the run that ``pretraining.run`` names.

    Raises
    ------
    SettingsError
        If there is no such run, it has another network or number of features, or its autoencoder
        is no longer kept.
    """
    unnamed = config.pretraining.misfit(config.autoencoder, None)
    misfit = unnamed or run_misfit(store, config, n_features)
    if misfit is not None:
        raise misfit.error
    run_id = str(config.pretraining.earlier_run)
    found = pretrained_of(store, run_id)
    if found is None or not found.fits(config, n_features):
        raise _gone(run_id).error
    source = store.record(run_id).config or Config()
    # The error of a layer by itself is none of the reconstruction.
    is_of_all = source.pretraining_layer(source.pretraining_epochs) is None
    return Pretrained(found.weights, found.losses if is_of_all else ())


def run_misfit(store: RunStore, config: Config, n_features: int | None) -> Misfit | None:
    """Why the run that ``pretraining.run`` names cannot give its autoencoder; None where it can, or
    where none is named.

    Parameters
    ----------
    n_features : of the data; None where that is not known yet
    """
    source = config.pretraining.earlier_run
    if not source:
        return None
    try:
        record = store.record(source)
    except RunError as error:
        reason = str(error).partition(". ")[0]
        return Misfit(_PATH, f"must be the id of a stored run. {reason}")
    if record.config is None or not record.n_features:
        return Misfit(_PATH, f"must be the id of a run that has trained. {source} has not")
    if not _is_pretrained(record.config):
        return Misfit(_PATH, f"must be a run that was pretrained. {source} was not")
    if not _are_alike(record.config.autoencoder, config.autoencoder):
        words = "must be a run with the network that is chosen here"
        return Misfit(_PATH, f"{words}. That of {source} is another one")
    if n_features is not None and record.n_features != n_features:
        words = f"must be a run on data of {counted(n_features, 'feature')}"
        return Misfit(_PATH, f"{words}. {source} had {record.n_features:,}")
    return None if has_pretrained(store, record) else _gone(source)


def fitting_runs(store: RunStore, config: Config, n_features: int | None) -> list[RunRecord]:
    """The runs whose autoencoder another run with this network can begin with, newest first.

    Raises
    ------
    RunError
        If the folder of runs cannot be listed.
    """
    return [
        record
        for record in store.records()
        if record.config is not None
        and record.n_features
        and _is_pretrained(record.config)
        and n_features in (None, record.n_features)
        and _are_alike(record.config.autoencoder, config.autoencoder)
        and has_pretrained(store, record)
    ]


def has_pretrained(store: RunStore, record: RunRecord) -> bool:
    """Whether a run's autoencoder is kept, without reading it."""
    with contextlib.suppress(RunError):
        if (store.folder(record.run_id) / OWN_FILE).is_file():
            return True
    return record.config is not None and store.pretrained.has(
        record.config, record.fingerprint, record.versions or None
    )


def _gone(run_id: str) -> Misfit:
    words = "must be a run whose pretrained autoencoder is kept"
    return Misfit(_PATH, f"{words}. That of {run_id} is not. Choose another, or train it again")


def _is_pretrained(config: Config) -> bool:
    return config.pretraining_epochs > 0 or config.pretraining.earlier_run is not None


def _are_alike(one: NetworkSettings, other: NetworkSettings) -> bool:
    """Whether two networks compute the same with the same weights."""
    return (one.kind, one.model_dump(exclude=_BEGINNING)) == (
        other.kind,
        other.model_dump(exclude=_BEGINNING),
    )
