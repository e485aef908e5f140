"""Smaller samples of a data set that keep its classes in proportion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dec_core.data.dataset import Dataset
from dec_core.errors import SettingsError


def stratified_subset(dataset: Dataset, n_samples: int, seed: int) -> Dataset:
    """Draw ``n_samples`` of a data set, class by class in proportion where labels are known.

    The same data, number and seed give the same samples, in their original order. All samples
    give back ``dataset`` itself.

    Raises
    ------
    SettingsError
        If ``n_samples`` is not between 1 and ``dataset.n_samples``.
    """
    check_n_samples(n_samples, dataset.n_samples, dataset.name)
    if n_samples == dataset.n_samples:
        return dataset
    indices = stratified_indices(dataset.y, dataset.n_samples, n_samples, seed)
    labels = None if dataset.y is None else dataset.y[indices]
    return replace(dataset, samples=dataset.samples.take(indices), y=labels, rows=indices)


def check_n_samples(n_samples: int, n_total: int, name: str) -> None:
    """Raise SettingsError unless a data set of ``n_total`` samples has ``n_samples``."""
    if not 1 <= n_samples <= n_total:
        direction = "smaller" if n_samples > n_total else "larger"
        raise SettingsError(
            f"data.n_samples must be between 1 and {n_total:,}, the number of samples in {name}. "
            f"Received {n_samples:,}. Choose a {direction} number."
        )


def stratified_indices(
    y: npt.NDArray[np.integer] | None, n_total: int, n_samples: int, seed: int
) -> npt.NDArray[np.int64]:
    """Choose ``n_samples`` of ``n_total`` samples.

    Each class gets its share of ``n_samples``, rounded by largest remainder so that the total is
    exact; a class that is rare enough may get none. Without labels every sample is as likely.

    Parameters
    ----------
    y : int array of shape (n_total,) or None
        Class of each sample, any integers.
    n_samples : from 1 to ``n_total``

    Returns
    -------
    int64 array of shape (n_samples,), ascending, without repeats.
    """
    generator = np.random.default_rng(seed)
    if y is None:
        return np.sort(generator.permutation(n_total)[:n_samples]).astype(np.int64)
    counts = np.unique(y, return_counts=True)[1].astype(np.int64)
    members = np.split(np.argsort(y, kind="stable"), np.cumsum(counts)[:-1])
    shares = _largest_remainder(counts, n_samples)
    chosen = [
        generator.permutation(indices)[:share]
        for indices, share in zip(members, shares, strict=True)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def _largest_remainder(counts: npt.NDArray[np.int64], n_samples: int) -> npt.NDArray[np.int64]:
    """Shares of ``n_samples`` in proportion to ``counts``, which they never exceed."""
    # Whole numbers: rounding errors would break ties differently on another machine.
    shares, remainders = np.divmod(counts * n_samples, counts.sum())
    largest = np.argsort(-remainders, kind="stable")
    shares[largest[: n_samples - int(shares.sum())]] += 1
    return shares
