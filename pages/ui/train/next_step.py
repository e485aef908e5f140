"""The way on from a run that waits or has ended, beside what is said of it."""

from __future__ import annotations

import streamlit as st

from dec_core.analysis.verdict import SPOILT
from dec_core.events.view import View
from dec_core.runs.handle import RunHandle
from dec_core.store.record import RunState
from pages.ui.export.labels import labels_buttons
from pages.ui.parts.run_link import run_link
from pages.ui.parts.state import run_manager


def next_step(session: RunHandle, view: View, state: RunState) -> None:
    """What to do with a run that is over or waits; nothing while it trains or can be resumed."""
    if state is RunState.QUEUED:
        _run_ahead(session)
    if view.finished is None or not state.is_over:
        return
    if session.is_stored and view.centers is not None:
        labels_buttons(session.run_id)
    if view.finished.judgement.verdict in SPOILT:
        st.page_link(
            "diagnose.py",
            label="Find out why",
            icon=":material/troubleshoot:",
            help="Runs from the same start, with something changed, show what did it",
            query_params={"run": session.run_id},
        )
        return
    st.page_link(
        "compare.py",
        label="Compare runs",
        icon=":material/compare_arrows:",
        help="Its curves and settings beside those of other runs",
    )


def _run_ahead(session: RunHandle) -> None:
    ahead = run_manager().runs_ahead(session)
    if ahead:
        run_link(ahead[-1], "The run that this one waits for", key="run_ahead")
