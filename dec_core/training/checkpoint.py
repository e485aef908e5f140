"""Everything that decides how a run goes on, as plain arrays and numbers.

Batches follow from the seed and the number of the step, so no random state is carried: a run
that goes on from a checkpoint computes what the uninterrupted one computes, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.verdict import Observation, Start, StopReason
from dec_core.config import (
    DISSOLVINGS,
    LIVE_PARAMETERS,
    OBJECTIVES,
    RESETS,
    SETTINGS,
    TARGETS,
    Config,
)
from dec_core.errors import SettingsError
from dec_core.events.events import EncoderReset, Phase
from dec_core.events.view import View
from dec_core.training.shapes import (
    autoencoder_shapes,
    clustering_shapes,
    have_shapes,
    optimizer_shapes,
    trained_in_pretraining,
    trained_shapes,
)

Arrays = tuple[NDArray[Any], ...]

# What a branch may set anew: everything of clustering that neither shapes the network nor has
# already had its effect when clustering begins.
BRANCH_SETTINGS = (
    *LIVE_PARAMETERS,
    *(
        f"clustering.{name}"
        for name in (
            "target objective loss optimizer momentum batch_size batch_order max_iterations reset "
            "dissolve shift rotation".split()
        )
    ),
)
# And what only some kinds of these have.
_BRANCH_KINDS = (TARGETS, OBJECTIVES, RESETS, DISSOLVINGS)


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A run between two gradient steps.

    Attributes
    ----------
    phase : PRETRAINING or CLUSTERING
    config : the settings as they stand, live changes included
    seconds : active seconds so far, by phase
    weights : of the autoencoder while it is pretrained; afterwards of the clustering model, the
        encoder's and then the cluster centres (n_clusters, n_dimensions)
    decoder : its weights where clustering trains it, or a branch is to train it; otherwise empty
    optimizer : the optimizer's variables: step count, learning rate, slots; while layers are
        pretrained one by one, those of the layer at hand
    epoch : pretraining epochs done
    iteration : gradient steps of clustering done
    last_update_at : the iteration of the newest target distribution
    loss, reconstruction_loss : the last batch's, NaN before the first step; the latter None where
        the decoder is not trained
    stop_reason : set once the run is at its end and only the verdict is missing
    p : (n_samples, n_clusters) float32, the newest target distribution; None in pretraining
    labels : (n_samples,) of the newest update; None in pretraining
    """

    phase: Phase
    config: Config
    seconds: dict[Phase, float]
    weights: Arrays
    optimizer: Arrays
    epoch: int
    iteration: int = 0
    last_update_at: int = 0
    loss: float = float("nan")
    stop_reason: StopReason | None = None
    p: NDArray[np.float32] | None = None
    labels: NDArray[np.integer] | None = None
    decoder: Arrays = ()
    reconstruction_loss: float | None = None

    def fits(self, config: Config, n_samples: int, n_features: int) -> bool:
        """Whether a run with these settings and data can go on from here."""
        if _fixed_differences(self.config, config):
            return False
        if self.phase is Phase.PRETRAINING:
            return self._fits_pretraining(config, n_features)
        if self.p is None or self.labels is None:
            return False
        state = optimizer_shapes(trained_shapes(n_features, self.config), self.config.clustering)
        return (
            have_shapes(self.weights, clustering_shapes(n_features, config))
            and have_shapes(self.optimizer, state)
            and self._has_decoder_for(config, n_features)
            and have_shapes([self.p], [(n_samples, config.clustering.n_clusters)])
            and have_shapes([self.labels], [(n_samples,)])
            and _are_clusters(self.labels, config.clustering.n_clusters)
        )

    def _fits_pretraining(self, config: Config, n_features: int) -> bool:
        stage = config.pretraining_stage(self.epoch)
        if stage is None:
            return False
        trained = trained_in_pretraining(n_features, config.autoencoder, stage.layer)
        return have_shapes(
            self.weights, autoencoder_shapes(n_features, config.autoencoder)
        ) and have_shapes(self.optimizer, optimizer_shapes(trained, stage.settings))

    def _has_decoder_for(self, config: Config, n_features: int) -> bool:
        """Whether a decoder is there where it was trained or is to be trained, and nowhere else."""
        objectives = self.config.clustering.objective, config.clustering.objective
        is_needed = any(objective.trains_decoder for objective in objectives)
        return have_shapes(
            self.decoder, config.autoencoder.decoder_shapes(n_features) if is_needed else []
        )

    def is_as_finite_as(self, view: View) -> bool:
        """Whether no number is NaN or infinite, unless ``view``, the run up to here, had diverged.

        The recycled target alone knows no bound; the row sums of the newest one tell.
        """
        if self._has_diverged(view):
            return True
        arrays = [*self.weights, *self.decoder, *self.optimizer]
        if self.p is not None:
            newest = view.updates[-1]
            sums = newest.value("target_row_sum_min"), newest.value("target_row_sum_max")
            arrays += [self.p] if np.isfinite(sums).all() else []
        return all(bool(np.isfinite(array).all()) for array in arrays)

    def _has_diverged(self, view: View) -> bool:
        if self.phase is Phase.PRETRAINING:
            return not np.isfinite([epoch.loss for epoch in view.pretraining]).all()
        is_finite = view.updates[-1].is_finite
        return not is_finite or (self.iteration > 0 and not np.isfinite(self.loss))

    def at_branch(self, config: Config, pretrained: Pretrained | None = None) -> Checkpoint:
        """The same place in a run that goes on, even if its parent ended there.

        Parameters
        ----------
        config : of the branch. Where it trains the decoder and its parent did not, the decoder is
            that of ``pretrained``.
        pretrained : the autoencoder that the parent began with, if it is at hand

        Raises
        ------
        SettingsError
            If there is no decoder to be trained.
        """
        decoder = self.decoder
        if config.clustering.objective.trains_decoder and not decoder:
            if pretrained is None:
                raise SettingsError(
                    "A branch that trains the decoder needs the one of its parent. The parent's "
                    "objective does not train it, and its pretrained autoencoder is no longer "
                    "kept. Choose clustering.objective=dec, or start a new run."
                )
            # The clustering model has the encoder's weights and the centres.
            decoder = pretrained.weights[len(self.weights) - 1 :]
        return replace(self, stop_reason=None, decoder=decoder)


def _are_clusters(labels: NDArray[Any], n_clusters: int) -> bool:
    if labels.dtype.kind not in "iu":
        return False
    return bool(labels.min(initial=0) >= 0 and labels.max(initial=0) < n_clusters)


@dataclass(frozen=True, eq=False)
class Resumption:
    """A checkpoint with what was observed on the way to it: the loss of every pretraining epoch,
    the k-means start, every update and every reset of the encoder."""

    checkpoint: Checkpoint
    losses: tuple[float, ...] = ()
    start: Start = field(default_factory=lambda: Start(()))
    history: Sequence[Observation] = ()
    resets: tuple[EncoderReset, ...] = ()

    @classmethod
    def after(cls, view: View, checkpoint: Checkpoint) -> Resumption:
        """The checkpoint with what ``view``, the run up to it, has observed."""
        return cls(
            checkpoint,
            losses=tuple(epoch.loss for epoch in view.pretraining),
            start=view.start or Start(()),
            history=view.updates,
            resets=view.resets,
        )


@dataclass(frozen=True, eq=False)
class Pretrained:
    """A pretrained autoencoder: its weights and the loss of every epoch that made them."""

    weights: Arrays
    losses: tuple[float, ...]

    def fits(self, config: Config, n_features: int) -> bool:
        """Whether it can be what a run with these settings and data would begin with."""
        shapes = autoencoder_shapes(n_features, config.autoencoder)
        is_whole = len(self.losses) == config.pretraining_epochs
        is_taken = config.pretraining.earlier_run is not None
        return have_shapes(self.weights, shapes) and (is_taken or is_whole)


def check_branch(parent: Config, branch: Config) -> None:
    """Whether a branch may have these settings.

    Raises
    ------
    SettingsError
        If a setting differs that the checkpoint has fixed.
    """
    fixed = _fixed_differences(parent, branch)
    if fixed:
        raise SettingsError(
            f"A branch can differ from its parent in {', '.join(BRANCH_SETTINGS)}. Received a "
            f"change of {', '.join(fixed)}, which the checkpoint fixes. Leave it as it was, or "
            "start a new run."
        )


def is_branch_setting(path: str) -> bool:
    """Whether a branch may set it anew: also what only some kinds of these settings have."""
    row = SETTINGS.get(path)
    return path in BRANCH_SETTINGS or (row is not None and row.union in _BRANCH_KINDS)


def _fixed_differences(parent: Config, branch: Config) -> list[str]:
    """Settings that differ though a checkpoint fixes them."""
    return [path for path in branch.differences(parent) if not is_branch_setting(path)]
