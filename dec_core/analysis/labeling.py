"""What a measure is computed from: labels, and at an update all arrays of the clustering.

What several measures need is computed once and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.metrics import Labels, contingency
from dec_core.analysis.separation import Clusters, Separation
from dec_core.analysis.structure import DataSpace


@dataclass(frozen=True, eq=False)
class Labeling:
    """Labels of all samples, as of the k-means start.

    Attributes
    ----------
    labels : (n_samples,) from 0, the number of the nearest centre
    n_clusters : number of centres
    true_labels : (n_samples,) from 0, or None
    space : the data; None where what clusters tell of them is not asked
    embedding : (n_samples, n_dimensions), or None where that of the labels is not known
    """

    labels: Labels
    n_clusters: int
    true_labels: Labels | None = None
    space: DataSpace | None = None
    embedding: NDArray[np.floating] | None = None

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """(n_clusters,) how many samples each cluster has."""
        return np.bincount(self.labels, minlength=self.n_clusters)

    @property
    def cluster_sizes(self) -> tuple[int, ...]:
        """``sizes`` as plain numbers."""
        return tuple(self.sizes.tolist())

    @property
    def variance_explained(self) -> float:
        """The share of the data's variance that lies between the clusters; NaN without data."""
        if self.space is None:
            return float("nan")
        return self.space.explained(self.labels, self.n_clusters)

    @cached_property
    def data_separation(self) -> Separation:
        """How far the clusters stand apart in the data; of NaN without data."""
        if self.space is None or self._clusters is None:
            return Separation()
        return self.space.separation(self._clusters)

    @cached_property
    def embedding_separation(self) -> Separation:
        """How far they stand apart in the embedding; of NaN without it or without data."""
        if self.space is None or self._clusters is None or self.embedding is None:
            return Separation()
        return self.space.separation_in(self.embedding, self._clusters)

    @cached_property
    def _clusters(self) -> Clusters | None:
        return None if self.space is None else self.space.clusters(self.labels)

    @cached_property
    def true_table(self) -> NDArray[np.int64]:
        """(n_classes, n_clusters), how many samples class and cluster share.

        Raises
        ------
        ValueError
            If there are no true labels.
        """
        if self.true_labels is None:
            raise ValueError(
                "A comparison with true labels needs some. Received None. Ask only for measures "
                "that do not need them."
            )
        return contingency(self.true_labels, self.labels)


@dataclass(frozen=True, eq=False, kw_only=True)
class Clustering(Labeling):
    """All arrays at one update of the target distribution.

    Attributes
    ----------
    previous : (n_samples,) labels of the update before, or of the k-means start
    q, p : (n_samples, n_clusters) soft assignment and target distribution
    centers : (n_clusters, n_dimensions)
    embedding : (n_samples, n_dimensions)
    loss : of clustering, of the last batch; NaN before the first
    reconstruction_loss : mean squared error of the last batch; NaN before the first, None where no
        decoder is trained
    """

    previous: Labels
    q: NDArray[np.floating]
    p: NDArray[np.floating]
    centers: NDArray[np.floating]
    embedding: NDArray[np.floating]
    loss: float = float("nan")
    reconstruction_loss: float | None = None

    @cached_property
    def n_changed(self) -> int:
        """How many samples have another label than at the update before."""
        return int(np.count_nonzero(self.previous != self.labels))

    @cached_property
    def successive_table(self) -> NDArray[np.int64]:
        """How many samples had label i at the update before and have label j now."""
        return contingency(self.previous, self.labels)

    # NumPy reduces short rows slowly; products with ones do the same at a tenth of the time,
    # which matters as every update is measured.
    @cached_property
    def target_row_sums(self) -> NDArray[np.floating]:
        """(n_samples,) row sums of P."""
        return self.p @ np.ones(self.p.shape[1], self.p.dtype)

    @cached_property
    def embedding_spread(self) -> float:
        """Root mean squared distance of the embedding from its mean."""
        ones = np.ones(len(self.embedding), self.embedding.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = ones @ self.embedding / len(self.embedding)
            norm = np.linalg.norm(self.embedding - mean)
        return float(norm / np.sqrt(len(self.embedding)))

    @cached_property
    def is_finite(self) -> bool:
        """False once a number of q or of the embedding is NaN or infinite."""
        return bool(np.isfinite(self.q).all() and np.isfinite(self.embedding_spread))
