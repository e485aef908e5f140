"""The part of the Train page that ticks while a run trains."""

from __future__ import annotations

import streamlit as st

from dec_core.runs.session import RunSession, SessionState
from dec_core.training.view import View
from pages.ui.panels import panels
from pages.ui.state import run_manager
from pages.ui.status import banner, figures_of_merit, where_it_is

TICK_SECONDS = 0.5


def live(session: RunSession, state_drawn: SessionState) -> None:
    """Status and plots; they redraw in place until the run ends.

    A state other than the one that the buttons show ends the fragment with one full rerun, which
    gives them their new state and, at the end, stops the ticking.
    """
    is_ticking = not state_drawn.is_settled or session.maps.is_waiting
    run_every = TICK_SECONDS if is_ticking else None

    @st.fragment(run_every=run_every)
    def tick() -> None:
        state, view = session.state, session.view
        _draw(session, view, state)
        is_settled = state.is_settled and not session.maps.is_waiting
        has_news = run_manager().has_news(session)
        if state is not state_drawn or (is_ticking and is_settled) or has_news:
            st.rerun()

    tick()


def _draw(session: RunSession, view: View, state: SessionState) -> None:
    where_it_is(session, view, state)
    banner(session, view, state)
    figures_of_merit(view)
    panels(session, view)
