"""One entry for each number that an update records and that screens and files show.

An update carries a mapping from the names of this table to numbers. Curves, metric tiles, the CSV
file, TensorBoard, the report, Compare, the log and the command line read label, format and the
rest here, so a new measure is one entry of ``MEASURES``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from operator import attrgetter
from typing import Any

import numpy as np
from scipy.spatial.distance import pdist

from dec_core.analysis.labeling import Clustering, Labeling
from dec_core.analysis.measure import Direction, Measure
from dec_core.analysis.metrics import (
    accuracy,
    adjusted_rand,
    effective_clusters,
    largest_share,
    normalized_mutual_information,
    occupied_clusters,
    purity,
)
from dec_core.analysis.structure import effective_rank


def measure(clustering: Clustering) -> dict[str, float]:
    """All measures at an update, by name, but those that need what the run does not have."""
    return dict(_values(clustering, MEASURES))


def measure_start(labeling: Labeling) -> dict[str, float]:
    """The measures that the k-means start has too, by name."""
    at_start = {name: one for name, one in MEASURES.items() if one.at_start}
    return dict(_values(labeling, at_start))


def _values(subject: Labeling, measures: Mapping[str, Measure]) -> Iterator[tuple[str, float]]:
    with np.errstate(over="ignore", invalid="ignore"):
        for name, one in measures.items():
            has_labels = subject.true_labels is not None or not one.needs_true_labels
            if has_labels and (value := one.of(subject)) is not None:
                yield name, value


def _center_distance(clustering: Clustering) -> float:
    centers = clustering.centers
    return float(pdist(centers).min()) if len(centers) > 1 else 0.0


def _mean_confidence(clustering: Clustering) -> float:
    q = clustering.q
    return float(q[np.arange(len(q)), clustering.labels].mean())


_OF_DATA = (
    "In the principal components of the data, which training does not move: clearly worse than "
    "the k-means start is structure lost, while better clusters need not improve it."
)
_OF_EMBEDDING = (
    "In the embedding, which training moves: one that shrinks its clusters flatters itself, so "
    "compare the same in the data."
)


def _separation(space: str, where: str) -> tuple[Measure, ...]:
    """How far clusters stand apart in "data" or "embedding"; ``where`` says what that means."""

    def measure(kind: str, label: str, help: str, best: Direction, **facts: Any) -> Measure:
        return Measure(
            f"{space}_{kind}",
            f"{label} ({space})",
            f"{help} {where}",
            attrgetter(f"{space}_separation.{kind}"),
            direction=best,
            at_start=True,
            is_partial=True,
            tag=f"{space}/{kind}",
            **facts,
        )

    return (
        measure(
            "silhouette",
            "Silhouette",
            "How much nearer samples are to their own cluster than to the next one: 1 for clusters "
            "far apart, 0 where they touch. Of 150 samples.",
            Direction.HIGHER,
            range=(-1, 1),
        ),
        measure(
            "davies_bouldin",
            "Davies-Bouldin",
            "Width of clusters over the distance to the one that is most like them; lower is "
            "better. Of 600 samples.",
            Direction.LOWER,
            range=(0, inf),
        ),
        measure(
            "calinski_harabasz",
            "Calinski-Harabasz",
            "Variance between clusters over that within them, each by its degrees of freedom; "
            "higher is better. Of 600 samples.",
            Direction.HIGHER,
            format=",.1f",
            range=(0, inf),
        ),
    )


def _by_name(*measures: Measure) -> dict[str, Measure]:
    return {one.name: one for one in measures}


# In the order of the columns of the CSV file.
MEASURES: dict[str, Measure] = _by_name(
    Measure(
        "loss",
        "Clustering loss",
        "Loss of the last batch of gradient steps.",
        lambda c: c.loss,
        direction=Direction.LOWER,
        is_headline=True,
    ),
    Measure(
        "reconstruction_loss",
        "Reconstruction error",
        "Mean squared error of the decoder on the last batch, where it is trained along (IDEC).",
        lambda c: c.reconstruction_loss,
        format=".4g",
        direction=Direction.LOWER,
        range=(0, inf),
    ),
    Measure(
        "delta_label",
        "Label changes",
        "Share of samples whose cluster changed at the last update.",
        # Counted, as 1 - ACC rounds 1 of 2,000 to less than 0.0005, which the stop rule compares.
        lambda c: c.n_changed / len(c.labels),
        format=".2%",
        range=(0, 1),
        is_successive=True,
        is_log=True,
        is_headline=True,
    ),
    Measure(
        "successive_acc",
        "ACC between updates",
        "Share of samples whose cluster is the same as at the update before, as the R port logs "
        "it: without matching, as clusters keep their numbers.",
        lambda c: (len(c.labels) - c.n_changed) / len(c.labels),
        range=(0, 1),
        is_successive=True,
        tag="successive/acc",
    ),
    Measure(
        "successive_nmi",
        "NMI between updates",
        "NMI between the labels of this update and of the one before, as the R port logs it.",
        lambda c: normalized_mutual_information(c.successive_table),
        range=(0, 1),
        is_successive=True,
        tag="successive/nmi",
    ),
    Measure(
        "acc",
        "ACC",
        "Clustering accuracy: share of samples in the class that their cluster is matched with.",
        lambda c: accuracy(c.true_table),
        direction=Direction.HIGHER,
        range=(0, 1),
        needs_true_labels=True,
        at_start=True,
        is_headline=True,
    ),
    Measure(
        "nmi",
        "NMI",
        "Normalized mutual information: that of clusters and true labels over the mean of their "
        "entropies.",
        lambda c: normalized_mutual_information(c.true_table),
        direction=Direction.HIGHER,
        range=(0, 1),
        needs_true_labels=True,
        at_start=True,
        is_headline=True,
    ),
    Measure(
        "ari",
        "ARI",
        "Adjusted Rand index: pairs of samples on which clusters and true labels agree, adjusted "
        "for chance.",
        lambda c: adjusted_rand(c.true_table),
        direction=Direction.HIGHER,
        range=(-0.5, 1),
        needs_true_labels=True,
        at_start=True,
        is_headline=True,
    ),
    Measure(
        "occupied_clusters",
        "Occupied clusters",
        "Clusters with at least one sample.",
        lambda c: occupied_clusters(c.sizes),
        format="d",
        range=(0, inf),
        at_start=True,
        short_label="Clusters",
        tag="clusters/occupied",
    ),
    Measure(
        "effective_clusters",
        "Effective clusters",
        "How many clusters of equal size would be as even: 10 if ten clusters hold equally many "
        "samples, 1 if one holds all. The exponential of the entropy of the sizes.",
        lambda c: effective_clusters(c.sizes),
        range=(0, inf),
        at_start=True,
        is_headline=True,
        short_format=".1f",
        tag="clusters/effective",
    ),
    Measure(
        "largest_share",
        "Largest share",
        "Share of the samples in the largest cluster.",
        lambda c: largest_share(c.sizes),
        format=".1%",
        range=(0, 1),
        at_start=True,
        tag="clusters/largest_share",
    ),
    Measure(
        "variance_explained",
        "Variance explained",
        "Share of the data's variance that lies between the clusters: what they tell of the data, "
        "without true labels.",
        lambda c: c.variance_explained,
        range=(0, 1),
        at_start=True,
        tag="clusters/variance_explained",
    ),
    Measure(
        "mean_confidence",
        "Mean confidence",
        "Mean soft assignment (q) of the samples to their own cluster.",
        _mean_confidence,
        range=(0, 1),
    ),
    Measure(
        "target_row_sum_min",
        "Smallest row sum of P",
        "Smallest row sum of the target distribution; 1 for a correct one.",
        lambda c: c.target_row_sums.min(),
        format=".3g",
    ),
    Measure(
        "target_row_sum_max",
        "Largest row sum of P",
        "Largest row sum of the target distribution; 1 for a correct one.",
        lambda c: c.target_row_sums.max(),
        format=".3g",
    ),
    Measure(
        "target_max",
        "Largest entry of P",
        "Largest entry of the target distribution; at most 1 for a correct one.",
        lambda c: c.p.max(),
        format=".3g",
        range=(0, inf),
    ),
    Measure(
        "center_distance",
        "Smallest centre distance",
        "Smallest Euclidean distance between two cluster centres in the embedding.",
        _center_distance,
        format=".3g",
        range=(0, inf),
    ),
    Measure(
        "embedding_spread",
        "Embedding spread",
        "Root mean squared distance of the embedding from its mean.",
        lambda c: c.embedding_spread,
        format=".3g",
        range=(0, inf),
    ),
    Measure(
        "embedding_rank",
        "Embedding rank",
        "Dimensions that the embedding fills: exp of the entropy of its principal components' "
        "shares of the variance.",
        lambda c: effective_rank(c.embedding),
        format=".2f",
        range=(0, inf),
    ),
    Measure(
        "purity",
        "Purity",
        "Share of samples in the most frequent class of their cluster.",
        lambda c: purity(c.true_table),
        direction=Direction.HIGHER,
        range=(0, 1),
        needs_true_labels=True,
        at_start=True,
    ),
    *_separation("data", _OF_DATA),
    *_separation("embedding", _OF_EMBEDDING),
)
