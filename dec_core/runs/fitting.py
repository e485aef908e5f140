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
    RunStarted,
    TargetUpdated,
)


class Fitting:
    """Looks at the events of one log, in their order; ``with_arrays`` at their arrays too."""

    def __init__(self, *, with_arrays: bool) -> None:
        self._with_arrays = with_arrays
        self._started: RunStarted | None = None
        self._updates = 0

    def check(self, event: Event) -> None:
        """Compare an event with those before it.

        Raises
        ------
        ValueError, SettingsError
            If it cannot have come after them.
        """
        match event:
            case RunStarted():
                self._check_start(event)
            case CentersInitialized():
                self._check_frame(event, event.cluster_sizes)
            case TargetUpdated():
                if event.update != self._updates:
                    raise ValueError(f"update {event.update} follows {self._updates} updates")
                self._updates += 1
                self._check_frame(event, event.health.cluster_sizes)
            case ParameterChanged():
                for value in (event.old, event.new):
                    Config().with_values({event.path: value})

    def _check_start(self, event: RunStarted) -> None:
        if self._started is not None:
            raise ValueError("the run begins twice")
        self._started = event
        if self._with_arrays:
            _check_numbers("sample_ids", event.sample_ids, len(event.sample_ids), event.n_samples)
            if event.true_labels is not None:
                _check_numbers("true_labels", event.true_labels, event.n_samples)

    def _check_frame(
        self, event: CentersInitialized | TargetUpdated, sizes: tuple[int, ...]
    ) -> None:
        if self._started is None:
            raise ValueError("it comes before the run has begun")
        config = self._started.config
        if len(sizes) != config.clustering.n_clusters:
            raise ValueError(f"it has sizes of {len(sizes)} clusters")
        if not self._with_arrays:
            return
        if event.labels is not None:
            n_samples = self._started.n_samples
            _check_numbers("labels", event.labels, n_samples, config.clustering.n_clusters)
        embedding = event.embedding_sample
        expected = (len(self._started.sample_ids), config.autoencoder.units[-1])
        if embedding is not None and (embedding.shape != expected or embedding.dtype.kind != "f"):
            raise ValueError(f"its embedding is {embedding.dtype} of shape {embedding.shape}")


def _check_numbers(name: str, array: NDArray[Any], length: int, bound: int | None = None) -> None:
    """Whole numbers from 0, so many, each below ``bound``."""
    if array.dtype.kind not in "ui" or array.shape != (length,):
        raise ValueError(f"its {name} are {array.dtype} of shape {array.shape}")
    if array.min(initial=0) < 0 or (bound is not None and array.max(initial=0) >= max(bound, 1)):
        raise ValueError(f"its {name} go from {np.min(array)} to {np.max(array)}")
