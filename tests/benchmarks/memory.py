"""Peak resident memory of a run, measured in a process of its own.

``python -m tests.benchmarks.memory`` is that process: the preset ``r-port`` on all of
Fashion-MNIST, one epoch of pretraining and 20 iterations of clustering, through the trainer.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

MEGABYTE = 1_000_000
# Allowed: this many times the data as they are stored, and the libraries with their working space.
DATA_FACTOR = 2.5
LIBRARIES_MB = 1_200


def measure_memory() -> dict[str, Any]:
    """Peak, bound (both MB of 10^6 bytes) and whether the one is within the other."""
    measured = in_a_process("tests.benchmarks.memory")
    peak = measured["peak_bytes"] / MEGABYTE
    bound = DATA_FACTOR * measured["data_bytes"] / MEGABYTE + LIBRARIES_MB
    return {"peak_mb": peak, "bound_mb": bound, "is_met": peak <= bound}


def in_a_process(module: str, *arguments: str) -> Any:
    """What a module prints as JSON in its last line, when it runs in a process of its own."""
    command = [sys.executable, "-m", module, *arguments]
    repository = Path(__file__).parents[2]
    finished = subprocess.run(
        command, cwd=repository, stdout=subprocess.PIPE, text=True, check=False
    )
    if finished.returncode != 0:
        raise SystemExit("The process that measures failed; its message stands above.")
    return json.loads(finished.stdout.splitlines()[-1])


def main() -> None:
    """Train, then print the peak and the size of the data, in bytes."""
    from dec_core.config import get_preset
    from dec_core.data import load
    from dec_core.training.trainer import train

    config = get_preset("r-port").config.with_values(
        {"pretraining.epochs": 1, "clustering.max_iterations": 20}
    )
    dataset = load(config.data, config.seed)
    for _ in train(config, dataset):
        pass
    print(json.dumps({"peak_bytes": peak_bytes(), "data_bytes": dataset.samples.values.nbytes}))


def peak_bytes() -> int:
    """Largest resident memory of this process so far.

    Linux hands a parent's ``ru_maxrss`` down to its children; ``VmHWM`` is this process alone.
    """
    peak = _status("VmHWM")
    if peak is not None:
        return peak
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def resident_bytes() -> int:
    """Resident memory of this process now; the largest so far where the system does not tell."""
    resident = _status("VmRSS")
    return peak_bytes() if resident is None else resident


def _status(name: str) -> int | None:
    """Bytes from the kernel's account of this process, on Linux."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), None)


if __name__ == "__main__":
    main()
