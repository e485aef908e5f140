"""The map of the embedding: which one is shown, and in which colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dec_core.analysis.projection import Points, run_map
from dec_core.errors import RunError
from dec_core.events.events import KMEANS
from dec_core.events.frames import Frames
from dec_core.events.view import View
from dec_core.plots.embedding import doubt_about, draw_embedding, draw_waiting
from dec_core.plots.style import Plot
from dec_core.runs.handle import RunHandle
from dec_core.runs.maps import MapRate
from dec_core.store.record import RunState
from pages.ui.parts.panel import choice

_PCA, _UMAP = "PCA", "UMAP"
_END = "At the end"
# When maps are made, in words; while a run trains once in so many updates.
_INTERVALS = {"Every update": 1} | {f"Every {n} updates": n for n in (2, 5, 10, 20, 50)}
_WHEN = (*_INTERVALS, _END)
_COLORS = ("Colour: cluster", "Colour: true label")


@dataclass(frozen=True)
class MapChoice:
    """What a person wants to see; ``when`` says when UMAP maps are made, empty for PCA."""

    method: str
    when: str
    by_true_label: bool


def map_controls(session: RunHandle, view: View) -> MapChoice:
    """Method and colours; the choice of UMAP asks the run for its maps."""
    method = choice("Map", (_PCA, _UMAP), "map_method", on_change=_ask_for_maps, args=(session,))
    when = color = ""
    if method == _UMAP:
        when = _menu("map_when", _WHEN, session, help="When UMAP maps are made")
    if view.has_labels:
        color = _menu("map_color", _COLORS, session)
    # Another tab may look at the same run; only a person's own click turns its maps off.
    if session.maps.rate is MapRate.OFF and method == _UMAP:
        _ask_for_maps(session)
    return MapChoice(method, when, color == _COLORS[1])


def _menu(key: str, options: Sequence[str], session: RunHandle, *, help: str | None = None) -> str:
    """What is chosen, on a button that opens the list of what can be."""
    chosen = _chosen(key, options)
    st.menu_button(chosen, options, help=help, key=key, on_click=_choose, args=(key, session))
    return chosen


def _chosen(key: str, options: Sequence[str]) -> str:
    chosen: str = st.session_state.get(f"{key}_chosen", options[0])
    return chosen


def _choose(key: str, session: RunHandle) -> None:
    """Kept apart from the menu, which holds its choice for a moment only."""
    st.session_state[f"{key}_chosen"] = st.session_state[key]
    if key == "map_when":
        _ask_for_maps(session)


def _ask_for_maps(session: RunHandle) -> None:
    """Where a field has just left the page, as at the start of another run, its default holds."""
    when = _chosen("map_when", _WHEN)
    session.maps.every = _INTERVALS.get(when, 1)
    rate = MapRate.END if when == _END else MapRate.LIVE
    is_wanted = st.session_state.get("map_method") == _UMAP
    session.maps.rate = rate if is_wanted else MapRate.OFF


def draw_map(session: RunHandle, view: View, update: int | None, choice: MapChoice) -> Plot:
    """The map at ``update``, or at the nearest earlier one that has its embedding."""
    method = choice.method
    if update is None or view.started is None or view.centers is None:
        return draw_waiting(method, "Waits for the k-means start")
    try:
        return _drawn(session, view, update, choice)
    except RunError as error:
        return draw_waiting(method, str(error))


def _drawn(session: RunHandle, view: View, update: int, choice: MapChoice) -> Plot:
    frames = session.frames
    shown = frames.nearest(update) or 0
    if choice.method == _PCA:
        found = _pca_maps(view, frames, shown)
        if found is None:
            return draw_waiting("PCA", "The embedding is not finite")
        return _draw(view, frames, shown, choice, found[0], start=found[1])
    if view.is_over or _waits_for_a_person(session, choice):
        session.maps.request(view.updates[shown], frames)
    map_frame = session.maps.nearest(update)
    if map_frame is None or map_frame.update >= len(view.updates):
        return draw_waiting("UMAP", session.maps.error or _why_waiting(session, view, choice))
    return _draw(view, frames, map_frame.update, choice, map_frame.points)


def _pca_maps(view: View, frames: Frames, update: int) -> tuple[Points, Points] | None:
    """The maps of an update and of the start; None where either has none."""
    if not view.updates[update].is_finite:
        return None
    return run_map(frames.embedding(update), frames.embedding(KMEANS))


def _waits_for_a_person(session: RunHandle, choice: MapChoice) -> bool:
    """Whether no update will come by itself that would bring a map."""
    is_paused = session.state is RunState.PAUSED and choice.when != _END
    return is_paused or session.state.can_be_resumed


def _draw(
    view: View,
    frames: Frames,
    update: int,
    choice: MapChoice,
    points: Points,
    *,
    start: Points | None = None,
) -> Plot:
    samples = frames.samples
    clusters = frames.labels(update)[samples.sample_ids]
    truth = samples.true_labels if choice.by_true_label else None
    return draw_embedding(
        points,
        clusters if truth is None else truth[samples.sample_ids],
        method="PCA" if choice.method == _PCA else "UMAP",
        iteration=view.updates[update].iteration,
        class_names=view.started.class_names if view.started else None,
        is_true_label=truth is not None,
        start=start,
        sample_ids=samples.sample_ids,
        clusters=clusters,
        update=update,
        doubt=doubt_about(view, update),
    )


def _why_waiting(session: RunHandle, view: View, choice: MapChoice) -> str:
    if choice.when == _END and not view.is_over and not _waits_for_a_person(session, choice):
        return "The map is made when the run ends"
    return "The first UMAP map takes some seconds"
