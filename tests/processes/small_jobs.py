"""Work for jobs: done in a moment, never done, or failing."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dec_core.export.targets import Exported, OnProgress


def figure(target: Path, progress: OnProgress) -> Exported:
    """The numbers of one figure."""
    # A job that draws nothing starts in less than half the time without these.
    from dec_core.export.figures import FigureFormat, export_figures
    from dec_core.plots.sizes import draw_sizes
    from tests.plots.scripted import scripted_view

    plots = [draw_sizes(scripted_view())]
    return export_figures(plots, target, formats=[FigureFormat.CSV], progress=progress)


def wait(target: Path, progress: OnProgress) -> None:
    """Say the number of the process and wait to be ended."""
    progress(f"{os.getpid()} makes {target.name}", 1, 2)
    while True:
        time.sleep(60)


def figure_in_a_file(target: Path, progress: OnProgress) -> Exported:
    """What no disk allows."""
    target.write_text("a file, so no folder")
    return figure(target / "deeper.csv", progress)


def fail(target: Path, progress: OnProgress) -> None:
    """Raise what nobody expects."""
    progress("nothing", 0, 1)
    raise KeyError(target.name)
