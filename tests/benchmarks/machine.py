"""What the numbers depend on: the processor, the libraries and what else was running."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from time import perf_counter
from typing import Any


class OtherWork:
    """The share of the processors' time that other programs took since it was built.

    Where they take a tenth or more the numbers are worth little: work on all cores waits for the
    slowest, so that loops that use all cores well lose more than others do.
    """

    def __init__(self) -> None:
        self._started = perf_counter()
        self._busy = _busy_seconds()

    def share(self) -> float | None:
        """Between 0 and 1; None where the system does not tell."""
        busy = _busy_seconds()
        if busy is None or self._busy is None:
            return None
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system
        others = busy - self._busy - own
        return max(0.0, others / ((perf_counter() - self._started) * (os.cpu_count() or 1)))


def describe_machine(others: OtherWork) -> dict[str, Any]:
    """The facts for the JSON object."""
    import keras
    import tensorflow

    return {
        "cores": os.cpu_count(),
        "cpu": _processor(),
        "python": platform.python_version(),
        "tensorflow": tensorflow.__version__,
        "keras": keras.__version__,
        "other_work": others.share(),
    }


def _busy_seconds() -> float | None:
    """Seconds that all processors together spent working, or taken away by the host, so far."""
    statistics = Path("/proc/stat")
    if not statistics.exists():
        return None
    user, nice, system, _, _, interrupt, soft_interrupt, steal, *_ = (
        int(field) for field in statistics.read_text().split("\n", 1)[0].split()[1:]
    )
    ticks = user + nice + system + interrupt + soft_interrupt + steal
    return ticks / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
