"""How long stored runs take to open, and how large they grow.

    python -m tests.benchmarks.opening [--json]

One run of 70,000 samples and 500 updates, opened as a page opens it; the Compare page with thirty
runs of 200 updates, three and all of them chosen; and the size on disk of 2,000 updates of 70,000
samples, without checkpoints, whose share is bounded by a number.
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
from typing import Any

from dec_core.runs.checkpoint_files import CHECKPOINT_BYTES
from dec_core.runs.store import RunStore
from tests.benchmarks.made_runs import make_run

REPETITIONS = 5
MOST_SECONDS, MOST_MEGABYTES = 1.5, 200.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DEC_RUNS_DIR"] = folder
        result = {**_one_run(), **_compare_page(), "megabytes": _megabytes()}
    print(json.dumps(result) if options.json else _report(result))


def _one_run() -> dict[str, float]:
    store = RunStore(Path(os.environ["DEC_RUNS_DIR"]) / "one")
    run_id = make_run(store, 70_000, 500)
    return {"open_s": _median(lambda: store.view(run_id))}


def _compare_page() -> dict[str, float]:
    root = Path(os.environ["DEC_RUNS_DIR"]) / "thirty"
    store = RunStore(root)
    run_ids = [make_run(store, 1_000, 200, seed) for seed in range(30)]
    os.environ["DEC_RUNS_DIR"] = str(root)

    return {
        f"compare_{len(chosen)}_{when}_s": seconds
        for chosen in (run_ids[:3], run_ids)
        for when, seconds in _first_and_later(chosen).items()
    }


def _first_and_later(chosen: list[str]) -> dict[str, float]:
    """Of a server that has not read the runs yet, and of one that has."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    from pages.ui.state import run_manager
    from tests.ui.screens import ROUTER

    first, later = [], []
    for _ in range(REPETITIONS):
        st.cache_resource.clear()
        screen = AppTest.from_file(str(ROUTER), default_timeout=60)
        screen.query_params["runs"] = ",".join(chosen)
        screen.switch_page("compare.py")
        first.append(_seconds(screen.run))
        later.append(_seconds(screen.run))
        # Or its UMAP process would take the processor from the next server.
        run_manager().close()
    return {"first": median(first), "later": median(later)}


def _megabytes() -> float:
    store = RunStore(Path(os.environ["DEC_RUNS_DIR"]) / "large")
    folder = store.folder(make_run(store, 70_000, 2_000))
    on_disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return (on_disk + CHECKPOINT_BYTES) / 1e6


def _median(work: Callable[[], Any]) -> float:
    return median(_seconds(work) for _ in range(REPETITIONS))


def _seconds(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _report(result: dict[str, float]) -> str:
    bounds = dict.fromkeys(result, MOST_SECONDS) | {"megabytes": MOST_MEGABYTES}
    return "\n".join(
        f"{name:24} {value:8.2f}, at most {bounds[name]:g} "
        f"{'met' if value <= bounds[name] else 'MISSED'}"
        for name, value in result.items()
    )


if __name__ == "__main__":
    main()
