"""The Diagnose page, section by section."""

from __future__ import annotations

import streamlit as st

from dec_core.runs.handle import RunHandle
from pages.ui.diagnose.causes import causes
from pages.ui.diagnose.grid import grid
from pages.ui.diagnose.inspector import inspector
from pages.ui.parts.page_sight import is_page_hidden


def diagnosis(run: RunHandle) -> None:
    """Everything that the page tells of a run."""
    is_hidden = is_page_hidden()
    causes(run, is_hidden=is_hidden)
    grid(run, is_hidden=is_hidden)
    st.divider()
    st.subheader("What did each target ask for?", anchor=False)
    inspector(run, is_hidden=is_hidden)


def no_runs() -> None:
    """What to do before there is anything to diagnose."""
    st.markdown("There are no runs yet. Train one, then look here at what each target asked for.")
    st.page_link("train.py", label="Train a run", icon=":material/model_training:")
