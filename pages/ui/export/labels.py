"""The labels of a run as a file, in one click."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from dec_core.export.bundle import export_run
from dec_core.store.store import RunStore
from pages.ui.parts.state import run_manager

_KINDS = {".csv": ("Labels (CSV)", "text/csv"), ".parquet": ("Parquet", "application/octet-stream")}
_HELP = "Id, cluster, confidence and q of every sample"


def labels_buttons(run_id: str | None) -> None:
    """One button for each kind of file; without a run that is over they are there, but dead.

    The file is made when a button is pressed, beside the script, so that the page goes on.
    """
    with st.container(horizontal=True, width="content", gap="small"):
        for suffix, (label, mime) in _KINDS.items():
            st.download_button(
                label,
                partial(_labels, run_manager().store, run_id or "", suffix),
                file_name=f"{run_id}-labels{suffix}",
                mime=mime,
                icon=":material/download:",
                type="tertiary",
                help=_HELP,
                disabled=run_id is None,
                on_click="ignore",
                key=f"labels:{suffix}",
            )


def _labels(store: RunStore, run_id: str, suffix: str) -> bytes:
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"labels{suffix}"
        export_run(store, run_id, target, only=[f"labels{suffix}"])
        return target.read_bytes()
