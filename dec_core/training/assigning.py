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


class Assigner:
    """A model that assigns samples, as often as it is asked.

    On the samples that its run was trained on it gives the same numbers, bit for bit, as the run
    does at an update at the checkpoint's iteration.

    Parameters
    ----------
    n_features : of every sample

    Raises
    ------
    RunError
        If the checkpoint is from before clustering.
    """

    def __init__(self, checkpoint: Checkpoint, n_features: int) -> None:
        if checkpoint.phase is not Phase.CLUSTERING:
            raise RunError(
                "Samples are assigned by a model that has clusters. The run ended in "
                f"{checkpoint.phase.value}. Choose a run that reached clustering."
            )
        self._config = checkpoint.config
        self._model = restore_clustering_model(n_features, self._config, checkpoint.weights)
        self._loop: ClusteringLoop | None = None

    def assign(self, x: NDArray[np.float32]) -> Evaluation:
        """Embedding, q and labels of samples.

        Parameters
        ----------
        x : (n_samples, n_features) float32, prepared as the samples of the run were
        """
        samples, settings, seed = tf.constant(x), self._config.clustering, self._config.seed
        if self._loop is None:
            self._loop = ClusteringLoop(self._model, samples, settings, seed)
        else:
            self._loop.begin(samples, settings, seed)
        found = self._loop.evaluate_all()
        self._loop.end()
        return found


def assign(checkpoint: Checkpoint, x: NDArray[np.float32]) -> Evaluation:
    """Embedding, q and labels of samples, (n_samples, n_features). See ``Assigner``."""
    return Assigner(checkpoint, x.shape[1]).assign(x)
