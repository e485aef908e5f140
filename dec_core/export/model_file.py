"""The trained model, and its autoencoder, as files that Keras loads."""

from __future__ import annotations

from pathlib import Path

from dec_core.errors import ExportError
from dec_core.events.events import Phase
from dec_core.training.checkpoint import Checkpoint, Pretrained


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


def save_autoencoder(
    checkpoint: Checkpoint, pretrained: Pretrained | None, n_features: int, path: Path
) -> Path:
    """Write the autoencoder, which maps (n, n_features) to its reconstruction.

    Where the decoder was trained along with the encoder (IDEC) it is that of the checkpoint's
    moment. DEC moves the encoder away from its decoder, so there it is the one of pretraining.

    Parameters
    ----------
    pretrained : the autoencoder that the run began with, if it is at hand
    path : ends in ``.keras``

    Raises
    ------
    ExportError
        If there is neither a trained decoder nor ``pretrained``.
    """
    if checkpoint.decoder:
        # The clustering model has the centres behind the encoder's weights.
        weights = (*checkpoint.weights[:-1], *checkpoint.decoder)
    elif pretrained is not None:
        weights = pretrained.weights
    else:
        raise ExportError(
            "An autoencoder needs a decoder. DEC does not train it in clustering, and the "
            "pretrained one of this run is no longer kept. Train the run again."
        )
    from dec_core.model import build_autoencoder

    config = checkpoint.config
    model = build_autoencoder(n_features, config.autoencoder, config.seed).model
    model.set_weights(weights)
    model.save(path)
    return path
