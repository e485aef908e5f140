"""The plots of a run, in the order in which they deserve attention, and its log."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dec_core.errors import RunError
from dec_core.events.log_text import log_text
from dec_core.events.view import View
from dec_core.export.metrics_csv import updates_csv
from dec_core.plots.labels import draw_labels, draw_unreadable
from dec_core.plots.learning import draw_learning
from dec_core.plots.scores import draw_scores, draw_successive
from dec_core.plots.sizes import draw_sizes
from dec_core.plots.style import Plot
from dec_core.runs.handle import RunHandle
from pages.ui.parts.live_plot import live_plot
from pages.ui.train.frame_slider import chosen_update, frame_slider
from pages.ui.train.map_panel import draw_map, map_controls

_TRUE, _BETWEEN = "True labels", "Between updates"
# Where a run's plots are, as ``live_plot`` names them.
PLOTS = ("scores", "sizes", "embedding", "labels", "learning")
HEIGHT = 306
# Every panel has one row of controls above its plot, so that plots side by side line up.
ROW = 40


def panels(session: RunHandle, view: View) -> None:
    """All plots; each has its place from the beginning, so nothing moves."""
    key = f"frame:{session.run_id}"
    update = chosen_update(len(view.updates), key=key)
    chosen = None if update == len(view.updates) - 1 else update
    updates = len(view.updates), len(view.changes), view.centers is not None
    show = partial(live_plot, session, view, height=HEIGHT)
    grid = st.grid(2, min_column_width=390, gap="small")
    with grid.container(border=True, gap="xsmall"):
        kind, with_ari = _score_controls(view)
        draw = partial(draw_scores, view, with_ari=with_ari)
        if kind == _BETWEEN:
            draw = partial(draw_successive, view)
        show("scores", draw, news=updates, options=(kind, with_ari), zoom=kind)
    with grid.container(border=True, gap="xsmall"):
        with _row():
            st.caption("From the k-means start to the newest update")
        show("sizes", partial(draw_sizes, view), news=updates)
    with grid.container(border=True, gap="xsmall"):
        with _row():
            choice = map_controls(session, view)
        show(
            "embedding",
            partial(draw_map, session, view, update, choice),
            news=(update, session.maps.frames[-1:], session.maps.error, updates[-1]),
            options=(choice, chosen),
            zoom=choice.method,
        )
    with grid.container(border=True, gap="xsmall"):
        with _row():
            frame_slider([u.iteration for u in view.updates], key=key)
        show(
            "labels",
            partial(_draw_labels, session, view, update),
            news=(update, updates[-1]),
            options=chosen,
        )
    with st.container(border=True):
        news = (updates, len(view.pretraining))
        show("learning", partial(draw_learning, view), news=news)
    _log(session, view)


def _draw_labels(session: RunHandle, view: View, update: int | None) -> Plot:
    try:
        return draw_labels(view, session.frames, update)
    except RunError as error:
        return draw_unreadable(str(error))


def _score_controls(view: View) -> tuple[str, bool]:
    kinds = [_TRUE, _BETWEEN] if view.started is None or view.has_labels else [_BETWEEN]
    with _row():
        kind = st.segmented_control(
            "Scores against",
            kinds,
            default=kinds[0],
            required=True,
            label_visibility="collapsed",
            key=f"scores:{len(kinds)}",
        )
        with_ari = st.toggle("ARI", key="with_ari", disabled=kind != _TRUE)
    return kind, with_ari


def _row() -> DeltaGenerator:
    return st.container(height=ROW, border=False, horizontal=True, vertical_alignment="center")


def _log(session: RunHandle, view: View) -> None:
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
                lambda: updates_csv(view),
                file_name=f"dec-lab_{session.run_id}_updates_iteration-{view.iteration}.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                key="updates_csv",
            )
        st.code(log_text(view) or "No update yet.", language=None, height=220)
