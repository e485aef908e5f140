"""The trained model as one file that Keras loads."""

from __future__ import annotations

from pathlib import Path

from dec_core.errors import ExportError
from dec_core.events.events import Phase
from dec_core.training.checkpoint import Checkpoint


def save_model(checkpoint: Checkpoint, n_features: int, path: Path) -> Path:
    """Write the encoder with its clustering layer, which maps (n, n_features) to q.

    After ``import dec_core.model`` it loads with ``keras.models.load_model(path)``, and
    ``model.predict(x).argmax(1)`` are the labels of the checkpoint's moment; where the embedding is
    so small or far from all centres that float32 gives several of them the same q, the labels are
    those of the nearest.

    Parameters
    ----------
    path : ends in ``.keras``

    Raises
    ------
    ExportError
        If the checkpoint is from before clustering.
    """
    if checkpoint.phase is not Phase.CLUSTERING:
        raise ExportError(
            "A model is saved from a checkpoint of the clustering phase. Received one of "
            f"{checkpoint.phase.value}. Choose a run that reached clustering."
        )
    from dec_core.model import restore_clustering_model

    restore_clustering_model(n_features, checkpoint.config, checkpoint.weights).save(path)
    return path
