"""The shapes that settings determine are those of the networks that are built from them."""

from __future__ import annotations

import numpy as np
import pytest

from dec_core.config import Config
from dec_core.model import build_autoencoder, build_clustering_model, build_optimizer
from dec_core.training.shapes import (
    autoencoder_shapes,
    clustering_shapes,
    have_shapes,
    optimizer_shapes,
    trained_shapes,
)


@pytest.mark.parametrize(
    ("units", "optimizer", "momentum"),
    [("6,5,3", "sgd", 0.9), ("6,3", "sgd", 0.0), ("3", "adam", 0.9)],
)
def test_shapes_are_those_of_the_networks(units: str, optimizer: str, momentum: float) -> None:
    config = Config().with_values(
        {
            "autoencoder.units": units,
            "clustering.n_clusters": 4,
            "clustering.optimizer": optimizer,
            "clustering.momentum": momentum,
        }
    )
    autoencoder = build_autoencoder(7, config.autoencoder, 0)
    model = build_clustering_model(autoencoder.encoder, config.clustering)
    built = build_optimizer(optimizer, 0.1, momentum)
    built.build(model.trainable_variables)
    shapes = clustering_shapes(7, config)
    assert have_shapes(autoencoder.model.get_weights(), autoencoder_shapes(7, config.autoencoder))
    assert have_shapes(model.get_weights(), shapes)
    state = [np.asarray(variable) for variable in built.variables]
    assert have_shapes(state, optimizer_shapes(shapes, config.clustering))
    assert not have_shapes(state[1:], optimizer_shapes(shapes, config.clustering))
    assert trained_shapes(7, config) == shapes
    decoder = autoencoder.decoder
    idec = config.with_values({"clustering.objective": "idec"})
    trained = [*model.get_weights(), *decoder.get_weights()]
    assert have_shapes(trained, trained_shapes(7, idec))
    built = build_optimizer(optimizer, 0.1, momentum)
    built.build([*model.trainable_variables, *decoder.trainable_variables])
    state = [np.asarray(variable) for variable in built.variables]
    assert have_shapes(state, optimizer_shapes(trained_shapes(7, idec), idec.clustering))
