"""The machine that the program runs on: its memory, and what the numbers of a run depend on."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

_LIBRARIES = ("tensorflow", "keras", "numpy", "scikit-learn")


def conditions() -> dict[str, str]:
    """What a run's numbers depend on beside data, settings and seed, as it is in this process.

    TensorFlow splits sums among the cores that it may use, and oneDNN among the instructions
    that a processor has, so that the last digits and in time the labels differ.
    """
    return {
        "python": platform.python_version(),
        **{name: _version(name) for name in _LIBRARIES},
        "cores": str(_usable_cores()),
        "oneDNN": _onednn(),
        "processor": _processor(),
    }


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Conditions that differ, in words; what one side does not know is no difference."""
    return [
        f"{name} {before[name]} to {value}"
        for name, value in after.items()
        if name in before and before[name] != value
    ]


def memory_bytes() -> int | None:
    """Memory and swap that this process may use; None where the system does not say."""
    try:
        sizes = {
            name: 1024 * int(value.split()[0])
            for name, value in map(_pair, _lines("/proc/meminfo"))
            if name in ("MemTotal", "SwapTotal")
        }
        return min([sizes["MemTotal"], *_container_limits()]) + sizes["SwapTotal"]
    except (OSError, ValueError, LookupError):
        return None


def _version(library: str) -> str:
    """As installed; searched in a copy of ``sys.path``.

    Streamlit puts a folder there and takes it away on other threads, and whoever walks along the
    list meanwhile can miss an entry.
    """
    return next(iter(distributions(name=library, path=sys.path.copy()))).version


def _usable_cores() -> int:
    """Those that the process may run on, which may be fewer than the machine has."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system can tell
        return os.cpu_count() or 1


def _onednn() -> str:
    """Whether it was asked for; otherwise TensorFlow decides by the processor."""
    asked = os.environ.get("TF_ENABLE_ONEDNN_OPTS", "").strip().lower()
    return {"0": "off", "false": "off", "1": "on", "true": "on"}.get(asked, "by default")


def _processor() -> str:
    """Architecture and, where the system tells, the model."""
    try:
        pairs = map(_pair, _lines("/proc/cpuinfo"))
        named = [value for name, value in pairs if name == "model name"]
    except OSError:
        named = []
    model = named[0] if named else platform.processor()
    return " ".join(filter(None, (platform.machine(), model)))


def _container_limits() -> list[int]:
    """What a container's control group allows, in either version."""
    limits = []
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            limits.append(int(Path("/sys/fs/cgroup", name).read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return limits


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()
