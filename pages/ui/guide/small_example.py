"""Small computed examples: nine samples for DEC, six numbers for R, three labellings for ACC."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.metrics import Scores, score
from dec_core.plots.dec_steps import DecSteps

Floats = NDArray[np.floating]
Indices = NDArray[np.int_]

# Rows sum to 1.
Q_OF_THREE = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])

# Three kinds of samples with six features each, and what tells samples of a kind apart.
_KINDS = np.array([[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]], np.float64)
_SHARES = np.array(
    [
        [0.9, 0.1, 0.0],
        [0.8, 0.0, 0.2],
        [0.5, 0.4, 0.1],
        [0.1, 0.9, 0.0],
        [0.0, 0.8, 0.2],
        [0.2, 0.7, 0.1],
        [0.0, 0.1, 0.9],
        [0.1, 0.0, 0.9],
        [0.1, 0.2, 0.7],
    ]
)
# A fixed linear map in the place of a trained encoder: each kind to a corner of a triangle.
_ENCODER = np.repeat(np.array([[-2.0, -1.2], [2.0, -1.2], [0.0, 2.2]]), 2, axis=0) / 2
_CENTERS = np.array([[-1.5, -0.9], [1.5, -0.9], [0.0, 1.7]])


def dec_steps() -> DecSteps:
    """Data, embedding, q (equation 1) and P (equation 3) of the nine samples."""
    # Loading the mathematics loads Keras, which takes seconds on a fresh server.
    from dec_core.model.assignment import soft_assignment, target_distribution

    data = _SHARES @ _KINDS
    embedding = data @ _ENCODER
    q = soft_assignment(embedding, _CENTERS)
    numbers = (data, embedding, _CENTERS, q, target_distribution(q))
    return DecSteps(*(one.astype(np.float32) for one in numbers))


def divisors(n_samples: int, n_clusters: int, *, is_recycled: bool) -> tuple[Indices, Indices]:
    """Which frequency and which row sum each entry of q^2 is divided by.

    Returns
    -------
    Two times (n_samples, n_clusters): the cluster of the frequency and the sample of the row sum,
    by equation 3 or as R recycles a vector down the columns
    """
    rows, columns = np.indices((n_samples, n_clusters))
    if not is_recycled:
        return columns, rows
    return (rows + columns * n_samples) % n_clusters, (rows * n_clusters + columns) % n_samples


def unequal_scores() -> Mapping[str, Scores]:
    """Three labellings of 1,000 samples, 900 of which belong to one class and 50 to each other."""
    classes = np.repeat([0, 1, 2], [900, 50, 50])
    everything = np.zeros(1_000, np.intp)
    halves = np.repeat([0, 3, 1, 2], [450, 450, 50, 50])
    return {
        "one cluster<br>for everything": score(classes, everything),
        "rare classes found,<br>the large one halved": score(classes, halves),
        "every class<br>found": score(classes, classes),
    }
