"""How long stored runs take to open and to follow, and how large they grow.

    python -m tests.benchmarks.opening [--json]

One run of 70,000 samples and 500 updates: its numbers, opened as a page opens it, and one frame of
it, any of the 500, that nobody has read before; the Compare page with thirty runs of 200 updates,
three and all of them chosen; what it costs to see one more update of a run that another process
trains, after 100 and after 10,000 updates; and the size on disk of 2,000 updates of 70,000
samples, without checkpoints, whose share is bounded by a number.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from dec_core.config import Config
from dec_core.events.events import FrameTaken
from dec_core.events.frames import MemoryFrames
from dec_core.store import stored_frames
from dec_core.store.checkpoint_files import CHECKPOINT_BYTES
from dec_core.store.event_log import EventLog
from dec_core.store.store import RunStore
from dec_core.store.stored_frames import CACHE_BYTES, FrameCache
from tests.benchmarks.made_runs import BEFORE_UPDATES, made_up_events, make_run

REPETITIONS = 5
FRAMES, TICKS = 20, 20
FOLLOWED = (100, 10_000)
MOST_SECONDS, MOST_MEGABYTES = 1.5, 200.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DEC_RUNS_DIR"] = folder
        result = {**_one_run(), **_following(), **_compare_page(), "megabytes": _megabytes()}
    print(json.dumps(result) if options.json else _report(result))


def _one_run() -> dict[str, float]:
    root = Path(os.environ["DEC_RUNS_DIR"]) / "one"
    run_id = make_run(RunStore(root), 70_000, 500)
    opened = _median(lambda: RunStore(root).view(run_id))
    return {"open_s": opened, **_frames(RunStore(root), run_id)}


def _frames(store: RunStore, run_id: str) -> dict[str, float]:
    """Each the first that is read of its run, from a disk that has forgotten it."""
    frames = store.frames(run_id, store.view(run_id))
    chosen = random.Random(0).choices(frames.kept(), k=FRAMES)
    seconds: dict[str, list[float]] = {"labels": [], "embedding": []}
    for update in chosen:
        for name, times in seconds.items():
            _forget(store.folder(run_id) / "arrays")
            times.append(_seconds(partial(getattr(frames, name), update)))
    return {f"{name}_ms": 1e3 * median(times) for name, times in seconds.items()}


def _forget(arrays: Path | None = None) -> None:
    """Empty the memory of frames, and that of the system for the files of a run."""
    stored_frames.CACHE = FrameCache(CACHE_BYTES)
    for path in () if arrays is None else arrays.iterdir():
        with path.open("rb") as stream:
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _following() -> dict[str, float]:
    root = Path(os.environ["DEC_RUNS_DIR"]) / "followed"
    ticks = {count: _tick(RunStore(root), count) for count in FOLLOWED}
    few, many = ticks.values()
    named = {f"tick_after_{count}_ms": 1e3 * seconds for count, seconds in ticks.items()}
    return {**named, "tick_ratio": many / few}


def _tick(store: RunStore, n_updates: int) -> float:
    """Seconds until one more line of a log of so many updates is part of the view."""
    config = Config().with_values({"clustering.max_iterations": 1_000_000})
    run_id = store.create(config, "digits")
    log, times = EventLog(store.folder(run_id)), []
    log.open(MemoryFrames(), 0, 0)
    happened = made_up_events(config, 200, n_updates + TICKS)
    numbers = (event for event in happened if not isinstance(event, FrameTaken))
    for event in islice(numbers, BEFORE_UPDATES + n_updates):
        log.append(event)
    for event in islice(numbers, TICKS):
        store.view(run_id)
        log.append(event)
        times.append(_seconds(lambda: store.view(run_id)))
    log.close()
    return median(times)


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

    from pages.ui.parts.state import run_manager
    from tests.ui.screens import ROUTER

    first, later = [], []
    for _ in range(REPETITIONS):
        st.cache_resource.clear()
        _forget()
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
    return "\n".join(
        f"{name:24} {value:8.2f}{_bound(name, value)}" for name, value in result.items()
    )


def _bound(name: str, value: float) -> str:
    bound = MOST_MEGABYTES if name == "megabytes" else MOST_SECONDS
    if name != "megabytes" and not name.endswith("_s"):
        return ""
    return f", at most {bound:g} {'met' if value <= bound else 'MISSED'}"


if __name__ == "__main__":
    main()
