"""What writing a run to disk costs: the same run with and without a recorder, in turns.

    python -m tests.benchmarks.store [--json]

The R port's network on 70,000 x 784 samples, where updates are most frequent against their work,
and at the reference's update interval.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from dec_core.config import Config
from dec_core.data import available
from dec_core.presets import get_preset
from dec_core.runs.execution import execute
from dec_core.runs.recorder import Recorder
from dec_core.runs.store import RunStore
from dec_core.training.events import CentersInitialized
from tests.benchmarks.machine import OtherWork, describe_machine

MOST_COST = 0.05
REPETITIONS = 5
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
        "repetitions": REPETITIONS,
        "machine": describe_machine(others),
    }
    print(json.dumps(result) if options.json else _report(result))


def _measure(interval: int) -> dict[str, Any]:
    config = _config(interval)
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        _seconds(config, None)
        plain, stored = [], []
        for _ in range(REPETITIONS):
            plain.append(_seconds(config, None))
            stored.append(_seconds(config, store))
        size = max(_bytes(store.folder(record.run_id)) for record in store.records())
    cost = median(stored) / median(plain) - 1
    return {
        "plain_s": median(plain),
        "stored_s": median(stored),
        "store_cost": cost,
        "megabytes": size / 1e6,
    }


def _config(interval: int) -> Config:
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


def _seconds(config: Config, store: RunStore | None) -> float:
    """From the k-means start to the verdict, with everything that is written on the way."""
    recorder = None if store is None else Recorder(store, store.create(config, "r-port"))
    started = 0.0
    for event, _, _ in execute(config, recorder):
        if isinstance(event, CentersInitialized):
            started = perf_counter()
    seconds = perf_counter() - started
    if recorder is not None:
        recorder.close()
    return seconds


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _report(result: dict[str, Any]) -> str:
    lines = [
        f"update interval {interval}: {row['plain_s']:.2f} s without, {row['stored_s']:.2f} s with "
        f"the store, cost {row['store_cost']:.1%}; {row['megabytes']:.1f} MB on disk"
        for interval, row in result["intervals"].items()
    ]
    mark = "met" if result["store_cost"] <= MOST_COST else "MISSED"
    lines.append(f"store_cost {result['store_cost']:.3f}, at most {MOST_COST} {mark}")
    if result["machine"]["other_work"] is not None:
        lines.append(f"other programs took {result['machine']['other_work']:.0%} of the time")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
