"""The arrays of a run, update by update: the labels of all samples, the embedding of some.

``Frames`` is the one way to them, whether they are kept in memory while a run trains or read from
the disk. Beyond a number of bytes they are thinned; numbers never are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dec_core.errors import RunError
from dec_core.events.events import (
    KMEANS,
    ArrayEvent,
    FrameTaken,
    ReconstructionsTaken,
    SamplesChosen,
)
from dec_core.events.view import View

Labels = NDArray[np.integer]
Embedding = NDArray[np.float32]

# Bytes of labels and of embeddings that a run keeps before it thins them.
LABEL_BYTES = 80_000_000
EMBEDDING_BYTES = 40_000_000


class Thinning:
    """Which updates keep an array, so that all of them stay within ``limit`` bytes.

    Where one more would be too many, every second one goes; the first and the newest stay.
    ``kept`` are the updates, ascending.
    """

    def __init__(self, limit: int, kept: Sequence[int] = ()) -> None:
        self._limit = limit
        self.kept = list(kept)

    def add(self, update: int, size: int) -> set[int]:
        """Keep an update's array of so many bytes; returns those that must go for it."""
        self.kept.append(update)
        if size * len(self.kept) <= self._limit:
            return set()
        dropped = set(self.kept[1:-1:2])
        # Replaced as a whole, as other threads look at it.
        self.kept = [one for one in self.kept if one not in dropped]
        return dropped


class Frame(NamedTuple):
    """The arrays of an update: labels (n_samples,), and as ``Embedded`` those of the embedding."""

    update: int
    labels: Labels
    embedding: Embedding
    centers: Embedding


class Embedded(NamedTuple):
    """The embedding of an update: of samples (n_sampled, n_dimensions), and of the cluster centres
    (n_clusters, n_dimensions), or (0, n_dimensions) where a former version did not keep them."""

    samples: Embedding
    centers: Embedding

    @property
    def nbytes(self) -> int:
        """What both take."""
        return self.samples.nbytes + self.centers.nbytes


@dataclass(frozen=True, eq=False)
class MapFrame:
    """A UMAP map of an update: (n_sampled, 2) float32, points in the order of ``sample_ids``."""

    update: int
    points: NDArray[np.float32]


class Frames(ABC):
    """Arrays of a run. An update is named by its number, the k-means start by ``KMEANS``."""

    @property
    @abstractmethod
    def samples(self) -> SamplesChosen:
        """Which samples have an embedding, and the true labels. Raises RunError."""

    @property
    @abstractmethod
    def reconstructions(self) -> ReconstructionsTaken | None:
        """The newest ones of pretraining; None where there are none, or none that can be read."""

    @property
    @abstractmethod
    def kept_labels(self) -> Sequence[int]:
        """Updates whose labels are kept, ascending, without the k-means start."""

    @property
    @abstractmethod
    def kept_embeddings(self) -> Sequence[int]:
        """Updates whose embedding is kept, ascending, without the k-means start."""

    @abstractmethod
    def labels(self, update: int) -> Labels:
        """(n_samples,) clusters. Raises RunError where they are not kept or damaged."""

    @abstractmethod
    def embedded(self, update: int) -> Embedded:
        """What lies in the embedded space. Raises RunError where it is not kept or damaged."""

    def embedding(self, update: int) -> Embedding:
        """(n_sampled, n_dimensions). Raises RunError where it is not kept or damaged."""
        return self.embedded(update).samples

    def nearest_labels(self, update: int) -> int | None:
        """The update, or the last one before it, whose labels are kept."""
        return _last(self.kept_labels, update)

    def nearest(self, update: int) -> int | None:
        """The update, or the last one before it, of which both arrays are kept."""
        while True:
            labels = _last(self.kept_labels, update)
            embedding = _last(self.kept_embeddings, update)
            if labels is None or embedding is None:
                return None
            if labels == embedding:
                return labels
            update = min(labels, embedding)

    def kept(self) -> list[int]:
        """Updates of which both arrays are kept, ascending."""
        labels = set(self.kept_labels)
        return [update for update in self.kept_embeddings if update in labels]

    def frame(self, update: int) -> Frame:
        """All arrays of an update. Raises RunError."""
        return Frame(update, self.labels(update), *self.embedded(update))


def _last(kept: Sequence[int], update: int) -> int | None:
    """The largest of these ascending numbers that is not beyond ``update``."""
    place = bisect_right(kept, update)
    return kept[place - 1] if place else None


def thinned_out(update: int) -> RunError:
    """The error for an array that is not kept."""
    what = "the k-means start" if update == KMEANS else f"update {update:,}"
    return RunError(f"The arrays of {what} are not kept. Choose another update.")


class MemoryFrames(Frames):
    """The arrays of a run that trains; other threads may read them meanwhile."""

    def __init__(self) -> None:
        self._samples: SamplesChosen | None = None
        self._reconstructions: ReconstructionsTaken | None = None
        self._labels: dict[int, Labels] = {}
        self._embeddings: dict[int, Embedded] = {}
        self._label_thinning = Thinning(LABEL_BYTES)
        self._embedding_thinning = Thinning(EMBEDDING_BYTES)

    def take(self, event: ArrayEvent) -> None:
        """Keep the arrays of an event."""
        if isinstance(event, SamplesChosen):
            self._samples = event
        elif isinstance(event, ReconstructionsTaken):
            self._reconstructions = event
        else:
            self._take_frame(event)

    def _take_frame(self, event: FrameTaken) -> None:
        self._labels[event.update] = event.labels
        self._embeddings[event.update] = Embedded(event.embedding, event.centers)
        if event.update == KMEANS:
            return
        for update in self._label_thinning.add(event.update, event.labels.nbytes):
            self._labels.pop(update, None)
        size = self._embeddings[event.update].nbytes
        for update in self._embedding_thinning.add(event.update, size):
            self._embeddings.pop(update, None)

    def load(self, stored: Frames, view: View) -> None:
        """Take over all that was stored, as a run goes on after ``view``. Raises RunError."""
        if view.started is None:
            return
        self._samples, self._reconstructions = stored.samples, stored.reconstructions
        labels, embeddings = list(stored.kept_labels), list(stored.kept_embeddings)
        start = [KMEANS] if view.centers else []
        self._labels = {update: stored.labels(update) for update in start + labels}
        self._embeddings = {update: stored.embedded(update) for update in start + embeddings}
        self._label_thinning = Thinning(LABEL_BYTES, labels)
        self._embedding_thinning = Thinning(EMBEDDING_BYTES, embeddings)

    @property
    def samples(self) -> SamplesChosen:
        if self._samples is None:
            raise RunError("The samples are not there before the data are. Wait for the start.")
        return self._samples

    @property
    def reconstructions(self) -> ReconstructionsTaken | None:
        return self._reconstructions

    @property
    def kept_labels(self) -> Sequence[int]:
        return self._label_thinning.kept

    @property
    def kept_embeddings(self) -> Sequence[int]:
        return self._embedding_thinning.kept

    def labels(self, update: int) -> Labels:
        found = self._labels.get(update)
        if found is None:
            raise thinned_out(update)
        return found

    def embedded(self, update: int) -> Embedded:
        found = self._embeddings.get(update)
        if found is None:
            raise thinned_out(update)
        return found
