"""DEC Lab's engine: Deep Embedded Clustering, step by step, with a verdict.

The rooms, in the order in which they may import each other:

    errors       what can go wrong, in sentences
    words        numbers with what they count
    machine      the memory that there is, and what numbers depend on
    config       settings and their kinds: names, bounds, defaults, help; the presets
    data         data sets, where they come from, whether they fit
    model        mathematics: the NumPy reference, Keras layers, networks, targets, objectives
    analysis     judgement on arrays: measures (the table), verdict, agreement, maps
    events       what happens in a run, and its fold into numbers (View) beside arrays (Frames)
    training     time: three phases that yield events
    store        the disk: a folder for each run
    processes    other processes: maps by UMAP, jobs of export
    runs         a run in memory: its thread, the queue
    experiments  several runs with one purpose: counterfactuals of a diagnosis
    plots        pure functions from a view's numbers to plotly figures
    export       files for other programs: figures, tables, the model, a report, a film
    cli          the command line
    estimator    DEC as an estimator of scikit-learn

Importing this package loads neither TensorFlow nor Streamlit; the names below load what they
need when they are first used. It asks the threads of OpenMP and OpenBLAS to sleep while they wait.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

# Threads that wait actively hold up k-means 3 to 40 times longer as soon as another program is
# busy. OpenMP reads this when scikit-learn loads it, so it stands before every other import;
# processes that this one starts inherit it.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# The same for the threads of NumPy's and SciPy's matrices, which wait 2^26 cycles actively by
# default: beside busy programs a decomposition of 300 x 64 took 8 times the processor, 10 times as
# long.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")

_HOMES = {
    "Config": "dec_core.config",
    "DEC": "dec_core.estimator",
    "Dataset": "dec_core.data",
    "PRESETS": "dec_core.config",
    "View": "dec_core.events.view",
    "fold": "dec_core.events.view",
    "load": "dec_core.data",
    "train": "dec_core.training.trainer",
}

__all__ = ["DEC", "PRESETS", "Config", "Dataset", "View", "fold", "load", "train"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
