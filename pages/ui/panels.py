"""The plots of a run, in the order in which they deserve attention, and its log."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dec_core.plots.labels import draw_labels
from dec_core.plots.learning import draw_learning
from dec_core.plots.scores import draw_scores, draw_successive
from dec_core.plots.sizes import draw_sizes
from dec_core.plots.style import Plot
from dec_core.runs.session import RunSession
from dec_core.training.log import log_text
from dec_core.training.table import updates_csv
from dec_core.training.view import View
from pages.ui.frame_slider import chosen_update, frame_slider
from pages.ui.live_plot import live_plot
from pages.ui.map_panel import draw_map, map_controls

HEIGHT = 306
# Every panel has one row of controls above its plot, so that plots side by side line up.
ROW = 40


def panels(session: RunSession, view: View) -> None:
    """All plots; each has its place from the beginning, so nothing moves."""
    key = f"frame:{session.run_id}"
    update = chosen_update(len(view.updates), key=key)
    grid = st.grid(2, min_column_width=390, gap="small")
    with grid.container(border=True, gap="xsmall"):
        _scores(session, view)
    with grid.container(border=True, gap="xsmall"):
        with _row():
            st.caption("From the k-means start to the newest update")
        _show(session, view, draw_sizes(view))
    with grid.container(border=True, gap="xsmall"):
        with _row():
            choice = map_controls(session, view)
        _show(session, view, draw_map(session, view, update, choice), choice.method)
    with grid.container(border=True, gap="xsmall"):
        with _row():
            frame_slider([u.iteration for u in view.updates], key=key)
        _show(session, view, draw_labels(view, update))
    with st.container(border=True):
        _show(session, view, draw_learning(view))
    _log(session, view)


def _scores(session: RunSession, view: View) -> None:
    kinds = ["True labels", "Between updates"]
    has_labels = view.started is None or view.has_labels
    with _row():
        kind = st.segmented_control(
            "Scores against",
            kinds if has_labels else kinds[1:],
            default=kinds[0] if has_labels else kinds[1],
            required=True,
            label_visibility="collapsed",
            key=f"scores:{has_labels}",
        )
        with_ari = st.toggle("ARI", key="with_ari", disabled=kind != kinds[0])
    if kind == kinds[0]:
        _show(session, view, draw_scores(view, with_ari=with_ari), kind)
    else:
        _show(session, view, draw_successive(view), kind)


def _show(session: RunSession, view: View, plot: Plot, which: str = "") -> None:
    live_plot(plot, run_id=session.run_id, iteration=view.iteration, height=HEIGHT, view=which)


def _row() -> DeltaGenerator:
    return st.container(height=ROW, border=False, horizontal=True, vertical_alignment="center")


def _log(session: RunSession, view: View) -> None:
    with st.container(border=True):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.markdown(
                "**Log**, in the R port's format: ACC and NMI are between successive predictions",
                width="content",
            )
            st.download_button(
                "Numbers as CSV",
                lambda: updates_csv(session.view),
                file_name=f"dec-lab_{session.run_id}_updates_iteration-{view.iteration}.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                key="updates_csv",
            )
        st.code(log_text(view) or "No update yet.", language=None, height=220)
