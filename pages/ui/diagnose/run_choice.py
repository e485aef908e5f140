"""Which run is diagnosed: the one that the address names, or one from the list."""

from __future__ import annotations

import streamlit as st

from dec_core.errors import RunError
from dec_core.experiments.counterfactuals import is_counterfactual
from dec_core.runs.handle import RunHandle
from dec_core.runs.listing import ListedRun
from dec_core.store.record import RunState
from pages.ui.parts.parameters import parameters
from pages.ui.parts.run_label import run_words
from pages.ui.parts.state import RUN, UPDATE, current_run, run_manager, show_run
from pages.ui.parts.verbatim import verbatim

_KEY = "diagnosed"


def chosen_run() -> RunHandle | None:
    """The first row of the page, and the run that is chosen there; None where there is none.

    Where the address names none, it is the newest.

    Raises
    ------
    RunError
        If the runs cannot be listed, or the chosen one is damaged.
    """
    run = _named_run()
    listed = {one.record.run_id: one for one in run_manager().list_runs() if _can_be_shown(one)}
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="bar"):
        st.subheader("Diagnose", anchor=False, width="content")
        if run is None and not listed:
            return None
        run_id = next(iter(listed)) if run is None else run.run_id
        if run is None and UPDATE in parameters:
            # An address that names an update names its run.
            parameters.change({RUN: run_id})
        # Its key changes with the run, so that the address decides what it shows.
        st.selectbox(
            "Run",
            list(dict.fromkeys([*listed, run_id])),
            index=list(dict.fromkeys([*listed, run_id])).index(run_id),
            format_func=lambda one: _label(listed[one]) if one in listed else one,
            label_visibility="collapsed",
            key=f"{_KEY}:{run_id}",
            on_change=_show_choice,
            args=(f"{_KEY}:{run_id}",),
        )
        st.page_link(
            "train.py",
            label="Open on Train",
            icon=":material/model_training:",
            query_params={"run": run_id},
        )
    return run_manager().get(run_id) if run is None else run


def _named_run() -> RunHandle | None:
    try:
        return current_run()
    except RunError as error:
        st.warning(verbatim(str(error)), icon=":material/link_off:")
        return None


def _can_be_shown(one: ListedRun) -> bool:
    """Not damaged, and made for itself; what explains another run is opened from there."""
    is_whole = one.record.state is not RunState.DAMAGED and one.record.config is not None
    return is_whole and not is_counterfactual(one.record)


def _show_choice(key: str) -> None:
    show_run(st.session_state[key])


def _label(one: ListedRun) -> str:
    return " \N{MIDDLE DOT} ".join(run_words(one)[0])
