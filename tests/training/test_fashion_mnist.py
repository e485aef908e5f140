"""The question that the program exists for, asked of the real 70,000 images."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from dec_core.analysis.verdict import Verdict
from dec_core.config import get_preset
from dec_core.data import Dataset, load
from dec_core.events.view import View, replay
from dec_core.training.checkpoint import Pretrained
from dec_core.training.trainer import Trainer

pytestmark = [pytest.mark.realdata, pytest.mark.usefixtures("real_data_dir")]


@cache
def dataset() -> Dataset:
    config = get_preset("r-port").config
    return load(config.data, config.seed)


@cache
def pretrained() -> Pretrained:
    """The autoencoder that all runs start from."""
    trainer = Trainer(get_preset("r-port").config, dataset())
    for _ in trainer.events():
        if trainer.pretrained is not None:
            return trainer.pretrained
    raise AssertionError("The run has ended without an autoencoder.")


def r_port(values: dict[str, str]) -> View:
    """A whole run of the R port's settings, changed by ``values``."""
    config = get_preset("r-port").config.with_values(values)
    assert dataset().n_samples == 70_000
    return replay(Trainer(config, dataset(), pretrained=pretrained()).events())


def test_the_r_port_collapses(real_data_dir: Path) -> None:
    assert (real_data_dir / "fashion-mnist").is_dir()
    view = r_port({})
    judgement = view.judgement
    assert judgement is not None
    assert judgement.verdict is Verdict.COLLAPSED
    last = view.updates[-1].measures
    assert last["occupied_clusters"] <= 2 or last["largest_share"] > 0.6


def test_three_settings_mend_it() -> None:
    view = r_port(
        {
            "clustering.target": "paper",
            "clustering.learning_rate": "0.01",
            "clustering.update_interval": "140",
            "clustering.max_iterations": "2000",
        }
    )
    judgement = view.judgement
    assert judgement is not None
    assert judgement.verdict in (Verdict.CONVERGED, Verdict.UNFINISHED)
    last = view.updates[-1].measures
    assert last["occupied_clusters"] == 10
    assert view.start is not None
    assert last["nmi"] > view.start.measures["nmi"]
