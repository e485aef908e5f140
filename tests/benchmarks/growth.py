"""How the time grows with the number of samples, and what judging an update costs.

Measured on the seed network. Growth is linear where the time per sample stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np

from dec_core.analysis.structure import DataSpace
from dec_core.data import Dataset
from dec_core.data.subset import stratified_indices
from dec_core.training.context import MAP_SAMPLES
from dec_core.training.resident import ResidentSamples
from tests.benchmarks.contenders import NETWORKS, SEED, OurClustering, OurPretraining

SIZES = (7_000, 70_000, 280_000)
INTERVALS = (140, 10)


def measure_growth(dataset: Dataset, repetitions: int, steps: int) -> Iterator[dict[str, Any]]:
    """One row per number of samples; the labelled data are repeated or cut to it."""
    true_labels = np.zeros(dataset.n_samples, np.int64) if dataset.y is None else dataset.y
    for n_samples in SIZES:
        rows = np.resize(np.arange(dataset.n_samples), n_samples)
        samples = dataset.samples.take(rows)
        resident, labels = ResidentSamples.of(samples), np.resize(true_labels, n_samples)
        space = DataSpace(samples, stratified_indices(labels, n_samples, MAP_SAMPLES, SEED), SEED)
        pretraining = OurPretraining(NETWORKS["seed"], resident)
        clustering = OurClustering(NETWORKS["seed"], resident)
        clustering.judge_seconds(labels, space)
        epochs, cycles, judging, separation = [], [], [], []
        for _ in range(repetitions):
            epochs.append(pretraining())
            cycles.append(clustering(steps))
            judging.append(clustering.judge_seconds(labels, space))
            separation.append(clustering.separation_seconds(labels, space))
        update = median(cycle.update for cycle in cycles)
        judge = median(judging)
        step = median(cycle.step for cycle in cycles)
        epoch = median(epochs)
        yield {
            "n_samples": n_samples,
            "ms_per_step": 1e3 * step,
            "s_per_update": update + judge,
            "us_per_update_and_sample": 1e6 * (update + judge) / n_samples,
            "s_per_epoch": epoch,
            "us_per_epoch_and_sample": 1e6 * epoch / n_samples,
            "metrics_ms": 1e3 * judge,
            "separation_ms": 1e3 * median(separation),
            "separation_share": median(separation) / (update + judge),
            "metrics_share": {
                f"interval_{interval}": judge / (update + judge + interval * step)
                for interval in INTERVALS
            },
        }
