"""Which earlier run gives its pretrained autoencoder to the next one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dec_core.config import Config, Misfit
from dec_core.runs.data_look import DataSize
from dec_core.store.earlier_autoencoder import fitting_runs, run_misfit
from pages.ui.parts.state import run_manager

RUN = "pretraining.run"
_NONE_FITS = (
    "no stored run has this network and as many features. Train one, or choose another method"
)
_NONE_CHOSEN = "choose one; its network and its data's number of features are as here"


def fitting_ids(config: Config, size: DataSize | None) -> tuple[str, ...]:
    """The runs whose autoencoder suits data and network, newest first; none where another method
    of pretraining is chosen. To look for them reads the record of every run.

    Parameters
    ----------
    size : of the data; None where it is not known yet

    Raises
    ------
    RunError
        If the folder of runs cannot be listed.
    """
    if config.pretraining.earlier_run is None:
        return ()
    n_features = None if size is None else size.n_features
    found = fitting_runs(run_manager().store, config, n_features)
    return tuple(record.run_id for record in found)


def misfits(config: Config, size: DataSize, fitting: Collection[str]) -> Iterator[Misfit]:
    """What does not suit data of that size, the run that is named included; ``fitting`` are the
    runs that suit."""
    for misfit in config.misfits(size.n_features, size.image_shape):
        if misfit.path == RUN:
            yield Misfit(RUN, _NONE_CHOSEN if fitting else _NONE_FITS)
        else:
            yield misfit
    named = run_misfit(run_manager().store, config, size.n_features)
    if named is not None:
        yield named
