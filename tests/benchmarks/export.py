"""How much training slows down while a large run is exported beside it.

    python -m tests.benchmarks.export [--json]

The R port's network trains on Fashion-MNIST (70,000 x 784) in this process; meanwhile, in turns,
nothing else happens or a stored run of 70,000 samples and 100 updates is exported as the pages do.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from dec_core.export.bundle import export_run
from dec_core.processes.jobs import Job, Jobs
from dec_core.processes.projector import Projector
from dec_core.runs.commands import Stop
from dec_core.runs.execution import train_to_store
from dec_core.runs.handle import RunHandle
from dec_core.runs.worker import Worker
from dec_core.store.memory_recorder import MemoryRecorder
from dec_core.store.store import RunStore
from tests.benchmarks.port_network import port_config

MOST_COST = 0.1
PAIRS, ALONE_SECONDS, PATIENCE = 3, 30.0, 300.0


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    result = _measure()
    print(json.dumps(result) if options.json else _report(result))


def _measure() -> dict[str, Any]:
    jobs = Jobs()
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        run_id = _stored_run(store)
        config = port_config("fashion-mnist", 140, 1_000_000)
        handle = RunHandle("quick-hare-0001", config, "r-port", Projector())
        worker = Worker(handle, MemoryRecorder(config))
        worker.start()
        _iterations(worker, 5.0, None)
        alone, beside, seconds = [], [], []
        for _ in range(PAIRS):
            alone.append(_iterations(worker, ALONE_SECONDS, None))
            started = perf_counter()
            job = jobs.start("run", "run.zip", partial(export_run, store, run_id))
            beside.append(_iterations(worker, PATIENCE, job))
            job.join()
            seconds.append(perf_counter() - started)
        worker.send(Stop())
        worker.join()
        problem = job.status.problem or " ".join(job.status.left_out)
        megabytes = job.target.stat().st_size / 1e6 if job.target.exists() else 0.0
    jobs.close()
    return {
        "export_cost": median(1 - b / a for a, b in zip(alone, beside, strict=True)),
        "alone_per_s": median(alone),
        "beside_per_s": median(beside),
        "export_s": median(seconds),
        "megabytes": megabytes,
        "problem": problem,
    }


def _stored_run(store: RunStore) -> str:
    config = port_config("fashion-mnist", 10, 1_000)
    return train_to_store(config, store, "r-port")


def _iterations(worker: Worker, seconds: float, job: Job | None) -> float:
    """Iterations a second over that time, or for as long as the job works if that is shorter."""
    while worker.handle.view.iteration == 0:
        worker.join(0.1)
    before, started = worker.handle.view.iteration, perf_counter()
    while perf_counter() - started < seconds and not (job and job.status.is_over):
        worker.join(0.1)
    return (worker.handle.view.iteration - before) / (perf_counter() - started)


def _report(result: dict[str, Any]) -> str:
    mark = "met" if result["export_cost"] <= MOST_COST else "MISSED"
    return (
        f"{result['alone_per_s']:.0f} iterations/s alone, {result['beside_per_s']:.0f} beside an "
        f"export of {result['export_s']:.0f} s and {result['megabytes']:.0f} MB\n"
        f"export_cost {result['export_cost']:.3f}, at most {MOST_COST} {mark}"
        + (f"\n{result['problem']}" if result["problem"] else "")
    )


if __name__ == "__main__":
    main()
