"""What the phases of training need from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.labeling import Labeling
from dec_core.analysis.structure import DataSpace
from dec_core.config import Config, ImageShape
from dec_core.data import Dataset
from dec_core.data.subset import stratified_indices
from dec_core.events.events import ParameterChanged
from dec_core.training.clock import ActiveTime
from dec_core.training.pace import Pace
from dec_core.training.requests import TrainingRequests
from dec_core.training.resident import ResidentSamples

# Samples whose embedding every update carries: enough for a map, few enough to keep.
MAP_SAMPLES = 4_000


@dataclass(eq=False)
class TrainingContext:
    """What all phases of one run share.

    Attributes
    ----------
    config : the settings as they stand, live changes included
    dataset : what is clustered
    clock : counts the active seconds of every phase
    pace : says how many gradient steps are taken between two events
    requests : what was asked of the run
    """

    config: Config
    dataset: Dataset
    clock: ActiveTime = field(default_factory=lambda: ActiveTime({}))
    pace: Pace = field(default_factory=Pace)
    requests: TrainingRequests = field(default_factory=TrainingRequests)

    @cached_property
    def x(self) -> ResidentSamples:
        """The samples, resident on the device from the first use on."""
        return ResidentSamples.of(self.dataset.samples)

    @cached_property
    def sample_ids(self) -> NDArray[np.int64]:
        """(n_sampled,) sorted: the samples whose embedding events carry, chosen with the seed."""
        y, n_samples = self.dataset.y, self.dataset.n_samples
        return stratified_indices(y, n_samples, min(MAP_SAMPLES, n_samples), self.config.seed)

    @cached_property
    def space(self) -> DataSpace:
        """The data, in which clusters are compared from update to update."""
        return DataSpace(self.dataset.samples, self.sample_ids, self.config.seed)

    @property
    def image_shape(self) -> ImageShape | None:
        """(height, width, channels) of a sample that is an image, by the data or by the network."""
        return self.dataset.image_shape or self.config.autoencoder.pixels(self.dataset.n_features)

    @property
    def label_type(self) -> np.dtype[Any]:
        """The smallest unsigned integer type that holds every label."""
        return np.min_scalar_type(self.config.clustering.n_clusters - 1)

    def labeling(
        self, labels: NDArray[np.integer], embedding: NDArray[np.float32] | None = None
    ) -> Labeling:
        """Labels, (n_samples,), beside the true ones, for measures to be taken.

        Parameters
        ----------
        embedding : (n_samples, n_dimensions), in which they were found, if known
        """
        n_clusters = self.config.clustering.n_clusters
        return Labeling(labels, n_clusters, self.dataset.y, self.space, embedding)

    def take_changes(self, iteration: int) -> Iterator[ParameterChanged]:
        """Put the requested changes into ``config``, one event each; more may come meanwhile.

        Parameters
        ----------
        iteration : gradient steps of clustering done
        """
        while (taken := self.requests.take()) is not None:
            path, value = taken
            old = self.config.get(path)
            self.config = self.config.with_values({path: value})
            if self.config.get(path) != old:
                yield ParameterChanged(iteration, path, old, self.config.get(path))
