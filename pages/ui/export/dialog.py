"""Export: the figures of a page and whole runs, as files for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.ui.export.figures import ShownRuns, figures_form
from pages.ui.export.run import run_form
from pages.ui.parts.lasting_button import lasting_button
from pages.ui.parts.live_plot import drawn_plots

_OPEN = "export_of"
_FIGURES, _RUN = "Figures on this page", "A whole run"


def export_control(subject: str, plots: Sequence[str], runs: Mapping[str, str]) -> None:
    """The button and, once it is pressed, the dialog, which stays open over reruns.

    Parameters
    ----------
    subject : what the page shows: a run's id, or a word for several
    plots : the places of the page's figures, as ``show_plot`` names them
    runs : names of the runs by their ids
    """
    if lasting_button(
        "Export",
        icon=":material/download:",
        disabled=not runs,
        help="Figures for a paper, or everything of a run",
        key="export",
    ):
        st.session_state[_OPEN] = subject
    if st.session_state.get(_OPEN) == subject and runs:
        _dialog(ShownRuns(subject, frozenset(runs)), plots, runs)


def _dismissed() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("Export", width="medium", icon=":material/download:", on_dismiss=_dismissed)
def _dialog(shown: ShownRuns, plots: Sequence[str], runs: Mapping[str, str]) -> None:
    what = st.segmented_control(
        "What",
        [_FIGURES, _RUN],
        default=_FIGURES,
        required=True,
        label_visibility="collapsed",
        key="export_what",
    )
    if what == _FIGURES:
        figures_form(shown, drawn_plots(plots, runs))
    else:
        run_form(runs)
