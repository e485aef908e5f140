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
    repository = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.benchmarks.memory"]
    finished = subprocess.run(
        command, cwd=repository, stdout=subprocess.PIPE, text=True, check=False
    )
    if finished.returncode != 0:
        raise SystemExit("The run whose memory is measured failed; its message stands above.")
    measured = json.loads(finished.stdout.splitlines()[-1])
    peak = measured["peak_bytes"] / MEGABYTE
    bound = DATA_FACTOR * measured["data_bytes"] / MEGABYTE + LIBRARIES_MB
    return {"peak_mb": peak, "bound_mb": bound, "is_met": peak <= bound}


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
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
