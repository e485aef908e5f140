"""An export at work: how far it is, and its result to download."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dec_core.errors import ExportError
from dec_core.processes.jobs import JobStatus, Work
from dec_core.processes.own_process import yields
from pages.ui.parts.lasting_button import lasting_button
from pages.ui.parts.state import run_manager
from pages.ui.parts.verbatim import verbatim

TICK_SECONDS = 0.5
_IN_WORDS = {"": "Starting ...", "done": "Finishing ..."}
# The job that was stopped last in this session.
_STOPPED = "export_stopped"
_TYPES = {
    ".zip": "application/zip",
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".html": "text/html",
    ".csv": "text/csv",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
}


@dataclass(frozen=True)
class ExportRequest:
    """An export: its job's key, its file's name, what makes the file.

    The key holds all that was chosen, so that every choice has a job and a file of its own.
    """

    key: Hashable
    filename: str
    work: Work


def _start_job(wanted: ExportRequest) -> None:
    """Start the job and show it, or say why that cannot be."""
    st.session_state.pop(_STOPPED, None)
    try:
        run_manager().jobs.start(wanted.key, wanted.filename, wanted.work)
    except ExportError as error:
        st.error(verbatim(str(error)), icon=":material/error:")
        return
    st.rerun()


def job_button(
    label: str, wanted: ExportRequest, *, icon: str, is_possible: bool, key: str
) -> bool:
    """The button that starts the job; returns whether it counts the job as at work."""
    at_work = _is_at_work(wanted.key)
    if lasting_button(label, icon=icon, disabled=not is_possible or at_work, key=key):
        _start_job(wanted)
    return at_work


def _is_at_work(key: Hashable) -> bool:
    """Whether the job of that key has still something to do."""
    job = run_manager().jobs.get(key)
    return job is not None and not job.status.is_over


def job_result(key: Hashable, is_ticking: bool) -> None:
    """Progress while the job is at work, then its file or the reason why there is none.

    ``is_ticking`` says whether the button above counts the job as at work.
    """

    @st.fragment(run_every=TICK_SECONDS if is_ticking else None)
    def tick() -> None:
        # One height for all of its states, so that the dialog does not jump.
        with st.container(height=64, border=False):
            _show(key)
        if is_ticking and not _is_at_work(key):
            st.rerun()

    tick()


def _show(key: Hashable) -> None:
    job = run_manager().jobs.get(key)
    if job is not None and not job.status.is_over:
        _progress(key, job.status)
    elif job is None and st.session_state.get(_STOPPED) == key:
        st.caption("Stopped. Nothing was written.")
    elif job is None:
        if yields():
            st.caption("Exports run at low priority, so that training keeps its speed.")
    elif job.status.problem:
        st.error(verbatim(job.status.problem), icon=":material/error:")
    else:
        _download(job.target)
        for sentence in job.status.left_out:
            st.warning(f"Left out: {verbatim(sentence)}", icon=":material/warning:")


def _progress(key: Hashable, status: JobStatus) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.empty()
        bar.progress(status.share, text=_IN_WORDS.get(status.step, f"Writing {status.step} ..."))
        if lasting_button("Stop", icon=":material/stop:", key="stop_export"):
            bar.progress(status.share, text="Stopping ...")
            run_manager().jobs.drop(key)
            st.session_state[_STOPPED] = key
            st.rerun()


def _download(path: Path) -> None:
    size = path.stat().st_size if path.exists() else 0
    st.download_button(
        f"Download {path.name} ({_as_size(size)})",
        path.read_bytes,
        file_name=path.name,
        mime=file_type(path.suffix),
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key=f"download:{path}",
    )


def file_type(suffix: str) -> str:
    """What a browser is told of a file that ends so."""
    return _TYPES.get(suffix, "application/octet-stream")


def _as_size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"
