"""The shapes of the weights that settings determine, without building a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from dec_core.config import (
    ClusteringSettings,
    Config,
    NetworkSettings,
    PretrainingSettings,
    Shapes,
)


def autoencoder_shapes(n_features: int, settings: NetworkSettings) -> Shapes:
    """Of ``build_autoencoder``: the encoder's and then the decoder's."""
    return [*settings.encoder_shapes(n_features), *settings.decoder_shapes(n_features)]


def trained_in_pretraining(n_features: int, settings: NetworkSettings, layer: int | None) -> Shapes:
    """Of what a gradient step moves: all weights, or those of a layer of the encoder, counted from
    1, and of its mirror. Layers that can be trained singly have two arrays each."""
    if layer is None:
        return autoencoder_shapes(n_features, settings)
    encoder, decoder = settings.encoder_shapes(n_features), settings.decoder_shapes(n_features)
    mirror = 2 * (settings.n_layers - layer)
    return [*encoder[2 * layer - 2 : 2 * layer], *decoder[mirror : mirror + 2]]


def clustering_shapes(n_features: int, config: Config) -> Shapes:
    """Of ``build_clustering_model``: the encoder's and then the centres."""
    network = config.autoencoder
    centers = (config.clustering.n_clusters, network.n_dimensions)
    return [*network.encoder_shapes(n_features), centers]


def trained_shapes(n_features: int, config: Config) -> Shapes:
    """Of what a gradient step of clustering moves: those of the clustering model, and then the
    decoder's if the objective trains it."""
    trains_decoder = config.clustering.objective.trains_decoder
    decoder = config.autoencoder.decoder_shapes(n_features) if trains_decoder else []
    return [*clustering_shapes(n_features, config), *decoder]


def optimizer_shapes(weights: Shapes, settings: PretrainingSettings | ClusteringSettings) -> Shapes:
    """Of ``build_optimizer``: step count, learning rate, and what is kept for each weight."""
    kept = 2 if settings.optimizer == "adam" else int(settings.momentum > 0)
    return [(), (), *(shape for shape in weights for _ in range(kept))]


def have_shapes(arrays: Sequence[NDArray[Any]], shapes: Shapes) -> bool:
    """Whether these are numbers in arrays of just these shapes."""
    are_numbers = all(array.dtype.kind in "iuf" for array in arrays)
    return are_numbers and [array.shape for array in arrays] == shapes
