"""What writing a run to disk costs: in one run, six updates in turn are written and six are not.

    python -m tests.benchmarks.store [--json]

The R port's network on Fashion-MNIST (70,000 x 784) at its own update interval and at the
reference's, and on digits (1,797 x 64), where an update is over soonest and its writing weighs
most. A machine's speed drifts by more than is measured here, so what is compared lies a fraction
of a second apart: the time from one update to the next where both are written, checkpoints
included, against the same where neither is. The cost of a case is the median over its runs,
``store_cost`` that of the dearest case. ``writing`` is the share of the time for which training
waits for the recorder. Where Fashion-MNIST is missing, digits alone are measured.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from dec_core.config import Config
from dec_core.data import available
from dec_core.events.events import KMEANS, ArrayEvent, Event, FrameTaken, TargetUpdated
from dec_core.runs.execution import execute
from dec_core.store.recorder import CHECKPOINT_SHARE, Recorder
from dec_core.store.store import RunStore
from tests.benchmarks.machine import OtherWork, describe_machine
from tests.benchmarks.port_network import port_config

if TYPE_CHECKING:
    from dec_core.events.view import View
    from dec_core.training.trainer import Trainer

MOST_COST = 0.05
BLOCK = 6


class Case(NamedTuple):
    """What is trained and how often; the shorter an update, the more its time scatters."""

    data: str
    update_interval: int
    max_iterations: int
    runs: int


CASES = (
    Case("fashion-mnist", 10, 3_000, runs=5),
    Case("fashion-mnist", 140, 8_400, runs=5),
    Case("digits", 10, 6_000, runs=15),
)


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    others = OtherWork()
    cases = [_measure(case) for case in CASES if available(case.data)]
    result = {
        "store_cost": max(case["store_cost"] for case in cases),
        "cases": cases,
        "machine": describe_machine(others),
    }
    print(json.dumps(result) if options.json else _report(result))


def _measure(case: Case) -> dict[str, Any]:
    config = port_config(case.data, case.update_interval, case.max_iterations)
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        # The first run pretrains for all others, which find its autoencoder in the store.
        _train(config, store)
        runs = [_train(config, store) for _ in range(case.runs)]
        size = max(_bytes(store.folder(record.run_id)) for record in store.records())
    return {
        **case._asdict(),
        "plain_s": median(run.plain for run in runs),
        "stored_s": median(run.stored for run in runs),
        "store_cost": median(run.stored / run.plain for run in runs) - 1,
        "writing": median(run.writing / run.stored for run in runs),
        "megabytes": size / 1e6,
    }


class _Seconds(NamedTuple):
    """From an update to the next, on average: not written, written, and writing among that."""

    plain: float
    stored: float
    writing: float


def _is_written(update: int) -> bool:
    return update == KMEANS or update // BLOCK % 2 == 0


class _InTurns(Recorder):
    """Writes some of the updates and knows how long training waited for that."""

    seconds = 0.0

    def write(self, event: Event, view: View, trainer: Trainer) -> None:
        self.view = view
        if isinstance(event, TargetUpdated) and not _is_written(event.update):
            return
        started = perf_counter()
        super().write(event, view, trainer)
        self.seconds += perf_counter() - started

    def write_arrays(self, event: ArrayEvent) -> None:
        if isinstance(event, FrameTaken) and not _is_written(event.update):
            return
        started = perf_counter()
        super().write_arrays(event)
        self.seconds += perf_counter() - started


def _train(config: Config, store: RunStore) -> _Seconds:
    recorder = _InTurns(store, store.create(config, "r-port"))
    # All checkpoints fall among the half that is written, where they must not count twice.
    recorder.checkpoint_share = CHECKPOINT_SHARE / 2
    times: tuple[list[float], list[float]] = ([], [])
    last = 0.0
    for moment in execute(recorder):
        event = moment.event
        if isinstance(event, TargetUpdated):
            now = perf_counter()
            # The first block begins with the compilation of the steps. What writing leaves to the
            # system falls into the next steps, so the time between two blocks belongs to neither.
            if event.update == BLOCK:
                recorder.seconds = 0.0
            elif event.update > BLOCK and event.update % BLOCK:
                times[_is_written(event.update)].append(now - last)
            last = now
    recorder.close()
    plain, stored = times
    written = len(stored) * BLOCK / (BLOCK - 1)
    return _Seconds(fmean(plain), fmean(stored), recorder.seconds / written)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _report(result: dict[str, Any]) -> str:
    lines = [
        f"{case['data']}, update interval {case['update_interval']}: "
        f"{case['plain_s'] * 1e3:.1f} ms an update without, {case['stored_s'] * 1e3:.1f} ms with "
        f"the store, cost {case['store_cost']:.1%}, writing {case['writing']:.1%}; "
        f"{case['megabytes']:.1f} MB on disk"
        for case in result["cases"]
    ]
    mark = "met" if result["store_cost"] <= MOST_COST else "MISSED"
    lines.append(f"store_cost {result['store_cost']:.3f}, at most {MOST_COST} {mark}")
    if result["machine"]["other_work"] is not None:
        lines.append(f"other programs took {result['machine']['other_work']:.0%} of the time")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
