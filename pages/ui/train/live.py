"""The part of the Train page that ticks while a run trains."""

from __future__ import annotations

import streamlit as st

from dec_core.events.view import View
from dec_core.runs.handle import RunHandle
from dec_core.store.record import RunState
from pages.ui.parts.state import run_manager, show_run
from pages.ui.train.controls import ControlState, control_state
from pages.ui.train.next_step import next_step
from pages.ui.train.panels import panels
from pages.ui.train.status import banner, figures_of_merit, messages, where_it_is

TICK_SECONDS = 0.5


def live(session: RunHandle, drawn: ControlState) -> None:
    """Status and plots; they redraw in place until the run ends and no map is awaited.

    Where the run no longer stands as the buttons show it, one full rerun gives them their new
    state; the same rerun starts and stops the ticking.
    """
    is_ticking = _needs_ticks(session, drawn.state)
    run_every = TICK_SECONDS if is_ticking else None

    @st.fragment(run_every=run_every)
    def tick() -> None:
        now, view = control_state(session), session.view
        _draw(session, view, now.state)
        needs_ticks = _needs_ticks(session, now.state)
        if now != drawn or needs_ticks is not is_ticking or run_manager().has_news(session):
            # A tick that waited behind a click still carries the address from before it.
            show_run(session.run_id)
            st.rerun()

    tick()


def _needs_ticks(session: RunHandle, state: RunState) -> bool:
    return not state.is_settled or session.maps.is_waiting


def _draw(session: RunHandle, view: View, state: RunState) -> None:
    with st.container(key="status"):
        where_it_is(session, view, state)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            banner(session, view, state)
            next_step(session, view, state)
    messages(view)
    figures_of_merit(view)
    panels(session, view)
