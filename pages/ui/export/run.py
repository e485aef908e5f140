"""The form that makes a file of a whole run, or of parts of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from dec_core.errors import RunError
from dec_core.export.bundle import export_run
from dec_core.export.bundle_parts import PARTS
from dec_core.export.figures import FigureFormat
from dec_core.export.film import FILM_WIDTH
from dec_core.export.mp4 import find_ffmpeg, missing_ffmpeg
from dec_core.store.record import RunState
from pages.ui.export.figures import format_choice
from pages.ui.export.job import ExportRequest, job_button, job_result
from pages.ui.export.size import Looks, film_width_choice, looks_choice
from pages.ui.parts.state import run_manager
from pages.ui.parts.verbatim import verbatim

_NAMES = {
    "config.json": "Settings",
    "metrics.csv": "Metrics",
    "labels.csv": "Labels (CSV)",
    "labels.parquet": "Labels (Parquet)",
    "embedding.npz": "Embedding",
    "command.txt": "Command line",
    "reproduce.py": "Script that repeats it",
    "tensorboard": "TensorBoard",
    "movie.gif": "Film (GIF)",
    "movie.mp4": "Film (MP4)",
    "player.html": "Film (HTML)",
    "report.html": "Report",
    "model.keras": "Keras model",
    "autoencoder.keras": "Autoencoder (Keras)",
    "figures": "Figures",
}

_FILMS = {"movie.gif", "movie.mp4"}

_PARTLY_SAVED = (
    "This run was not saved to its end: the file ends where saving did. The figures on the page "
    "show all of it."
)


def run_form(runs: Mapping[str, str]) -> None:
    """Which run and which of its parts; then one zip file, or the part alone.

    Parameters
    ----------
    runs : names of the runs by their ids
    """
    run_id = next(iter(runs))
    if len(runs) > 1:
        run_id = st.selectbox("Run", list(runs), format_func=lambda i: runs[i], key="export_run")
    chosen = _parts_choice()
    film_width = film_width_choice() if _FILMS & set(chosen) else FILM_WIDTH
    formats, looks, wrong_size = _figures_choice("figures" in chosen)
    problem = _problem(run_id)
    wanted = _wanted(run_id, chosen, film_width, formats, looks)
    at_work = job_button(
        "Make the file",
        wanted,
        icon=":material/folder_zip:",
        is_possible=bool(chosen) and not (problem or wrong_size),
        key="make_run",
    )
    if problem:
        st.info(verbatim(problem), icon=":material/info:")
    elif wrong_size:
        st.warning(wrong_size, icon=":material/warning:")
    else:
        if not _is_whole(run_id):
            st.warning(_PARTLY_SAVED, icon=":material/warning:")
        job_result(wanted.key, at_work)


def _parts_choice() -> list[str]:
    """Parts of a run; a video only where there is an ffmpeg, else the reason."""
    has_ffmpeg = find_ffmpeg() is not None
    options = [name for name in PARTS if has_ffmpeg or name != "movie.mp4"]
    chosen = st.pills(
        "Parts",
        options,
        default=options,
        selection_mode="multi",
        format_func=lambda name: _NAMES[name],
        key=f"export_parts:{has_ffmpeg}",
        help="All of them make one zip file; one alone is not packed",
    )
    if not has_ffmpeg:
        st.caption(verbatim(missing_ffmpeg()))
    return list(chosen)


def _figures_choice(is_wanted: bool) -> tuple[list[FigureFormat], Looks, str]:
    """Formats and looks of the run's figures, and what is wrong with their size."""
    if not is_wanted:
        return [], Looks(), ""
    formats = format_choice(list(FigureFormat), key="run_formats")
    return formats, *looks_choice(formats, key="run")


def _problem(run_id: str) -> str:
    """Why the run cannot be exported now; empty where it can."""
    try:
        state = run_manager().store.record(run_id).state
    except RunError as error:
        return str(error)
    if state in (RunState.QUEUED, RunState.RUNNING):
        return "A whole run can be exported once it has ended. Its figures can be exported now."
    return ""


def _is_whole(run_id: str) -> bool:
    """Whether the disk holds all that is known of the run."""
    session = run_manager().in_memory(run_id)
    return session is None or session.is_stored


def _wanted(
    run_id: str,
    parts: Sequence[str],
    film_width: int,
    formats: Sequence[FigureFormat],
    looks: Looks,
) -> ExportRequest:
    """Parts of the run as it is stored now: once it has gone on, an old file is not wanted."""
    is_alone = len(parts) == 1 and bool(Path(parts[0]).suffix)
    filename = f"dec-lab_{run_id}_{parts[0]}" if is_alone else f"{run_id}.zip"
    store = run_manager().store
    work = partial(
        export_run,
        store,
        run_id,
        only=parts,
        film_width=film_width,
        formats=formats,
        **looks._asdict(),
    )
    key = ("run", run_id, _stamp(run_id), frozenset(parts), film_width, frozenset(formats), looks)
    return ExportRequest(key, filename, work)


def _stamp(run_id: str) -> tuple[int, int]:
    try:
        return run_manager().store.log_stamp(run_id)
    except RunError:
        return 0, 0
