"""Whether the events of a log fit each other, as whoever draws them relies on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.config import Config
from dec_core.training.events import (
    CentersInitialized,
    Event,
    ParameterChanged,
    PretrainingEpochEnded,
    RunFailed,
    RunStarted,
    TargetUpdated,
    WarningRaised,
)

# Classes without names need not all occur, but each number up to the largest gets a colour.
_MOST_NAMELESS_CLASSES = 2**16


class Fitting:
    """Looks at the events of one log, in their order; ``with_arrays`` at their arrays too."""

    def __init__(self, *, with_arrays: bool) -> None:
        self._with_arrays = with_arrays
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
        if not self._with_arrays:
            return
        if not len(event.sample_ids):
            raise ValueError("it has no sample_ids")
        _check_numbers("sample_ids", event.sample_ids, len(event.sample_ids), event.n_samples)
        if event.true_labels is not None:
            names = event.class_names
            n_classes = _MOST_NAMELESS_CLASSES if names is None else len(names)
            _check_numbers("true_labels", event.true_labels, event.n_samples, n_classes)

    def _check_within(self, run: RunStarted, event: Event) -> None:
        maximum = run.config.clustering.max_iterations
        match event:
            case PretrainingEpochEnded():
                _check_at_most("epoch", event.epoch, run.config.pretraining.epochs)
            case CentersInitialized():
                self._check_frame(run, event, event.cluster_sizes)
            case TargetUpdated():
                self._check_place(event)
                _check_at_most("iteration", event.iteration, maximum)
                self._check_frame(run, event, event.health.cluster_sizes)
            case ParameterChanged():
                _check_at_most("iteration", event.iteration, maximum)
                for value in (event.old, event.new):
                    Config().with_values({event.path: value})

    def _check_place(self, event: TargetUpdated) -> None:
        if event.update != self._updates:
            raise ValueError(f"update {event.update} follows {self._updates} updates")
        if event.iteration <= self._iteration:
            raise ValueError(f"iteration {event.iteration} follows {self._iteration}")
        self._updates, self._iteration = event.update + 1, event.iteration

    def _check_frame(
        self, run: RunStarted, event: CentersInitialized | TargetUpdated, sizes: tuple[int, ...]
    ) -> None:
        n_clusters = run.config.clustering.n_clusters
        if len(sizes) != n_clusters:
            raise ValueError(f"it has sizes of {len(sizes)} clusters")
        if sum(sizes) != run.n_samples:
            raise ValueError(f"its clusters hold {sum(sizes)} samples")
        if not self._with_arrays:
            return
        if event.labels is not None:
            _check_numbers("labels", event.labels, run.n_samples, n_clusters)
        if event.embedding_sample is not None:
            is_finite = isinstance(event, CentersInitialized) or event.health.is_finite
            expected = (len(run.sample_ids), run.config.autoencoder.n_dimensions)
            _check_embedding(event.embedding_sample, expected, is_finite=is_finite)


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


def _check_embedding(array: NDArray[Any], shape: tuple[int, int], *, is_finite: bool) -> None:
    if array.shape != shape or array.dtype.kind != "f":
        raise ValueError(f"its embedding is {array.dtype} of shape {array.shape}")
    if is_finite and not np.isfinite(array).all():
        raise ValueError("its embedding is not finite")
