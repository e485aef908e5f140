"""What writing a run to disk costs: the same run with and without a recorder, in pairs.

    python -m tests.benchmarks.store [--json]

The R port's network on 70,000 x 784 samples, where updates are most frequent against their work,
and at the reference's update interval. A machine's speed drifts by more than is measured here, so
the two of a pair run one after the other, each first in every second pair, and the cost is the
median over the pairs. ``writing`` is the share of the time that the recorder itself takes.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from dec_core.config import Config
from dec_core.data import available
from dec_core.presets import get_preset
from dec_core.runs.execution import execute
from dec_core.runs.recorder import Recorder
from dec_core.runs.store import RunStore
from dec_core.training.events import CentersInitialized, Event
from tests.benchmarks.machine import OtherWork, describe_machine

if TYPE_CHECKING:
    from dec_core.training.trainer import Trainer
    from dec_core.training.view import View

MOST_COST = 0.05
PAIRS = 9
ITERATIONS = {10: 400, 140: 2_800}


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    others = OtherWork()
    rows = {interval: _measure(interval) for interval in ITERATIONS}
    result = {
        "store_cost": max(row["store_cost"] for row in rows.values()),
        "intervals": rows,
        "pairs": PAIRS,
        "machine": describe_machine(others),
    }
    print(json.dumps(result) if options.json else _report(result))


def _measure(interval: int) -> dict[str, Any]:
    config = config_of(interval)
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        # The first run pretrains for all others, which find its autoencoder in the store.
        _train(config, store)
        plain: list[float] = []
        stored: list[float] = []
        writing: list[float] = []
        for number in range(PAIRS):
            for is_stored in (number % 2 == 0, number % 2 == 1):
                seconds, written = _train(config, store, is_stored=is_stored)
                (stored if is_stored else plain).append(seconds)
                if is_stored:
                    writing.append(written / seconds)
        size = max(_bytes(store.folder(record.run_id)) for record in store.records())
    return {
        "plain_s": median(plain),
        "stored_s": median(stored),
        "store_cost": median(s / p for s, p in zip(stored, plain, strict=True)) - 1,
        "writing": median(writing),
        "megabytes": size / 1e6,
    }


def config_of(interval: int) -> Config:
    name = "fashion-mnist" if available("fashion-mnist") else "digits"
    return get_preset("r-port").config.with_values(
        {
            "data.name": name,
            "pretraining.epochs": 1,
            "clustering.kmeans_restarts": 1,
            "clustering.target": "paper",
            "clustering.learning_rate": 0.01,
            "clustering.tol": 0.0,
            "clustering.update_interval": interval,
            "clustering.max_iterations": ITERATIONS[interval],
        }
    )


class _TimedRecorder(Recorder):
    """Knows how long it has written; one that is not stored writes nothing at all."""

    is_stored = True
    seconds = 0.0

    def write(self, event: Event, view: View, trainer: Trainer) -> None:
        if self.is_stored:
            started = perf_counter()
            super().write(event, view, trainer)
            self.seconds += perf_counter() - started


def _train(config: Config, store: RunStore, *, is_stored: bool = True) -> tuple[float, float]:
    """Seconds from the k-means start to the verdict, and those of writing among them."""
    recorder = _TimedRecorder(store, store.create(config, "r-port"))
    recorder.is_stored = is_stored
    started = 0.0
    for event, _, _ in execute(config, recorder):
        if isinstance(event, CentersInitialized):
            started, recorder.seconds = perf_counter(), 0.0
    seconds = perf_counter() - started
    recorder.close()
    return seconds, recorder.seconds


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _report(result: dict[str, Any]) -> str:
    lines = [
        f"update interval {interval}: {row['plain_s']:.2f} s without, {row['stored_s']:.2f} s with "
        f"the store, cost {row['store_cost']:.1%}, writing {row['writing']:.1%}; "
        f"{row['megabytes']:.1f} MB on disk"
        for interval, row in result["intervals"].items()
    ]
    mark = "met" if result["store_cost"] <= MOST_COST else "MISSED"
    lines.append(f"store_cost {result['store_cost']:.3f}, at most {MOST_COST} {mark}")
    if result["machine"]["other_work"] is not None:
        lines.append(f"other programs took {result['machine']['other_work']:.0%} of the time")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
