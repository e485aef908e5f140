"""Clusters of samples by a model as a checkpoint holds it, without training."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from dec_core.errors import RunError
from dec_core.events.events import Phase
from dec_core.model import restore_clustering_model
from dec_core.training.checkpoint import Checkpoint
from dec_core.training.compiled_clustering import ClusteringLoop, Evaluation


def assign(checkpoint: Checkpoint, x: NDArray[np.float32]) -> Evaluation:
    """Embedding, q and labels of samples, computed as training computes those of its own.

    On the samples that the run was trained on they are the same numbers, bit for bit, as at an
    update at the checkpoint's iteration.

    Parameters
    ----------
    x : (n_samples, n_features) float32, prepared as the samples of the run were

    Raises
    ------
    RunError
        If the checkpoint is from before clustering.
    """
    if checkpoint.phase is not Phase.CLUSTERING:
        raise RunError(
            "Samples are assigned by a model that has clusters. The run ended in "
            f"{checkpoint.phase.value}. Choose a run that reached clustering."
        )
    config = checkpoint.config
    model = restore_clustering_model(x.shape[1], config, checkpoint.weights)
    loop = ClusteringLoop(model, tf.constant(x), config.clustering, config.seed)
    return loop.evaluate_all()
