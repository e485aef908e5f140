"""Mathematics: the NumPy reference (``assignment``) and the Keras layers and networks.

Law of the room: tensors in, tensors out. No loop over epochs, no file, no event; only
``reference``, the plain Keras loops that tests and benchmarks compare with, trains.
Importing it loads Keras and registers ``ClusteringLayer``, so that saved models load.
"""

from dec_core.model.assignment import (
    kl_divergence,
    nearest_center,
    recycled_target_distribution,
    soft_assignment,
    target_distribution,
)
from dec_core.model.autoencoder import (
    Autoencoder,
    build_autoencoder,
    build_clustering_model,
    build_optimizer,
    restore_clustering_model,
)
from dec_core.model.clustering_layer import ClusteringLayer

__all__ = [
    "Autoencoder",
    "ClusteringLayer",
    "build_autoencoder",
    "build_clustering_model",
    "build_optimizer",
    "kl_divergence",
    "nearest_center",
    "recycled_target_distribution",
    "restore_clustering_model",
    "soft_assignment",
    "target_distribution",
]
