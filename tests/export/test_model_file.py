"""The autoencoder of a run as a file: trained along by IDEC, as pretrained by DEC."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from dec_core.errors import ExportError
from dec_core.export.bundle import export_run
from dec_core.export.model_file import save_autoencoder
from dec_core.training.checkpoint import Pretrained
from tests.export.conftest import Finished


@pytest.fixture
def pretrained(finished: Finished) -> Pretrained:
    record = finished.record
    assert record.config is not None
    found = finished.store.pretrained.get(record.config, record.fingerprint, record.n_features)
    assert found is not None
    return found


def same_weights(path: Path, expected: tuple[np.ndarray, ...]) -> bool:
    weights = keras.models.load_model(path).get_weights()
    return all(np.array_equal(a, b) for a, b in zip(weights, expected, strict=True))


def test_of_dec_it_is_the_pretrained_one(
    finished: Finished, pretrained: Pretrained, tmp_path: Path
) -> None:
    path = tmp_path / "autoencoder.keras"
    export_run(finished.store, finished.run_id, path, only=["autoencoder.keras"])
    assert same_weights(path, pretrained.weights)
    trained = finished.store.checkpoint(finished.run_id).weights
    assert not np.array_equal(trained[0], pretrained.weights[0])


def test_of_idec_it_is_the_trained_one(
    finished: Finished, pretrained: Pretrained, tmp_path: Path
) -> None:
    checkpoint = finished.store.checkpoint(finished.run_id)
    n_encoder = len(checkpoint.weights) - 1
    decoder = tuple(weights + 1 for weights in pretrained.weights[n_encoder:])
    of_idec = replace(checkpoint, decoder=decoder)
    path = save_autoencoder(of_idec, pretrained, 64, tmp_path / "autoencoder.keras")
    assert same_weights(path, (*checkpoint.weights[:-1], *decoder))


def test_without_a_decoder_it_is_left_out(finished: Finished, tmp_path: Path) -> None:
    checkpoint = finished.store.checkpoint(finished.run_id)
    with pytest.raises(ExportError, match="DEC does not train it in clustering, and the"):
        save_autoencoder(checkpoint, None, 64, tmp_path / "autoencoder.keras")
