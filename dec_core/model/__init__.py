"""Mathematics: the NumPy reference (``assignment``) and the Keras layers and networks.

What a new kind of network, target rule or objective computes is registered here by its name.

Law of the room: tensors in, tensors out. No loop over epochs, no file, no event.
Importing it loads Keras and registers ``ClusteringLayer``, so that saved models load.
"""

from dec_core.model.assignment import (
    DISSOLVED,
    is_dissolved,
    kl_divergence,
    nearest_center,
    recycled_target_distribution,
    recycled_target_of_sample,
    soft_assignment,
    target_distribution,
)
from dec_core.model.autoencoder import (
    NETWORK_BUILDERS,
    Autoencoder,
    LayerPair,
    build_autoencoder,
    build_clustering_model,
    restore_clustering_model,
)
from dec_core.model.clustering_layer import ClusteringLayer
from dec_core.model.conv_autoencoder import build_conv
from dec_core.model.dropout import dropout_layers, set_dropout_step
from dec_core.model.neighbors import neighbor_loss
from dec_core.model.objectives import OBJECTIVE_LOSSES
from dec_core.model.optimizers import build_optimizer
from dec_core.model.reconstruction import mean_squared_error
from dec_core.model.soft_reset import soft_reset
from dec_core.model.targets import TARGET_FUNCTIONS, Target

__all__ = [
    "DISSOLVED",
    "NETWORK_BUILDERS",
    "OBJECTIVE_LOSSES",
    "TARGET_FUNCTIONS",
    "Autoencoder",
    "ClusteringLayer",
    "LayerPair",
    "Target",
    "build_autoencoder",
    "build_clustering_model",
    "build_conv",
    "build_optimizer",
    "dropout_layers",
    "is_dissolved",
    "kl_divergence",
    "mean_squared_error",
    "nearest_center",
    "neighbor_loss",
    "recycled_target_distribution",
    "recycled_target_of_sample",
    "restore_clustering_model",
    "set_dropout_step",
    "soft_assignment",
    "soft_reset",
    "target_distribution",
]
