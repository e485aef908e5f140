"""What in the numbers of a run speaks for a collapse, a dead embedding or labels that never settle.

Every threshold is relative to the run's own k-means start or first update, so that data whose
clusters are truly unequal are not called collapsed. They were chosen on one half of the runs of
``tests.benchmarks.verdict`` and are reported on the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from dec_core.analysis.metrics import effective_clusters
from dec_core.config import DISSOLVINGS, Config

# One cluster dominates once it has gone half the way from its start to holding everything,
# and holds at least this share.
DOMINATING_SHARE = 0.6
# Clusters that explain less than this part of the variance that the start's explained tell nothing
# of the data any more.
LOST_STRUCTURE = 0.5
# Where more clusters were asked for than there are, many merge and no harm is done. So fewer
# effective clusters, or less variance explained, than these parts of the start's count as collapsed
# only where the largest cluster has grown as well, by this part of the way to holding everything.
# In the runs measured, those that had lost a third of ACC or NMI had passed two of these bounds,
# and those that kept both had passed none.
COLLAPSED_EFFECTIVE, COLLAPSED_STRUCTURE, GROWN = 0.5, 0.75, 0.15
# A cluster with less than this part of its start's size is dying.
DYING_SIZE = 0.1
# The mean q of a sample's own cluster, times the number of clusters, is 1 where all q are equal.
FLAT = 1.02
# An embedding of several dimensions that fills no more than this many is a line.
LINE_RANK = 1.05
# A reconstruction with this error, over the variance of the data, is no better than their mean.
USELESS_RECONSTRUCTION = 0.99
# Row sums of P further from 1 than this, or entries so far above it, are no rounding.
ROW_SUM_MARGIN = 1e-3


@dataclass(frozen=True)
class Start:
    """The k-means start.

    Attributes
    ----------
    cluster_sizes : samples in each cluster
    measures : by the names of ``MEASURES``, and ``reconstruction_error``, the autoencoder's mean
        squared error over the variance of the data
    n_dimensions : of the embedding; 0 where it is not known
    steps_per_pass : gradient steps that see every sample once; 0 where it is not known
    dissolves : whether small clusters are dissolved, or were in what a branch goes on from, so
        that fewer of them are no loss
    """

    cluster_sizes: tuple[int, ...]
    measures: Mapping[str, float] = field(default_factory=dict)
    n_dimensions: int = 0
    steps_per_pass: int = 0
    dissolves: bool = False

    @classmethod
    def of(
        cls, config: Config, cluster_sizes: tuple[int, ...], measures: Mapping[str, float]
    ) -> Start:
        """The start of a run with these settings."""
        return cls(
            cluster_sizes,
            measures,
            config.autoencoder.n_dimensions,
            math.ceil(sum(cluster_sizes) / config.clustering.batch_size),
            config.clustering.dissolve.kind != DISSOLVINGS.default,
        )

    @property
    def n_occupied(self) -> int:
        """Clusters with at least one sample."""
        return sum(size > 0 for size in self.cluster_sizes)

    def value(self, name: str) -> float:
        """The measure of that name, NaN where it was not recorded."""
        return self.measures.get(name, math.nan)


class Observation(Protocol):
    """What the verdict needs to know of an update: it stands after ``iteration`` gradient steps.

    ``measures`` are numbers by the names of ``MEASURES``, with all of ``JUDGED``. ``TargetUpdated``
    is one.
    """

    @property
    def iteration(self) -> int: ...
    @property
    def cluster_sizes(self) -> tuple[int, ...]: ...
    @property
    def is_finite(self) -> bool: ...
    @property
    def measures(self) -> Mapping[str, float]: ...


History = Sequence[Observation]


@dataclass(frozen=True)
class Evidence:
    """The number that decides: beyond ``threshold``, without a break, since ``iteration``.

    ``indicator`` is the name of a measure.
    """

    indicator: str
    value: float
    threshold: float
    iteration: int


@dataclass(frozen=True)
class Bound:
    """A measure and what it must not pass, of a run with this start.

    ``threshold`` gives NaN where the start does not have the number that it takes.
    """

    indicator: str
    threshold: Callable[[Start, History], float]
    is_lowest: bool = True

    def passed(self, start: Start, history: History) -> Evidence | None:
        """The evidence, where the last update lies beyond the bound."""
        threshold = self.threshold(start, history)
        since = None
        for update in reversed(history):
            value = update.measures.get(self.indicator, math.nan)
            if not (value < threshold if self.is_lowest else value > threshold):
                break
            since = update.iteration
        if since is None:
            return None
        return Evidence(self.indicator, history[-1].measures[self.indicator], threshold, since)


def collapse(start: Start, history: History) -> Evidence | None:
    """Why the last update is that of a collapsed run; None where it is not.

    Clusters that merge are no collapse by themselves: what counts is whether those that are left
    still tell of the data what the start's told. Where clusters are dissolved on purpose, fewer of
    them tell less: only a cluster that dominates, or half of the structure lost, is a collapse.
    """
    grown = _GROWN.passed(start, history)
    found = [bound.passed(start, history) for bound in (_DOMINATED, _LOST)]
    if grown is not None and not start.dissolves:
        fewer = (bound.passed(start, history) for bound in (_FEWER, _LESS))
        found += [
            replace(one, iteration=max(one.iteration, grown.iteration)) for one in fewer if one
        ]
    return min(filter(None, found), key=lambda evidence: evidence.iteration, default=None)


def is_collapsed(start: Start, observation: Observation) -> bool:
    """Whether one update by itself is that of a collapsed run."""
    return collapse(start, [observation]) is not None


def dominating_share(start: Start) -> float:
    """The largest share above which a cluster dominates, given the k-means start."""
    return max(DOMINATING_SHARE, growing_share(start, 0.5))


def dead_embedding(start: Start, history: History) -> Evidence | None:
    """Why pretraining left nothing to cluster; None where it left something."""
    first = history[:1]
    bounds = [Bound("mean_confidence", lambda s, _: FLAT / len(s.cluster_sizes))]
    if start.n_dimensions > 1:
        bounds.append(Bound("embedding_rank", lambda *_: LINE_RANK))
    for bound in bounds:
        evidence = bound.passed(start, first)
        if evidence is not None:
            return evidence
    return None


def useless_reconstruction(start: Start, history: History) -> Evidence | None:
    """The evidence that the autoencoder reconstructs the data no better than their mean does."""
    error = start.value("reconstruction_error")
    # An untrained one is no better either, and nobody has asked it to be.
    if not error > USELESS_RECONSTRUCTION:
        return None
    return Evidence("reconstruction_error", error, USELESS_RECONSTRUCTION, history[0].iteration)


def deaths(start: Start, history: History) -> dict[int, int]:
    """Clusters of the start that are empty now, and the iteration since when, in that order."""
    last = history[-1].cluster_sizes
    empty = [k for k, size in enumerate(start.cluster_sizes) if size and not last[k]]
    since = {k: held_since(history, lambda o, k=k: not o.cluster_sizes[k]) for k in empty}  # type: ignore[misc]
    return dict(sorted(since.items(), key=lambda death: death[1]))


def dying_clusters(start: Start, observation: Observation) -> int:
    """How many clusters still have samples, but less than a tenth of what they started with."""
    pairs = zip(start.cluster_sizes, observation.cluster_sizes, strict=True)
    return sum(0 < size < DYING_SIZE * began for began, size in pairs)


def held_since(history: History, holds: Callable[[Observation], bool]) -> int:
    """The iteration of the earliest update from which the condition has held until now."""
    since = history[-1].iteration
    for observation in reversed(history):
        if not holds(observation):
            break
        since = observation.iteration
    return since


def growing_share(start: Start, part: float) -> float:
    """The share of the largest cluster once it has gone this part of the way to everything."""
    began = max(start.cluster_sizes) / sum(start.cluster_sizes)
    return began + part * (1 - began)


_DOMINATED = Bound("largest_share", lambda start, _: dominating_share(start), is_lowest=False)
_LOST = Bound(
    "variance_explained", lambda start, _: LOST_STRUCTURE * start.value("variance_explained")
)
_GROWN = Bound("largest_share", lambda start, _: growing_share(start, GROWN), is_lowest=False)
_FEWER = Bound(
    "effective_clusters",
    lambda start, _: COLLAPSED_EFFECTIVE * effective_clusters(start.cluster_sizes),
)
_LESS = Bound(
    "variance_explained", lambda start, _: COLLAPSED_STRUCTURE * start.value("variance_explained")
)
