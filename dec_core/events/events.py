"""What happens in a run, as frozen, typed events in the order in which they happen.

    SamplesChosen RunStarted
    PretrainingReused?                      the autoencoder was pretrained by an earlier run
    ReconstructionsTaken?                   before the first epoch
    (Progress* ReconstructionsTaken? PretrainingEpochEnded)*
                                            one per epoch
    Progress* FrameTaken CentersInitialized the k-means start
    SignSeen* FrameTaken TargetUpdated      iteration 0, before any gradient step
    ((Progress* EncoderReset)? StepsDone+ Progress* ClustersDissolved? SignSeen* FrameTaken
     TargetUpdated)*                        one per update interval, and one at the end
    RunFinished

Iteration n is, in every event, the state after n gradient steps of clustering. Events carry numbers
only; the arrays of an event come right before it, as an ``ArrayEvent``.
``ParameterChanged`` and ``WarningRaised`` may stand anywhere. A run that goes on from a checkpoint
begins with what follows it. The one stream feeds the live page, the command line, the store and
the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, ConfigDict, Field, with_config

from dec_core.analysis.forecast import Sign
from dec_core.analysis.measures import MEASURES
from dec_core.analysis.verdict import Judgement, StopReason
from dec_core.config import Config, ImageShape

# What stored numbers may be; no count of a run comes near the bound, which every program can hold.
Count = Annotated[int, Field(strict=True, ge=0, le=2**53)]
CountFrom1 = Annotated[int, Field(strict=True, ge=1, le=2**53)]
Seconds = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
_Yes = Annotated[bool, Field(strict=True)]
_Whole = Annotated[int, Field(strict=True)]
_Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def _possible(measures: Mapping[str, float]) -> Mapping[str, float]:
    for name, value in measures.items():
        # One that this version does not know is kept, and shown nowhere.
        measure = MEASURES.get(name)
        if measure is None:
            continue
        if measure.is_count and not isinstance(value, int):
            raise ValueError(f"{name} is no whole number from 0: {value}")
        if not measure.allows(value):
            kind = "score" if measure.needs_true_labels else measure.label.lower()
            raise ValueError(f"no {kind}: {value}")
    return measures


Measures = Annotated[Mapping[str, float | Count], AfterValidator(_possible)]


class Phase(StrEnum):
    """The parts of a run, in their order."""

    DATA = "data"
    PRETRAINING = "pretraining"
    KMEANS = "kmeans"
    CLUSTERING = "clustering"


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, eq=False)
class Event:
    """Base of all events. Pydantic checks the types of those that the store reads."""


@dataclass(frozen=True, eq=False)
class SamplesChosen(Event):
    """What the arrays of later frames belong to.

    ``sample_ids`` (n_sampled,) are the samples, sorted, whose embedding frames carry: all of them
    or a seeded stratified choice. ``true_labels`` is (n_samples,) or None. ``rows`` (n_samples,)
    are the samples' rows, from 0, in the file or data set, None for all rows; ``ids`` (n_samples,)
    what a person calls them, or None.
    """

    sample_ids: NDArray[np.int64]
    true_labels: NDArray[np.integer] | None
    rows: NDArray[np.int64] | None = None
    ids: NDArray[np.str_] | None = None


# The place of the k-means start among the updates.
KMEANS = -1


@dataclass(frozen=True, eq=False)
class FrameTaken(Event):
    """The arrays of the event that follows: of k-means (``KMEANS``) or of a target update.

    ``labels`` is (n_samples,) in the smallest unsigned type, ``embedding`` (n_sampled,
    n_dimensions) float32, ``centers`` (n_clusters, n_dimensions) float32.
    """

    update: int
    labels: NDArray[np.integer]
    embedding: NDArray[np.float32]
    centers: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ReconstructionsTaken(Event):
    """What the autoencoder makes of a few samples after ``epoch`` epochs of pretraining; of layers
    that are trained one by one, those up to the one at hand.

    Attributes
    ----------
    sample_ids : (n_shown,) int64, some of each class as far as true labels are known
    originals, reconstructions : (n_shown, n_features) float32
    unexplained : (n_features,) float32, the mean squared error of each feature divided by its
        variance, both over a seeded choice of the samples: 0 where it is reconstructed exactly, 1
        where its mean would do as well, NaN where it is constant
    image_shape : (height, width, channels) of a sample that is an image, (depth, height, width,
        channels) of a volume, otherwise None
    """

    epoch: int
    sample_ids: NDArray[np.int64]
    originals: NDArray[np.float32]
    reconstructions: NDArray[np.float32]
    unexplained: NDArray[np.float32]
    image_shape: ImageShape | None


# Events with arrays and nothing else; they have no line in the log of a run.
ArrayEvent = SamplesChosen | FrameTaken | ReconstructionsTaken


@dataclass(frozen=True)
class RunStarted(Event):
    """The data are there and training begins.

    ``n_sampled`` samples have their embedding in frames.
    """

    config: Config
    dataset_name: str
    n_samples: CountFrom1
    n_features: CountFrom1
    n_sampled: CountFrom1
    has_true_labels: _Yes
    class_names: tuple[str, ...] | None


@dataclass(frozen=True)
class PretrainingReused(Event):
    """The autoencoder comes from an earlier run with the same data, network and pretraining, or
    from the one, ``run``, that the settings name."""

    epochs: Count
    run: str | None = None


@dataclass(frozen=True)
class Progress(Event):
    """``done`` of ``total`` equal parts of a longer piece of work in ``phase``."""

    phase: Phase
    done: int
    total: int


@dataclass(frozen=True)
class PretrainingEpochEnded(Event):
    """``epoch`` of ``epochs``, counted from 1, with the mean squared reconstruction error.

    ``layer``, counted from 1, is the layer of the encoder that was trained by itself, to
    reconstruct what it takes; None where all layers were, to reconstruct the samples.
    """

    epoch: CountFrom1
    epochs: Count
    loss: float
    seconds: Seconds
    layer: CountFrom1 | None = None


@dataclass(frozen=True)
class CentersInitialized(Event):
    """k-means found the centres; ``seconds`` is what it took.

    ``measures`` are numbers by the names of ``MEASURES``: those that a start has.
    """

    cluster_sizes: tuple[Count, ...]
    measures: Measures
    seconds: Seconds


@dataclass(frozen=True)
class TargetUpdated(Event):
    """What an update of the target distribution shows.

    ``update`` counts from 0; ``iteration`` gradient steps are done. ``seconds`` is the time since
    clustering began.

    Attributes
    ----------
    cluster_sizes : number of samples that are nearest to this cluster's centre, per cluster
    is_finite : False once a number of q or of the embedding is NaN or infinite
    measures : numbers by the names of ``MEASURES``; what was not recorded is not there
    """

    update: Count
    iteration: Count
    seconds: Seconds
    cluster_sizes: tuple[Count, ...]
    is_finite: _Yes
    measures: Measures

    def value(self, name: str) -> float:
        """The measure of that name, NaN where it was not recorded."""
        return self.measures.get(name, float("nan"))


@dataclass(frozen=True)
class StepsDone(Event):
    """``iteration`` gradient steps are done in all; ``loss`` is the last batch's."""

    iteration: int
    loss: float
    seconds: float


@dataclass(frozen=True)
class ParameterChanged(Event):
    """A live parameter was changed; it holds from gradient step ``iteration`` + 1 on."""

    iteration: Count
    path: str
    old: _Finite | _Whole
    new: _Finite | _Whole


@dataclass(frozen=True)
class WarningRaised(Event):
    """Something a person should know, as a sentence."""

    message: str


@dataclass(frozen=True)
class SignSeen(Event):
    """A warning that the update which follows shows and the one before it did not."""

    iteration: Count
    sign: Sign


@dataclass(frozen=True)
class EncoderReset(Event):
    """After an update, the encoder was softly reset and its embedding clustered anew.

    Attributes
    ----------
    iteration : gradient steps done
    cluster_sizes : number of samples per cluster, by the new centres; each has the number of the
        former cluster with which it shares most
    delta_label : the share of samples that are in another cluster than before, in [0, 1]
    """

    iteration: Count
    cluster_sizes: tuple[Count, ...]
    delta_label: Share


@dataclass(frozen=True)
class ClustersDissolved(Event):
    """At the update that follows, clusters were too small and were taken out for good.

    Attributes
    ----------
    iteration : gradient steps done
    clusters : their numbers, from 0
    n_left : how many clusters are left
    """

    iteration: Count
    clusters: tuple[Count, ...]
    n_left: CountFrom1


@dataclass(frozen=True)
class RunFinished(Event):
    """The run ended by itself or was stopped; ``seconds`` is keyed by phase."""

    stop_reason: StopReason
    judgement: Judgement
    iterations: Count
    seconds: dict[Phase, Seconds] = field(default_factory=dict)


@dataclass(frozen=True)
class RunFailed(Event):
    """Training raised an error: a sentence for the screen, and the traceback to unfold."""

    message: str
    details: str
