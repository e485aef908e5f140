"""The soft reset of an encoder."""

from __future__ import annotations

import keras
import numpy as np


def soft_reset(encoder: keras.Model, untrained: keras.Model, keep: float) -> None:
    """Move an encoder a part of the way back to untrained weights, in place.

    theta = keep * theta + (1 - keep) * theta_untrained, kernels and biases alike. The layer
    "embedding" stays as it is, as in the authors' code by default; so do layers that normalise.

    Source: Miklautz et al., "Breaking the Reclustering Barrier in Centroid-based Deep Clustering",
    ICLR 2025, and github.com/Probabilistic-and-Interactive-ML/breaking-the-reclustering-barrier,
    where theta_untrained is drawn by He's rule whatever the network began with.

    Parameters
    ----------
    untrained : an encoder of the same layers
    keep : the part of the trained weights that stays, in [0, 1]
    """
    trained_part, untrained_part = np.float32(keep), np.float32(1 - keep)
    for layer in encoder.layers:
        if layer.name == "embedding" or isinstance(layer, keras.layers.BatchNormalization):
            continue
        fresh = untrained.get_layer(layer.name).get_weights() if layer.weights else []
        pairs = zip(layer.get_weights(), fresh, strict=True)
        layer.set_weights([trained_part * one + untrained_part * other for one, other in pairs])
