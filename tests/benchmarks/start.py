"""How long a person waits from Start to the first labels, on an idle and on a busy machine.

    python -m tests.benchmarks.start [--json]

k-means as the engine runs it, on the embedding-sized data that it meets: 20 restarts on digits
(1,797 x 10) and 8 on 70,000 x 10, alone and beside one process that keeps a core busy. And the
engine from Start to the k-means labels with the default settings, once TensorFlow is loaded and
the autoencoder was pretrained by an earlier run. Medians; every figure comes with the same k-means
in a process whose threads wait actively (``..._spinning_s``), which is what it is compared with.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.config import Config

REPETITIONS = 5
# A busy neighbour may take its share of the cores, but nothing beyond it.
MOST_BUSY_OVER_IDLE = 2.0
MOST_START_SECONDS = 0.5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--kmeans", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kmeans:
        print(json.dumps(_kmeans()))
        return
    result = _kmeans() | _start_to_labels() | _spinning()
    print(json.dumps(result) if options.json else _report(result))


def _kmeans() -> dict[str, float]:
    from dec_core.training.kmeans_restarts import kmeans_restarts

    cases = {"digits": (_digits(), 20), "70k": (_blobs(70_000), 8)}
    result = {}
    for name, (points, restarts) in cases.items():

        def work(points: NDArray[np.float32] = points, restarts: int = restarts) -> None:
            for _ in kmeans_restarts(points, 10, restarts, seed=0):
                pass

        work()
        result[f"kmeans_{name}_s"] = _median(work)
        with _busy_process():
            result[f"kmeans_{name}_busy_s"] = _median(work)
    return result


def _start_to_labels() -> dict[str, float]:
    """Of a second run with other settings of clustering, as a person makes one after the first."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from dec_core.data import load
    from dec_core.events.events import CentersInitialized
    from dec_core.training.trainer import Trainer

    config = Config()
    dataset = load(config.data, config.seed)
    first = Trainer(config, dataset)
    for event in first.events():
        if isinstance(event, CentersInitialized):
            break

    def start() -> None:
        events = Trainer(config, dataset, pretrained=first.pretrained).events()
        next(event for event in events if isinstance(event, CentersInitialized))

    start()
    result = {"start_to_labels_warm_s": _median(start)}
    with _busy_process():
        result["start_to_labels_warm_busy_s"] = _median(start)
    return result


def _spinning() -> dict[str, float]:
    """The same k-means where OpenMP's threads wait actively, in a process of its own."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.start", "--kmeans"],
        env={**os.environ, "OMP_WAIT_POLICY": "active"},
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(finished.stdout)
    return {name.replace("_s", "_spinning_s", 1): value for name, value in figures.items()}


def _digits() -> NDArray[np.float32]:
    from sklearn.datasets import load_digits
    from sklearn.decomposition import PCA

    return PCA(10, random_state=0).fit_transform(load_digits().data).astype(np.float32)


def _blobs(n_samples: int) -> NDArray[np.float32]:
    generator = np.random.default_rng(0)
    centers = generator.normal(size=(10, 10), scale=3)
    points = centers[generator.integers(0, 10, n_samples)] + generator.normal(size=(n_samples, 10))
    return points.astype(np.float32)


@contextmanager
def _busy_process() -> Iterator[None]:
    """One other program that never rests, as a browser that draws."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            yield
        finally:
            process.kill()


def _median(work: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(REPETITIONS):
        started = perf_counter()
        work()
        seconds.append(perf_counter() - started)
    return median(seconds)


def _report(result: dict[str, float]) -> str:
    bounds = {
        name: MOST_BUSY_OVER_IDLE * result[name.replace("_busy", "")]
        for name in ("kmeans_digits_busy_s", "kmeans_70k_busy_s")
    }
    bounds["start_to_labels_warm_s"] = MOST_START_SECONDS
    lines = []
    for name, value in result.items():
        line = f"{name:32} {value:8.3f}"
        if name in bounds:
            verdict = "met" if value <= bounds[name] else "MISSED"
            line += f", at most {bounds[name]:.3f} {verdict}"
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    main()
