"""Clusters of samples by a model as a checkpoint holds it, without training."""

from __future__ import annotations

from typing import Any

from dec_core.data.samples import Samples
from dec_core.errors import RunError
from dec_core.events.events import Phase
from dec_core.model import restore_clustering_model
from dec_core.training.checkpoint import Checkpoint
from dec_core.training.compiled_clustering import ClusteringLoop, Evaluation
from dec_core.training.resident import ResidentSamples


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
        self._type: Any = None

    def assign(self, samples: Samples) -> Evaluation:
        """Embedding, q and labels of samples, prepared as the samples of the run were."""
        x, settings, seed = ResidentSamples.of(samples), self._config.clustering, self._config.seed
        if self._loop is None or self._type != x.values.dtype:
            self._loop = ClusteringLoop(self._model, x, settings, seed)
            self._type = x.values.dtype
        else:
            self._loop.begin(x, settings, seed)
        found = self._loop.evaluate_all()
        self._loop.end()
        return found


def assign(checkpoint: Checkpoint, samples: Samples) -> Evaluation:
    """Embedding, q and labels of samples. See ``Assigner``."""
    return Assigner(checkpoint, samples.shape[1]).assign(samples)
