"""Autoencoders, the dense one among them, and the clustering model that shares its encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from dec_core.config import (
    NETWORKS,
    ClusteringSettings,
    Config,
    DenseNetwork,
    Initializer,
    NetworkSettings,
)
from dec_core.model.clustering_layer import ClusteringLayer
from dec_core.model.registry import Registry


@dataclass(frozen=True)
class LayerPair:
    """A layer of the encoder and its mirror in the decoder, which share their weights with them.

    Attributes
    ----------
    before : maps (batch, n_features) to what the layer takes; None for the first layer
    encoder : the layer; maps what it takes to what it gives
    decoder : its mirror, the other way
    """

    before: keras.Model | None
    encoder: keras.Model
    decoder: keras.Model

    @property
    def trainable_variables(self) -> list[Any]:
        """Of the layer and then of its mirror."""
        return [*self.encoder.trainable_variables, *self.decoder.trainable_variables]


@dataclass(frozen=True)
class Autoencoder:
    """``model`` maps (batch, n_features) to its reconstruction, ``encoder`` to the embedding.

    ``encoded`` and ``decoded`` are the tensors between the layers, of the encoder from the data to
    the embedding and of the decoder from the output to the embedding: the mirror of layer k takes
    ``decoded[k]`` and gives ``decoded[k - 1]``. Both are empty where layers have no mirrors.
    """

    model: keras.Model
    encoder: keras.Model
    encoded: tuple[Any, ...] = ()
    decoded: tuple[Any, ...] = ()

    @property
    def decoder(self) -> keras.Model:
        """Maps an embedding (batch, n_dimensions) to its reconstruction, by the same layers."""
        return keras.Model(self.encoder.output, self.model.output)

    def layer(self, number: int) -> LayerPair:
        """Layer ``number`` of the encoder, counted from 1, and its mirror."""
        taken, given = self.encoded[number - 1 : number + 1]
        back, mirrored = self.decoded[number - 1 : number + 1]
        return LayerPair(
            None if number == 1 else keras.Model(self.encoded[0], taken),
            keras.Model(taken, given),
            keras.Model(mirrored, back),
        )

    def through(self, number: int) -> keras.Model:
        """Maps (batch, n_features) to what its first ``number`` layers can reconstruct of it."""
        flow = self.encoded[number]
        for layer in range(number, 0, -1):
            flow = self.layer(layer).decoder(flow)
        return keras.Model(self.encoded[0], flow)


def build_autoencoder(n_features: int, settings: NetworkSettings, seed: int) -> Autoencoder:
    """An untrained autoencoder of any kind, whose weights depend on the seed alone.

    Raises
    ------
    SettingsError
        If nothing builds this kind.
    """
    return NETWORK_BUILDERS[settings.kind](n_features, settings, seed)


def build_dense(n_features: int, settings: DenseNetwork, seed: int) -> Autoencoder:
    """The symmetric dense autoencoder.

    The embedding and the output are linear, every other layer has ``settings.activation``.
    The decoder mirrors the encoder's layers, the embedding left out. With ``settings.dropout`` in
    training a share of the outputs of every layer that has the activation is set to 0, and the
    others are scaled up to keep the sum (Srivastava et al., JMLR 2014); ``set_dropout_step`` says
    which.
    """
    *hidden, n_dimensions = settings.units
    layer_seeds = iter(np.random.SeedSequence(seed).generate_state(2 * len(hidden) + 2))

    def dense(units: int, name: str, activation: str | None, initializer: Initializer) -> Any:
        kernel = build_initializer(initializer, int(next(layer_seeds)))
        return keras.layers.Dense(
            units, name=name, activation=activation, kernel_initializer=kernel
        )

    def hidden_layer(flow: Any, units: int, name: str) -> Any:
        flow = dense(units, name, settings.activation, settings.initializer)(flow)
        if not settings.dropout:
            return flow
        return keras.layers.Dropout(settings.dropout, seed=0, name=f"{name}_dropout")(flow)

    encoded = [keras.Input((n_features,), name="input")]
    for index, units in enumerate(hidden):
        encoded.append(hidden_layer(encoded[-1], units, f"encoder_{index}"))
    embedding = dense(n_dimensions, "embedding", None, settings.bottleneck_initializer)
    encoded.append(embedding(encoded[-1]))
    decoded = [encoded[-1]]
    for index, units in reversed(list(enumerate(hidden))):
        decoded.append(hidden_layer(decoded[-1], units, f"decoder_{index}"))
    output = dense(n_features, "output", None, settings.initializer)
    decoded.append(output(decoded[-1]))
    return autoencoder_of(encoded, decoded)


def autoencoder_of(encoded: Sequence[Any], decoded: Sequence[Any]) -> Autoencoder:
    """An autoencoder whose layers have mirrors.

    Parameters
    ----------
    encoded : tensors from the data to the embedding, with one layer from each to the next
    decoded : as many from the embedding to the output, in the order of the decoder
    """
    inputs, embedding, output = encoded[0], encoded[-1], decoded[-1]
    return Autoencoder(
        keras.Model(inputs, output),
        keras.Model(inputs, embedding),
        tuple(encoded),
        tuple(reversed(decoded)),
    )


# From n_features, the settings of a network and the seed to the network.
NETWORK_BUILDERS: Registry[Callable[[int, Any, int], Autoencoder]] = Registry(
    NETWORKS, {"dense": build_dense}
)


def build_clustering_model(encoder: keras.Model, settings: ClusteringSettings) -> keras.Model:
    """The encoder followed by a ``ClusteringLayer`` named "clustering"; outputs q."""
    layer = ClusteringLayer(settings.n_clusters, settings.alpha, name="clustering")
    return keras.Model(encoder.input, layer(encoder.output))


def restore_clustering_model(
    n_features: int, config: Config, weights: Sequence[NDArray[np.float32]]
) -> keras.Model:
    """A clustering model as it was when its weights were kept.

    Parameters
    ----------
    weights : what ``get_weights()`` of ``build_clustering_model`` gave with these settings: the
        encoder's, then the cluster centres (n_clusters, n_dimensions)

    Returns
    -------
    Maps (batch, n_features) to q, (batch, n_clusters)
    """
    encoder = build_autoencoder(n_features, config.autoencoder, config.seed).encoder
    model = build_clustering_model(encoder, config.clustering)
    model.set_weights(list(weights))
    return model


def build_initializer(name: Initializer, seed: int) -> keras.initializers.Initializer:
    """Of a kernel; the numbers that it draws depend on the seed alone."""
    if name == "variance_scaling":
        return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform", seed=seed)
    if name == "he_normal":
        return keras.initializers.HeNormal(seed=seed)
    return keras.initializers.GlorotUniform(seed=seed)
