"""The file on the page as new samples of a run: their clusters, to look at and to take home."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

from dec_core.config import FileData
from dec_core.data.files import locate
from dec_core.errors import DECLabError
from dec_core.export.label_table import table_bytes, table_of
from dec_core.export.prediction import Prediction, predict
from dec_core.store.record import RunState
from pages.ui.export.labels import table_buttons
from pages.ui.parts.lasting_button import lasting_button
from pages.ui.parts.run_label import run_words
from pages.ui.parts.state import run_manager
from pages.ui.parts.verbatim import verbatim

# More than these make the choice unreadable.
_LISTED_RUNS = 30
_RESULT = "assigned_samples"
_LABELS = {".csv": "Labels (CSV)", ".parquet": "Labels (Parquet)"}


class _Asked(NamedTuple):
    """What was asked: the run and its newest iteration, the file, whether with the embedding."""

    run_id: str
    stamp: tuple[int, int]
    file: str
    with_embedding: bool


def new_samples(data: FileData) -> None:
    """Choose a run; its stored preparation and model assign the samples of the file."""
    block = st.expander(
        "Assign these samples to the clusters of a run",
        icon=":material/input:",
        key="new_samples",
        on_change="rerun",
    )
    # To list the runs of a large store takes a second.
    if not block.open:
        return
    with block:
        runs = _runs()
        if not runs:
            st.caption("No stored run has clusters yet. Train one first.")
            return
        run_id = st.selectbox(
            "Run",
            list(runs),
            format_func=lambda one: runs[one],
            key="new_samples_run",
            help="Its preparation and its model as they are now; columns are matched by name",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            with_embedding = st.toggle("With the embedding", key="new_samples_embedding")
            is_asked = lasting_button("Assign", icon=":material/input:", key="new_samples_assign")
        asked = _Asked(run_id, run_manager().store.log_stamp(run_id), data.file, with_embedding)
        if is_asked:
            st.session_state.pop(_RESULT, None)
            _assign(data, asked)
        found = st.session_state.get(_RESULT)
        if found is not None and found[0] == asked:
            _show(asked, found[1])


def _runs() -> dict[str, str]:
    """The newest runs that have a model, by their ids."""
    manager, runs = run_manager(), dict[str, str]()
    for one in manager.list_runs():
        record = one.record
        if record.state is RunState.DAMAGED or not one.is_saved or record.config is None:
            continue
        if manager.store.checkpoints(record.run_id):
            runs[record.run_id] = verbatim(" \N{MIDDLE DOT} ".join(run_words(one)[0]))
        if len(runs) == _LISTED_RUNS:
            break
    return runs


def _assign(data: FileData, asked: _Asked) -> None:
    try:
        with st.spinner("Assigning the samples ...", show_time=False):
            found = predict(
                run_manager().store,
                asked.run_id,
                locate(data),
                id_column=data.id,
                with_embedding=asked.with_embedding,
            )
    except DECLabError as error:
        st.error(verbatim(str(error)), icon=":material/error:")
    else:
        st.session_state[_RESULT] = asked, found


def _show(asked: _Asked, found: Prediction) -> None:
    for note in found.notes:
        st.warning(verbatim(note), icon=":material/warning:")
    sizes = np.bincount(found.samples.labels)
    listed = ", ".join(f"{size:,} in cluster {i}" for i, size in enumerate(sizes) if size)
    st.markdown(f"{sizes.sum():,} samples: {listed}.")
    name = f"{Path(asked.file).stem}-{asked.run_id}"
    with st.container(horizontal=True):
        table_buttons(_LABELS, partial(_file, found), stem=name, key="new_samples")


def _file(found: Prediction, suffix: str) -> bytes:
    return table_bytes(table_of(found.samples.columns()), suffix)
