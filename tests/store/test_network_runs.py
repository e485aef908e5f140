"""Runs of every kind of network are stored, go on, branch and leave the house as any other.

Digits are images of 8 x 8 pixels; volumes are random.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dec_core.config import Config
from dec_core.data import load
from dec_core.errors import SettingsError
from dec_core.events.events import Phase
from dec_core.export.model_file import save_autoencoder, save_model
from dec_core.export.prediction import predict
from dec_core.runs.execution import train_to_store
from dec_core.store.branch import branch
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from dec_core.training.trainer import Trainer
from tests.runs.short_runs import SMALL
from tests.store.test_store import same, stored, train

CONV: dict[str, Any] = {
    "autoencoder.kind": "conv",
    "autoencoder.filters": "4,6",
    "autoencoder.kernels": "3,3",
    "autoencoder.strides": "2,3",
    "autoencoder.dimensions": 3,
}


DROPOUT: dict[str, Any] = {"autoencoder.dropout": 0.3, "clustering.objective": "idec"}
CONV_3D: dict[str, Any] = {
    **CONV,
    "autoencoder.kind": "conv3d",
    "autoencoder.image_shape": "5,4,6,1",
    "clustering.n_clusters": 3,
}


def conv_config(**values: Any) -> Config:
    named = {name.replace("__", "."): value for name, value in values.items()}
    return Config().with_values(SMALL).with_values({**CONV, **named})


@pytest.fixture
def volumes(tmp_path: Path) -> dict[str, Any]:
    """Settings of a file of random volumes, as bytes."""
    array = np.random.default_rng(0).integers(0, 256, (60, 5, 4, 6), np.uint8)
    np.save(tmp_path / "volumes.npy", array)
    return {"data.name": "file", "data.file": str(tmp_path / "volumes.npy"), "data.n_samples": None}


@pytest.mark.parametrize("values", [CONV, CONV_3D, DROPOUT], ids=["conv", "conv3d", "dropout"])
def test_a_run_resumes_branches_and_is_saved(
    tmp_path: Path, values: dict[str, Any], volumes: dict[str, Any]
) -> None:
    data = volumes if values is CONV_3D else {}
    store, config = RunStore(), Config().with_values({**SMALL, "pretraining.epochs": 4, **data})
    config = config.with_values(values)
    finished, early, late = (store.create(config, "digits") for _ in range(3))
    # Before any run that would leave it a pretrained autoencoder.
    train(store, early, moments=4)
    checkpoint = store.checkpoint(early)
    assert checkpoint.phase is Phase.PRETRAINING and 0 < checkpoint.epoch < 4
    resumed = train(store, early)
    shutil.rmtree(store.root / ".pretrained")
    whole = train(store, finished)
    train(store, late, moments=15)
    assert store.record(late).state is RunState.INTERRUPTED
    same(whole, resumed)
    same(whole, train(store, late))
    same(whole, stored(store, finished))
    same(whole, train(store, branch(store, finished, config, "digits", 20)))

    samples = load(config.data, config.seed)
    model = keras.models.load_model(
        save_model(store.checkpoint(finished), samples.n_features, tmp_path / "model.keras")
    )
    q = model.predict(samples.x, verbose=0)
    labels = whole.frames.frame(whole.view.updates[-1].update).labels
    np.testing.assert_array_equal(q.argmax(axis=1), labels)
    pretrained = store.pretrained.get(config, samples.fingerprint, samples.n_features)
    path = save_autoencoder(
        store.checkpoint(finished), pretrained, samples.n_features, tmp_path / "autoencoder.keras"
    )
    assert keras.models.load_model(path)(samples.x[:2]).shape == (2, samples.n_features)


def test_new_samples_are_assigned_with_a_decoder_that_was_trained_along(tmp_path: Path) -> None:
    store, config = RunStore(), conv_config(clustering__objective="idec")
    train(store, run_id := store.create(config, "digits"))
    samples = load(config.data, config.seed)
    # As the file of the built-in data has them, before they are divided by 16.
    np.save(tmp_path / "new.npy", np.round(16 * samples.x).astype(np.uint8))
    predicted = predict(store, run_id, tmp_path / "new.npy")
    view = store.view(run_id)
    labels = store.frames(run_id, view).frame(view.updates[-1].update).labels
    np.testing.assert_array_equal(predicted.samples.labels, labels)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"autoencoder__image_shape": "4,16,1"}, r"image_shape: must be 8,8,1, the shape of the"),
        ({"autoencoder__kernels": "3,9"}, r"kernels: must be at most 8, the longer side of the"),
    ],
)
def test_what_does_not_suit_the_data_leaves_nothing_in_the_store(
    values: dict[str, Any], sentence: str
) -> None:
    store = RunStore()
    with pytest.raises(SettingsError, match=rf"^autoencoder\.{sentence}"):
        train_to_store(conv_config(**values), store, "digits")
    assert store.records() == []


def test_a_table_is_refused_unless_its_rows_are_said_to_be_images(tmp_path: Path) -> None:
    names = ",".join(f"p{i}" for i in range(36))
    rows = np.random.default_rng(0).random((40, 36))
    np.savetxt(tmp_path / "table.csv", rows, delimiter=",", header=names, comments="")
    data = {"data__name": "file", "data__file": str(tmp_path / "table.csv"), "data__n_samples": 40}
    store = RunStore()
    small = {**data, "clustering__n_clusters": 2}
    with pytest.raises(SettingsError, match=r"^autoencoder\.image_shape: the rows of these data"):
        train_to_store(conv_config(**small), store, "digits")
    said = conv_config(**small, autoencoder__image_shape="6,6,1")
    assert Trainer(said, load(said.data, said.seed)).config == said
