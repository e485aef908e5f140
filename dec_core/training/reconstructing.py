"""Looks at what the autoencoder makes of a few samples while it is pretrained.

Nothing of the training depends on it: the samples are drawn with a generator of their own, and the
network is only evaluated.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from dec_core.data import Dataset
from dec_core.data.subset import stratified_indices
from dec_core.events.events import ReconstructionsTaken
from dec_core.training.context import TrainingContext
from dec_core.training.networks import CompiledNetwork

MOST_SHOWN = 10
# Samples over which the error of a feature is a mean; fewer where each is large.
MOST_MEASURED, MOST_NUMBERS = 256, 2_000_000
# Between two looks: a person needs as long to see one, and looking takes this share of the time.
PAUSE_SECONDS, SHARE = 1.0, 0.01


class ReconstructionWatch:
    """Takes reconstructions of the same samples now and then.

    Parameters
    ----------
    network : whose autoencoder is looked at
    """

    def __init__(self, context: TrainingContext, network: CompiledNetwork) -> None:
        dataset, seed = context.dataset, context.config.seed
        self._image_shape = dataset.image_shape
        self._network = network
        self._shown_ids = shown_samples(dataset, seed)
        affordable = max(1, MOST_NUMBERS // dataset.n_features)
        count = min(MOST_MEASURED, dataset.n_samples, affordable)
        measured = stratified_indices(dataset.y, dataset.n_samples, count, seed)
        self._x = dataset.samples[np.concatenate([self._shown_ids, measured])]
        self._not_before = 0.0

    @property
    def is_due(self) -> bool:
        """Whether the last look is long enough ago."""
        return perf_counter() >= self._not_before

    def take(self, epoch: int, layer: int | None = None) -> ReconstructionsTaken:
        """The reconstructions as they are now, after ``epoch`` epochs.

        ``layer`` is the last one that was trained, where layers are trained one by one: those
        after it are left out.
        """
        started = perf_counter()
        if layer is None:
            reconstructed = self._network.reconstruct(self._x).numpy()
        else:
            reconstructed = self._network.reconstruct_through(layer, self._x).numpy()
        n_shown = len(self._shown_ids)
        taken = ReconstructionsTaken(
            epoch,
            self._shown_ids,
            self._x[:n_shown],
            reconstructed[:n_shown],
            unexplained_shares(self._x[n_shown:], reconstructed[n_shown:]),
            self._image_shape,
        )
        ended = perf_counter()
        # What the first evaluation takes is mostly TensorFlow's own beginning.
        cost = ended - started if epoch else 0.0
        self._not_before = ended + max(PAUSE_SECONDS, cost / SHARE)
        return taken


def shown_samples(dataset: Dataset, seed: int) -> NDArray[np.int64]:
    """At most ``MOST_SHOWN`` samples, drawn with the seed, sorted by class and number.

    Each class has one before any has two; of more classes than that, some are drawn. Without true
    labels every sample is as likely.
    """
    order = np.random.default_rng(seed).permutation(dataset.n_samples)
    if dataset.y is None:
        return np.sort(order[:MOST_SHOWN])
    by_class = np.argsort(dataset.y[order], kind="stable")
    sizes = np.unique(dataset.y, return_counts=True)[1]
    # How many of its own class come before a sample in the order drawn.
    rank = np.empty(len(order), np.int64)
    rank[by_class] = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    shown = np.sort(order[np.argsort(rank, kind="stable")[:MOST_SHOWN]])
    return shown[np.argsort(dataset.y[shown], kind="stable")]


def unexplained_shares(
    x: NDArray[np.float32], reconstructed: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The mean squared error of each feature divided by its variance, so that features of any
    scale can be compared; NaN where a feature is constant.

    Parameters
    ----------
    x, reconstructed : (n_samples, n_features)

    Returns
    -------
    (n_features,)
    """
    exact = x.astype(np.float64)
    # A network that diverges gives infinite numbers, a constant feature 0 / 0.
    with np.errstate(all="ignore"):
        errors = np.mean((reconstructed - exact) ** 2, axis=0)
        variances = np.where(np.ptp(exact, axis=0) > 0, exact.var(axis=0), np.nan)
        return (errors / variances).astype(np.float32)
