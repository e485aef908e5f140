"""Which earlier run gives its pretrained autoencoder to the next one."""

from __future__ import annotations

from collections.abc import Iterator

from dec_core.config import Config, Misfit
from dec_core.runs.data_look import DataSize
from dec_core.store.earlier_autoencoder import fitting_runs, run_misfit
from pages.ui.parts.state import run_manager

RUN = "pretraining.run"
_NONE_FITS = (
    "no stored run has this network and as many features. Train one, or choose another method"
)


def misfits(config: Config, size: DataSize) -> Iterator[Misfit]:
    """What does not suit data of that size, the run that is named included. Raises RunError."""
    store = run_manager().store
    for misfit in config.misfits(size.n_features, size.image_shape):
        is_without = misfit.path == RUN and not fitting_runs(store, config, size.n_features)
        yield Misfit(RUN, _NONE_FITS) if is_without else misfit
    named = run_misfit(store, config, size.n_features)
    if named is not None:
        yield named


def choosable_runs(config: Config | None, size: DataSize | None, chosen: str) -> tuple[str, ...]:
    """The runs that the field offers, newest first, with none and what is chosen among them.

    Parameters
    ----------
    config : None while a field is wrong; then what is chosen is all that is offered
    size : of the data; None where it is not known yet

    Raises
    ------
    RunError
        If the folder of runs cannot be listed.
    """
    fitting: list[str] = []
    if config is not None and config.pretraining.earlier_run is not None:
        n_features = None if size is None else size.n_features
        store = run_manager().store
        fitting = [record.run_id for record in fitting_runs(store, config, n_features)]
    return tuple(dict.fromkeys(("", *fitting, chosen)))
