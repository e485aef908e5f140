"""The shapes of the weights that settings determine, without building a network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from numpy.typing import NDArray

from dec_core.config import AutoencoderSettings, ClusteringSettings, Config, PretrainingSettings

Shapes = list[tuple[int, ...]]


def autoencoder_shapes(n_features: int, settings: AutoencoderSettings) -> Shapes:
    """Of ``build_autoencoder``: kernel and bias of each layer."""
    *hidden, n_dimensions = settings.units
    return _dense_shapes([n_features, *hidden, n_dimensions, *reversed(hidden), n_features])


def clustering_shapes(n_features: int, config: Config) -> Shapes:
    """Of ``build_clustering_model``: the encoder's and then the centres."""
    units = config.autoencoder.units
    return [*_dense_shapes([n_features, *units]), (config.clustering.n_clusters, units[-1])]


def optimizer_shapes(weights: Shapes, settings: PretrainingSettings | ClusteringSettings) -> Shapes:
    """Of ``build_optimizer``: step count, learning rate, and what is kept for each weight."""
    kept = 2 if settings.optimizer == "adam" else int(settings.momentum > 0)
    return [(), (), *(shape for shape in weights for _ in range(kept))]


def have_shapes(arrays: Sequence[NDArray[Any]], shapes: Shapes) -> bool:
    """Whether these are numbers in arrays of just these shapes."""
    are_numbers = all(array.dtype.kind in "iuf" for array in arrays)
    return are_numbers and [array.shape for array in arrays] == shapes


def _dense_shapes(widths: Sequence[int]) -> Shapes:
    return [shape for a, b in pairwise(widths) for shape in ((a, b), (b,))]
