"""Exports for a server that trains meanwhile: a process of their own, at low priority.

    python -m dec_core.export.process

reads one request as JSON, writes what is asked for, and says how far it is in lines of JSON:
``{"name": ..., "done": ..., "total": ...}``, at the end ``{"left_out": [...]}`` or
``{"error": ...}``.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from dec_core.errors import DECLabError
from dec_core.export.bundle import export_run
from dec_core.export.figures import FigureFormat, export_figures
from dec_core.export.paper import FigureSize
from dec_core.export.targets import Exported, OnProgress
from dec_core.plots.style import Plot
from dec_core.store.store import RunStore


def run_request(
    store: RunStore,
    run_id: str,
    target: Path,
    *,
    only: Collection[str] = (),
    formats: Collection[FigureFormat] = tuple(FigureFormat),
    size: FigureSize | None = None,
) -> dict[str, Any]:
    """What makes the process call ``export_run``."""
    return {
        "kind": "run",
        "root": str(store.root),
        "run_id": run_id,
        "target": str(target),
        "only": list(only),
        "formats": [format.value for format in formats],
        "size": asdict(size) if size else None,
    }


def figures_request(
    plots: Sequence[Plot],
    target: Path,
    *,
    formats: Collection[FigureFormat],
    size: FigureSize | None = None,
) -> dict[str, Any]:
    """What makes the process call ``export_figures``."""
    return {
        "kind": "figures",
        "plots": [[plot.name, plot.figure.to_json(), plot.alternative] for plot in plots],
        "target": str(target),
        "formats": [format.value for format in formats],
        "size": asdict(size) if size else None,
    }


def step_back() -> None:
    """Run only while no core has anything better to do, or else at the lowest priority; no GPU.

    Training waits for the slowest of its threads, so that even the lowest usual priority beside it
    takes a fifth of its speed. TensorFlow takes nearly all memory of every GPU that it sees, so
    call this before it is imported.
    """
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    with contextlib.suppress(OSError):
        os.nice(19)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def main() -> None:
    """Carry out the one request that stands on standard input."""
    step_back()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Whatever a library prints must not land between the lines.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)

    def say(**values: Any) -> None:
        answers.write(json.dumps(values) + "\n")

    try:
        exported = _carry_out(
            json.load(sys.stdin),
            lambda name, done, total: say(name=name, done=done, total=total),
        )
    except DECLabError as error:
        say(error=str(error))
    except Exception as error:
        traceback.print_exc()
        say(error=f"The export failed on an unexpected error: {type(error).__name__}: {error}")
    else:
        say(left_out=list(exported.left_out))


def _carry_out(request: dict[str, Any], progress: OnProgress) -> Exported:
    make: Callable[..., Exported] = _run if request.pop("kind") == "run" else _figures
    return make(
        target=Path(request.pop("target")),
        formats=[FigureFormat(value) for value in request.pop("formats")],
        size=FigureSize(**size) if (size := request.pop("size")) else None,
        progress=progress,
        **request,
    )


def _run(root: str, run_id: str, target: Path, **options: Any) -> Exported:
    return export_run(RunStore(Path(root)), run_id, target, **options)


def _figures(plots: Sequence[Sequence[str]], target: Path, **options: Any) -> Exported:
    import plotly.graph_objects as go

    drawn = [
        Plot(name, go.Figure(_with_arrays(json.loads(figure))), alternative)
        for name, figure, alternative in plots
    ]
    return export_figures(drawn, target, **options)


def _with_arrays(value: Any) -> Any:
    """A figure's JSON with NumPy's arrays where plotly has written their bytes as text."""
    if isinstance(value, list):
        return [_with_arrays(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() >= {"dtype", "bdata"}:
        numbers = np.frombuffer(base64.b64decode(value["bdata"]), f"<{value['dtype']}")
        shape = value.get("shape")
        return numbers.reshape([int(n) for n in shape.split(",")]) if shape else numbers
    return {name: _with_arrays(item) for name, item in value.items()}


if __name__ == "__main__":
    main()
