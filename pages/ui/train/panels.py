"""The plots of a run, in the order in which they deserve attention, and its log."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dec_core.errors import RunError
from dec_core.events.log_text import log_text
from dec_core.events.view import View
from dec_core.export.metrics_csv import updates_csv
from dec_core.plots.agreement import draw_classes
from dec_core.plots.labels import draw_labels, draw_unreadable
from dec_core.plots.learning import draw_learning
from dec_core.plots.scores import draw_scores, draw_silhouette, draw_successive
from dec_core.plots.sizes import draw_sizes
from dec_core.plots.style import Plot
from dec_core.runs.handle import RunHandle
from pages.ui.parts.frame_slider import chosen_update, frame_slider
from pages.ui.parts.live_plot import live_plot
from pages.ui.parts.panel import choice, panel, title_row, two_columns
from pages.ui.train.before_clusters import before_clusters, show_reconstructions
from pages.ui.train.branching import checkpoints
from pages.ui.train.map_panel import draw_map, map_controls
from pages.ui.train.signs import signs

_LABELS, _CLASSES, _KIND = "Labels", "Classes", "labels_kind"
_CURVES, _RECONSTRUCTIONS = "Curves", "Reconstructions"
_TRUE, _DATA, _BETWEEN = "True labels", "The data", "Between updates"
_QUESTIONS = {
    _TRUE: "Is it better than k-means?",
    _DATA: "Do the clusters hold in the data?",
    _BETWEEN: "Do the labels still change?",
}
# Where a run's plots are, as ``live_plot`` names them.
PLOTS = ("scores", "sizes", "embedding", "labels", "learning")
# Two rows of plots fill the window; the style sheet knows what stands above them.
HEIGHT = "var(--dec-lab-plot)"
LOW = 230
# While a run trains its log shows as many at least; thousands would cost it speed.
_NEWEST_LINES = 100
_PAIRS = ("Scores and sizes", "Map and labels")


def panels(session: RunHandle, view: View) -> None:
    """All plots; each has its place from the beginning, so nothing moves."""
    key = f"frame:{session.run_id}"
    frame_slider([u.iteration for u in view.updates], checkpoints(session), key=key)
    update = chosen_update(len(view.updates), key=key)
    chosen = None if update == len(view.updates) - 1 else update
    marks = len(view.changes), len(view.resets), len(view.dissolved)
    updates = len(view.updates), marks, view.centers is not None
    show = partial(live_plot, session, view, height=HEIGHT)
    with st.container(key="panels"):
        if view.centers is None:
            before_clusters(session, view, two_columns("first_row"), HEIGHT)
            return
        _choose_pair()
        grid = two_columns("first_row")
        with panel(grid):
            kind, with_ari = _score_controls(view)
            draw = {
                _TRUE: partial(draw_scores, view, with_ari=with_ari),
                _DATA: partial(draw_silhouette, view),
                _BETWEEN: partial(draw_successive, view),
            }[kind]
            show("scores", draw, news=updates, options=(kind, with_ari), zoom=kind)
        with panel(grid):
            title_row("Do the clusters survive?")
            show("sizes", partial(draw_sizes, view), news=updates)
        grid = two_columns("second_row")
        with panel(grid):
            with title_row("Where are the samples?"):
                choice = map_controls(session, view)
            show(
                "embedding",
                partial(draw_map, session, view, update, choice),
                news=(update, session.maps.frames[-1:], session.maps.error, updates[-1]),
                options=(choice, chosen),
                zoom=choice.method,
            )
        with panel(grid):
            is_table = _label_controls(view)
            show(
                "labels",
                partial(_draw_labels, session, view, update, is_table=is_table),
                news=(update, updates[-1]),
                options=(chosen, is_table),
                zoom=str(is_table),
            )
    with st.container(border=True, gap="xsmall"):
        if _learning_control() == _RECONSTRUCTIONS:
            show_reconstructions(session, view, "learning", height=LOW)
        else:
            news = (updates, len(view.pretraining))
            show("learning", partial(draw_learning, view), news=news, height=LOW)
    _log(session, view)
    signs(view)


def _choose_pair() -> None:
    """Where the window is narrow, two of the four plots are seen; the style sheet hides the others
    and, where it is wide, this choice."""
    choice("Plots", _PAIRS, "pair", width="stretch")


def _draw_labels(session: RunHandle, view: View, update: int | None, *, is_table: bool) -> Plot:
    draw = draw_classes if is_table else draw_labels
    try:
        return draw(view, session.frames, update)
    except RunError as error:
        return draw_unreadable(str(error))


def _label_controls(view: View) -> bool:
    """The title of the labels; whether they are shown as a table beside the true ones."""
    is_table = view.has_labels and st.session_state.get(_KIND, _LABELS) == _CLASSES
    title = "Which cluster holds which class?" if is_table else "Which cluster is each sample in?"
    with title_row(title):
        if view.has_labels:
            kind = choice(
                "Labels as",
                (_LABELS, _CLASSES),
                "labels_as",
                default=_CLASSES if is_table else _LABELS,
                on_change=_remember_kind,
            )
            is_table = kind == _CLASSES
    return is_table


def _remember_kind() -> None:
    """Also for the time after a run without true labels, which has no such choice."""
    st.session_state[_KIND] = st.session_state["labels_as"]


def _score_controls(view: View) -> tuple[str, bool]:
    """The title of the scores; which are shown, and whether with ARI."""
    kinds = _score_kinds(view)
    key = f"scores:{kinds[0]}"
    with title_row(_QUESTIONS[st.session_state.get(key, kinds[0])]):
        kind = choice("Scores against", kinds, key)
        if _TRUE not in kinds:
            return kind, False
        with_ari = st.toggle("ARI", key="with_ari", disabled=kind != _TRUE)
    return kind, with_ari


def _score_kinds(view: View) -> list[str]:
    """What there are scores against; a run of old may have been compared with nothing else."""
    if view.started is None or view.has_labels:
        return [_TRUE, _BETWEEN]
    has_silhouette = not view.updates or "data_silhouette" in view.updates[-1].measures
    return [_DATA, _BETWEEN] if has_silhouette else [_BETWEEN]


def _learning_control() -> str:
    """The title of the curves; whether they or the reconstructions are shown."""
    is_pictured = st.session_state.get("learning_as", _CURVES) == _RECONSTRUCTIONS
    title = "What does the autoencoder reconstruct?" if is_pictured else "Is it still learning?"
    with title_row(title):
        shown: str = choice("Learning as", (_CURVES, _RECONSTRUCTIONS), "learning_as")
    return shown


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
        # It begins elsewhere once in as many updates, so that lines are added and none changed.
        begin = 0 if view.is_over else len(view.updates) // _NEWEST_LINES - 1
        # A code block would make the browser load a grammar of every language first.
        with st.container(height=220, key="log"):
            st.text(log_text(view, begin * _NEWEST_LINES) or "No update yet.")
