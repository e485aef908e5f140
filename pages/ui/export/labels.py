"""The labels of a run as a file, in one click."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from dec_core.export.bundle import export_run
from dec_core.store.store import RunStore
from pages.ui.export.job import file_type
from pages.ui.parts.state import run_manager

_LABELS = {".csv": "Labels (CSV)", ".parquet": "Parquet"}
_HELP = "Id, cluster, confidence and q of every sample"
_NEEDS_A_RUN = f"{_HELP}. Choose one run that has ended."


def labels_buttons(run_id: str | None) -> None:
    """One button for each kind of file; without a run that is over they are there, but dead."""
    with st.container(horizontal=True, width="content", gap="small"):
        table_buttons(
            _LABELS,
            partial(_labels, run_manager().store, run_id or ""),
            stem=f"{run_id}-labels",
            key="labels:",
            type="tertiary",
            help=_NEEDS_A_RUN if run_id is None else _HELP,
            disabled=run_id is None,
        )


def table_buttons(
    labels: Mapping[str, str], make: Callable[[str], bytes], *, stem: str, key: str, **looks: Any
) -> None:
    """A button for each kind of file, named by its ending.

    A file is made when its button is pressed, beside the script, so that the page goes on.
    """
    for suffix, label in labels.items():
        st.download_button(
            label,
            partial(make, suffix),
            file_name=f"{stem}{suffix}",
            mime=file_type(suffix),
            icon=":material/download:",
            on_click="ignore",
            key=f"{key}{suffix}",
            **looks,
        )


def _labels(store: RunStore, run_id: str, suffix: str) -> bytes:
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"labels{suffix}"
        export_run(store, run_id, target, only=[f"labels{suffix}"])
        return target.read_bytes()
