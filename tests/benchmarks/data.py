"""What data take: the memory of images, a million samples from a mapped file, reading a CSV file.

    python -m tests.benchmarks.data [--json] [--runs N] [--only NAME ...]

``fashion_extra_mb``: a run on all of Fashion-MNIST into a store, above an engine that has trained
a small run on digits. ``million_peak_mb``: the peak of a process that trains a small network on
1,000,000 x 784 bytes in a mapped NPY file. ``million_s_per_epoch_over_70k``: its time for an epoch
per sample, over that of 70,000 rows of the file. ``csv_mb_per_s``: from a CSV file of
numbers to its columns. Each run is a process of its own; medians. Megabytes have 10^6 bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.machine import OtherWork, describe_machine
from tests.benchmarks.memory import MEGABYTE, in_a_process, peak_bytes, resident_bytes
from tests.benchmarks.report import mark

if TYPE_CHECKING:
    from dec_core.config import Config
    from dec_core.data import Dataset

MILLION, PART, N_FEATURES = 1_000_000, 70_000, 784
CSV_BYTES = 200 * MEGABYTE
MOST = {"fashion_extra_mb": 450.0, "million_peak_mb": 2_500.0, "million_s_per_epoch_over_70k": 1.2}
LEAST = {"csv_mb_per_s": 100.0}
# The seed network, few passes; the first epoch is timed with the compilation, the others count.
SMALL = {
    "pretraining.epochs": 3,
    "clustering.kmeans_restarts": 2,
    "clustering.update_interval": 70,
    "clustering.max_iterations": 140,
}


def main() -> None:
    """Measure and print, or be the process that measures one thing."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--runs", type=int, default=3, help="processes for each measurement")
    parser.add_argument(
        "--only", nargs="+", choices=[*MOST, *LEAST], help="the others are left out"
    )
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        name, path = options.measure
        print(json.dumps(_IN_A_PROCESS[name](Path(path))))
        return
    others = OtherWork()
    figures = _figures(options.only or [*MOST, *LEAST], options.runs)
    is_met = {name: _is_met(name, value) for name, value in figures.items()}
    result = figures | {"is_met": is_met, "runs": options.runs, "machine": describe_machine(others)}
    print(json.dumps(result) if options.json else _report(figures, is_met))


def _figures(names: list[str], runs: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:

        def middle(measurement: str, path: Path) -> float:
            command = ("tests.benchmarks.data", "--measure", measurement, str(path))
            return median(in_a_process(*command) for _ in range(runs))

        figures = {}
        if "fashion_extra_mb" in names:
            figures["fashion_extra_mb"] = middle("fashion_extra_mb", Path(folder))
        if any(name.startswith("million") for name in names):
            file = _write_million(Path(folder))
            million = [_million(file) for _ in range(runs)]
            figures["million_peak_mb"] = median(one["peak_mb"] for one in million)
            figures["million_s_per_epoch_over_70k"] = median(one["ratio"] for one in million)
            file.unlink()
        if "csv_mb_per_s" in names:
            figures["csv_mb_per_s"] = middle("csv_mb_per_s", _write_csv(Path(folder)))
        return figures


def _million(file: Path) -> dict[str, float]:
    """Of the million and of its part, one right after the other."""
    whole, part = (
        in_a_process("tests.benchmarks.data", "--measure", name, str(file))
        for name in ("million", "part")
    )
    return {"peak_mb": whole["peak_mb"], "ratio": whole["s_per_sample"] / part["s_per_sample"]}


def _fashion_extra(folder: Path) -> float:
    from dec_core.config import get_preset
    from dec_core.runs.execution import execute
    from dec_core.store.recorder import Recorder
    from dec_core.store.store import RunStore

    def train(config: Config) -> None:
        store = RunStore(folder)
        recorder = Recorder(store, store.create(config, "r-port"))
        for _ in execute(recorder):
            pass
        recorder.close()

    digits = {"data.name": "digits", "data.n_samples": 300, "clustering.max_iterations": 20}
    train(get_preset("digits").config.with_values({**digits, "pretraining.epochs": 1}))
    idle = resident_bytes()
    train(get_preset("r-port").config.with_values(SMALL))
    return (peak_bytes() - idle) / MEGABYTE


def _trained(dataset: Dataset) -> dict[str, float]:
    from dec_core.config import get_preset
    from dec_core.events.events import PretrainingEpochEnded
    from dec_core.training.trainer import train

    config = get_preset("r-port").config.with_values(SMALL)
    events = train(config, dataset)
    ends = [event.seconds for event in events if isinstance(event, PretrainingEpochEnded)]
    seconds = median(np.diff(ends)) / dataset.n_samples
    return {"s_per_sample": float(seconds), "peak_mb": peak_bytes() / MEGABYTE}


def _train_mapped(n_samples: int | None) -> Callable[[Path], dict[str, float]]:
    def measure(file: Path) -> dict[str, float]:
        from dec_core.config import FileData
        from dec_core.data import load

        settings = FileData(file=str(file), scaling="pixels", n_samples=n_samples)
        dataset = load(settings, seed=0)
        assert len(dataset.fingerprint) == 64  # which every record of a run holds
        return _trained(dataset)

    return measure


def _csv_speed(file: Path) -> float:
    from dec_core.data.sources.formats import open_contents

    seconds = []
    for _ in range(3):
        started = perf_counter()
        assert open_contents(file).n_samples
        seconds.append(perf_counter() - started)
    return file.stat().st_size / MEGABYTE / median(seconds)


_IN_A_PROCESS: dict[str, Callable[[Path], Any]] = {
    "fashion_extra_mb": _fashion_extra,
    "million": _train_mapped(None),
    "part": _train_mapped(PART),
    "csv_mb_per_s": _csv_speed,
}


def _write_million(folder: Path) -> Path:
    """Ten patterns of bytes with noise, written piece by piece."""
    file, generator = folder / "million.npy", np.random.default_rng(0)
    patterns = generator.integers(0, 192, (10, N_FEATURES), np.uint8)
    mapped = np.lib.format.open_memmap(file, "w+", np.uint8, (MILLION, N_FEATURES))
    for begin in range(0, MILLION, 50_000):
        piece = patterns[generator.integers(0, 10, 50_000)]
        mapped[begin : begin + 50_000] = piece + generator.integers(0, 64, piece.shape, np.uint8)
    mapped.flush()
    return file


def _write_csv(folder: Path) -> Path:
    """Numbers in 100 columns, the same lines again and again."""
    file, generator = folder / "numbers.csv", np.random.default_rng(0)
    lines = "".join(
        ",".join(f"{value:.6f}" for value in row) + "\n" for row in generator.random((1_000, 100))
    )
    with file.open("w", encoding="ascii") as stream:
        stream.write(",".join(f"column {number}" for number in range(100)) + "\n")
        for _ in range(CSV_BYTES // len(lines)):
            stream.write(lines)
    return file


def _is_met(name: str, value: float) -> bool:
    return value <= MOST[name] if name in MOST else value >= LEAST[name]


def _report(figures: dict[str, float], is_met: dict[str, bool]) -> str:
    bars = {name: f"at most {bar:g}" for name, bar in MOST.items()}
    bars |= {name: f"at least {bar:g}" for name, bar in LEAST.items()}
    return "\n".join(
        f"{name:30} {value:9.2f}, {bars[name]} {mark(is_met[name])}"
        for name, value in figures.items()
    )


if __name__ == "__main__":
    main()
