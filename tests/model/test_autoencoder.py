"""The networks: the R port's architecture, and weights that depend on the seed alone."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from dec_core.config import ClusteringSettings, DenseNetwork, get_preset
from dec_core.model import build_autoencoder, build_clustering_model, build_optimizer

SMALL = DenseNetwork(units=(6, 4, 2))


@pytest.fixture(scope="module")
def layers() -> list[Any]:
    """The dense layers of the R port's autoencoder, input side first."""
    settings = get_preset("r-port").config.autoencoder
    model = build_autoencoder(784, settings, seed=0).model
    assert model.input_shape == (None, 784)
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]


def test_r_port_layers(layers: list[Any]) -> None:
    assert [layer.units for layer in layers] == [32, 32, 256, 10, 256, 32, 32, 784]
    assert [layer.activation.__name__ for layer in layers] == [
        *("relu", "relu", "relu", "linear", "relu", "relu", "relu", "linear")
    ]
    assert all(layer.use_bias for layer in layers)


def test_r_port_initializers(layers: list[Any]) -> None:
    names = [type(layer.kernel_initializer).__name__ for layer in layers]
    assert names == ["VarianceScaling"] * 3 + ["GlorotUniform"] + ["VarianceScaling"] * 4
    config = layers[0].kernel_initializer.get_config()
    assert (config["mode"], config["distribution"]) == ("fan_in", "uniform")
    for layer in layers:
        fan_in, fan_out = layer.kernel.shape
        # Variance 1 / (3 fan_in) of a uniform distribution: within 1 / sqrt(fan_in).
        limit = np.sqrt(6 / (fan_in + fan_out)) if fan_out == 10 else 1 / np.sqrt(fan_in)
        largest = np.abs(layer.kernel.numpy()).max()
        assert 0.95 * limit < largest <= limit
        assert not layer.bias.numpy().any()


def test_encoder_shares_its_weights_with_the_autoencoder() -> None:
    autoencoder = build_autoencoder(5, SMALL, seed=1)
    assert autoencoder.encoder.output_shape == (None, 2)
    for variable in autoencoder.encoder.trainable_variables:
        assert any(variable is other for other in autoencoder.model.trainable_variables)


def test_weights_depend_on_the_seed_alone() -> None:
    keras.utils.set_random_seed(1)
    first = build_autoencoder(5, SMALL, seed=4).model.get_weights()
    keras.utils.set_random_seed(2)
    second = build_autoencoder(5, SMALL, seed=4).model.get_weights()
    other = build_autoencoder(5, SMALL, seed=5).model.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    kernels = [i for i, weights in enumerate(first) if weights.ndim == 2]
    assert not any(np.array_equal(first[i], other[i]) for i in kernels)


def test_layers_of_equal_shape_get_different_weights() -> None:
    model = build_autoencoder(4, DenseNetwork(units=(4, 4, 4)), seed=0).model
    kernels = [weights for weights in model.get_weights() if weights.ndim == 2]
    assert len({kernel.tobytes() for kernel in kernels}) == len(kernels) == 6


@pytest.mark.parametrize("activation", ["relu", "elu", "gelu", "tanh"])
@pytest.mark.parametrize("initializer", ["variance_scaling", "glorot_uniform", "he_normal"])
def test_every_choice_of_the_settings_builds(activation: Any, initializer: Any) -> None:
    settings = DenseNetwork(
        units=(3,),
        activation=activation,
        initializer=initializer,
        bottleneck_initializer="he_normal",
    )
    model = build_autoencoder(4, settings, seed=0).model
    assert np.isfinite(model(np.ones((2, 4), np.float32)).numpy()).all()


def test_clustering_model_ends_in_q() -> None:
    autoencoder = build_autoencoder(5, SMALL, seed=0)
    settings = ClusteringSettings(n_clusters=3, alpha=2.0)
    model = build_clustering_model(autoencoder.encoder, settings)
    assert model.layers[-1] is model.get_layer("clustering")
    assert model.get_layer("clustering").alpha == 2.0
    q = model(np.ones((4, 5), np.float32)).numpy()
    assert q.shape == (4, 3)
    np.testing.assert_allclose(q.sum(axis=1), 1, rtol=1e-6)


def test_optimizers() -> None:
    sgd = build_optimizer("sgd", 0.25, 0.5)
    assert isinstance(sgd, keras.optimizers.SGD)
    assert (float(sgd.learning_rate), sgd.momentum) == (0.25, 0.5)
    adam = build_optimizer("adam", 0.25, 0.5)
    assert isinstance(adam, keras.optimizers.Adam)
    assert (float(adam.learning_rate), adam.beta_1) == (0.25, 0.9)
