"""The part of the Train page that ticks while a run trains."""

from __future__ import annotations

import streamlit as st

from dec_core.events.view import View
from dec_core.runs.handle import RunHandle
from dec_core.store.record import RunState
from pages.ui.parts.page_sight import is_page_hidden
from pages.ui.parts.parameters import parameters
from pages.ui.parts.state import RUN, run_manager, show_notices
from pages.ui.train.controls import ControlState, control_state
from pages.ui.train.next_step import next_step
from pages.ui.train.panels import panels
from pages.ui.train.status import banner, figures_of_merit, messages, where_it_is

# Between two ticks while it trains beside the page, and while a person waits for something.
TICK_SECONDS, WAITING_TICK_SECONDS = 1.0, 0.25


def live(session: RunHandle, drawn: ControlState) -> None:
    """Status and plots; they redraw in place until the run ends and no map is awaited, and only
    while the page can be seen.

    Where the run no longer stands as the buttons show it, one full rerun gives them their new
    state; the same rerun starts and stops the ticking.
    """
    is_hidden = is_page_hidden()
    run_every = None if is_hidden else _tick_seconds(session, session.view, drawn.state)

    @st.fragment(run_every=run_every)
    def tick() -> None:
        if parameters.get(RUN, session.run_id) != session.run_id:
            # A click in this part of the page has led to another run.
            st.rerun()
        now, view = control_state(session), session.view
        _draw(session, view, now.state)
        is_at_pace = is_hidden or _tick_seconds(session, view, now.state) == run_every
        if now != drawn or not is_at_pace or run_manager().has_news(session):
            st.rerun()
        show_notices()

    tick()


def _tick_seconds(session: RunHandle, view: View, state: RunState) -> float | None:
    """What lies between two ticks; None where nothing will change by itself."""
    if state.is_settled and not session.maps.is_waiting:
        return None
    is_clustering = state is RunState.RUNNING and view.centers is not None
    return TICK_SECONDS if is_clustering else WAITING_TICK_SECONDS


def _draw(session: RunHandle, view: View, state: RunState) -> None:
    with st.container(key="status"):
        where_it_is(session, view, state)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="verdict"):
            banner(session, view, state)
            next_step(session, view, state)
    messages(view)
    figures_of_merit(view)
    panels(session, view)
