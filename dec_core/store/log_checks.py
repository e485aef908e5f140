"""Whether the events and arrays of a stored run fit each other, as those who draw them expect."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.verdict import JUDGED
from dec_core.config import LIVE_PARAMETERS, Config
from dec_core.data.dataset import MOST_NAMELESS_CLASSES
from dec_core.events.events import (
    CentersInitialized,
    ClustersDissolved,
    EncoderReset,
    Event,
    ParameterChanged,
    PretrainingEpochEnded,
    RunFailed,
    RunStarted,
    SamplesChosen,
    TargetUpdated,
    WarningRaised,
)


class LogChecks:
    """Looks at the events of one log, in their order."""

    def __init__(self) -> None:
        self._started: RunStarted | None = None
        self._updates = 0
        self._iteration = -1

    def check(self, event: Event) -> None:
        """Compare an event with those before it.

        Raises
        ------
        ValueError, SettingsError
            If it cannot have come after them.
        """
        if isinstance(event, RunStarted):
            self._check_start(event)
        elif self._started is not None:
            self._check_within(self._started, event)
        elif not isinstance(event, RunFailed | WarningRaised):
            raise ValueError("it comes before the run has begun")

    def _check_start(self, event: RunStarted) -> None:
        if self._started is not None:
            raise ValueError("the run begins twice")
        self._started = event
        if not 1 <= event.n_sampled <= event.n_samples:
            raise ValueError(f"{event.n_sampled} of its {event.n_samples} samples are chosen")

    def _check_within(self, run: RunStarted, event: Event) -> None:
        maximum = run.config.clustering.max_iterations
        match event:
            case PretrainingEpochEnded():
                _check_at_most("epoch", event.epoch, run.config.pretraining_epochs)
            case CentersInitialized():
                _check_sizes(run, event.cluster_sizes)
            case TargetUpdated():
                self._check_place(event)
                _check_at_most("iteration", event.iteration, maximum)
                _check_sizes(run, event.cluster_sizes)
                _check_judged(event)
            case EncoderReset():
                _check_at_most("iteration", event.iteration, maximum)
                _check_sizes(run, event.cluster_sizes)
            case ClustersDissolved():
                _check_at_most("iteration", event.iteration, maximum)
                _check_clusters(run, event)
            case ParameterChanged():
                _check_at_most("iteration", event.iteration, maximum)
                if event.path not in LIVE_PARAMETERS:
                    raise ValueError(f"no live parameter: {event.path[:40]!r}")
                for value in (event.old, event.new):
                    Config().with_values({event.path: value})

    def _check_place(self, event: TargetUpdated) -> None:
        if event.update != self._updates:
            raise ValueError(f"update {event.update} follows {self._updates} updates")
        if event.iteration <= self._iteration:
            raise ValueError(f"iteration {event.iteration} follows {self._iteration}")
        self._updates, self._iteration = event.update + 1, event.iteration


def check_samples(run: RunStarted, samples: SamplesChosen) -> None:
    """Whether the samples are those of the run. Raises ValueError."""
    _check_numbers("sample_ids", samples.sample_ids, run.n_sampled, run.n_samples)
    if (samples.true_labels is not None) is not run.has_true_labels:
        raise ValueError("its true labels are not as the log says")
    if samples.true_labels is not None:
        names = run.class_names
        n_classes = MOST_NAMELESS_CLASSES if names is None else len(names)
        _check_numbers("true_labels", samples.true_labels, run.n_samples, n_classes)
    if samples.rows is not None:
        _check_numbers("rows", samples.rows, run.n_samples, 2**63)
    if samples.ids is not None and samples.ids.shape != (run.n_samples,):
        raise ValueError(f"its ids are of shape {samples.ids.shape}")


def check_labels(run: RunStarted, labels: NDArray[Any]) -> None:
    """Whether they are clusters of the run's samples. Raises ValueError."""
    _check_numbers("labels", labels, run.n_samples, run.config.clustering.n_clusters)


def check_embedding(run: RunStarted, embedding: NDArray[Any], *, is_finite: bool) -> None:
    """Whether it is one of the run's chosen samples, and of its centres, which former versions did
    not keep. Raises ValueError."""
    n_centers, n_dimensions = run.config.clustering.n_clusters, run.config.autoencoder.n_dimensions
    shapes = [(run.n_sampled + extra, n_dimensions) for extra in (n_centers, 0)]
    if embedding.shape not in shapes or embedding.dtype.kind != "f":
        raise ValueError(f"its embedding is {embedding.dtype} of shape {embedding.shape}")
    if is_finite and not np.isfinite(embedding[: run.n_sampled]).all():
        raise ValueError("its embedding is not finite")


def _check_sizes(run: RunStarted, sizes: tuple[int, ...]) -> None:
    if len(sizes) != run.config.clustering.n_clusters:
        raise ValueError(f"it has sizes of {len(sizes)} clusters")
    if sum(sizes) != run.n_samples:
        raise ValueError(f"its clusters hold {sum(sizes)} samples")


def _check_clusters(run: RunStarted, event: ClustersDissolved) -> None:
    n_clusters = run.config.clustering.n_clusters
    if not event.clusters or max(event.clusters) >= n_clusters or event.n_left >= n_clusters:
        raise ValueError(f"it dissolves {event.clusters} of {n_clusters} clusters")


def _check_judged(event: TargetUpdated) -> None:
    missing = [name for name in JUDGED if name not in event.measures]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")


def _check_at_most(name: str, number: int, maximum: int) -> None:
    if number > maximum:
        raise ValueError(f"its {name} is {number}, beyond {maximum}")


def _check_numbers(name: str, array: NDArray[Any], length: int, bound: int) -> None:
    """Whole numbers from 0, so many, each below ``bound``."""
    if array.dtype.kind not in "ui" or array.shape != (length,):
        raise ValueError(f"its {name} are {array.dtype} of shape {array.shape}")
    if array.min() < 0 or array.max() >= bound:
        raise ValueError(
            f"its {name} go from {array.min()} to {array.max()}, not from 0 to {bound - 1}"
        )
