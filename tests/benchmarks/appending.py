"""What one more update costs at the beginning and at the end of a long run.

    python -m tests.benchmarks.appending [--json]

Made-up numbers of 20,000 updates: the microseconds to fold an update into the view, to write its
line and to write its frame (200 samples), as the median of the first and of the last 1,000.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from dec_core.config import Config
from dec_core.events.events import KMEANS, FrameTaken, TargetUpdated
from dec_core.events.frames import MemoryFrames
from dec_core.events.view import View, fold
from dec_core.store.event_log import EventLog
from tests.benchmarks.made_runs import made_up_events

UPDATES, BLOCK, SAMPLES = 20_000, 1_000, 200


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = {name: _ends(times) for name, times in _measure(Path(folder)).items()}
    print(json.dumps(result) if options.json else _report(result))


def _measure(folder: Path) -> dict[str, list[float]]:
    """The seconds of every update, by what was done."""
    config = Config().with_values({"clustering.max_iterations": 1_000_000})
    times: dict[str, list[float]] = {"fold": [], "line": [], "frame": []}
    log, view = EventLog(folder), View()
    log.open(MemoryFrames(), 0, 0)
    for event in made_up_events(config, SAMPLES, UPDATES):
        began = perf_counter()
        log.append(event)
        written = perf_counter()
        view = fold(view, event)
        if isinstance(event, FrameTaken) and event.update != KMEANS:
            times["frame"].append(written - began)
        if isinstance(event, TargetUpdated):
            times["line"].append(written - began)
            times["fold"].append(perf_counter() - written)
    log.close()
    return times


def _ends(times: list[float]) -> dict[str, float]:
    first, last = median(times[:BLOCK]), median(times[-BLOCK:])
    return {"first_us": 1e6 * first, "last_us": 1e6 * last, "ratio": last / first}


def _report(result: dict[str, dict[str, float]]) -> str:
    return "\n".join(
        f"{name:6} {values['first_us']:7.1f} us at the beginning, {values['last_us']:7.1f} us "
        f"at the end of {UPDATES:,} updates, ratio {values['ratio']:.2f}"
        for name, values in result.items()
    )


if __name__ == "__main__":
    main()
