"""Tabs that look at the same run share what is drawn of it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from dec_core.plots.figure import Figure
from dec_core.plots.style import Plot
from pages.ui.parts.live_plot import REDRAW_SECONDS, Drawn, SharedDrawings


def drawing(news: int, age: float = 0.0) -> Callable[[], Drawn]:
    plot = Plot("sizes", Figure(), "")
    return lambda: Drawn("run", news, None, 1, plot, b"", monotonic() - age)


def test_a_tab_takes_what_another_one_has_just_drawn() -> None:
    shared = SharedDrawings(2)
    first = shared.get("sizes", 1, drawing(1))
    assert shared.get("sizes", 2, drawing(2)) is first
    assert shared.get("scores", 2, drawing(2)) is not first


def test_what_is_old_is_drawn_anew_where_there_is_news() -> None:
    shared = SharedDrawings(2)
    old = shared.get("sizes", 1, drawing(1, age=REDRAW_SECONDS))
    assert shared.get("sizes", 1, drawing(1)) is old
    assert shared.get("sizes", 2, drawing(2)).news == 2


def test_only_the_newest_places_are_kept() -> None:
    shared = SharedDrawings(2)
    first = shared.get("sizes", 1, drawing(1))
    for place in ("scores", "labels"):
        shared.get(place, 1, drawing(1))
    assert shared.get("sizes", 1, drawing(1)) is not first
