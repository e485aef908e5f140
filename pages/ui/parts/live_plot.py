"""A plotly figure that redraws in place: it keeps its element, its zoom and its WebGL context.

``st.plotly_chart`` mounts anew whenever its data change; this component calls ``Plotly.react``
in the same element instead. Its bar saves PNG, SVG, a self-contained HTML page and the numbers
as CSV.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import streamlit as st

from dec_core.events.view import View
from dec_core.plots.style import Plot
from dec_core.runs.handle import RunHandle
from pages.ui.parts.assets import plotly_url
from pages.ui.parts.component import component
from pages.ui.parts.sample_route import samples_url

_HTML = """
<div class="dec-lab-plot" role="figure"></div>
"""
_CSS = """
/* The end of the transition tells that the theme has changed. */
.dec-lab-plot {
  width: 100%; contain: strict; position: relative;
  background: var(--st-background-color); transition: background-color 1ms;
}
.dec-lab-playhead {
  position: absolute; width: 0; border-left: 1.5px solid var(--st-text-color); opacity: 0.6;
  pointer-events: none;
}
.dec-lab-points { position: absolute; inset: 0; }
.dec-lab-ring {
  position: absolute; width: 11px; height: 11px; translate: -50% -50%; border-radius: 50%;
  border: 2px solid var(--st-text-color); pointer-events: none;
}
.dec-lab-card {
  position: fixed; z-index: 1000; display: none; gap: 10px; align-items: flex-start;
  max-width: 320px; padding: 8px 10px; border: 1px solid #8f9d9b; border-radius: 6px;
  font-size: 13px; line-height: 1.45; pointer-events: none;
}
.dec-lab-card img { width: 84px; image-rendering: pixelated; border-radius: 3px; }
.dec-lab-card div > div:first-child { font-weight: 600; }
/* Its fading makes sixty pictures a second of the whole page, after every draw. */
.dec-lab-plot .modebar-group { transition: none !important; }
/* plotly's bar lies within the axes, so that it covers neither the title nor the reading aid. */
.dec-lab-plot .modebar-container { height: 100%; pointer-events: none; }
.dec-lab-plot .modebar {
  top: auto !important; right: var(--dec-lab-bar-right) !important;
  bottom: var(--dec-lab-bar-bottom); pointer-events: auto; border-radius: 4px;
  background: var(--st-secondary-background-color);
}
.dec-lab-plot .modebar-btn svg { height: 1.1em !important; width: 1.1em !important; }
.dec-lab-plot .modebar-btn[data-title^="Save"] svg { width: 1.9em !important; }
@media (hover: hover) {
  .dec-lab-plot:not(:hover) .modebar { opacity: 0; pointer-events: none; }
}
/* A finger cannot rest on a plot; a tap on it shows the bar, and one elsewhere hides it. */
@media (hover: none) {
  .dec-lab-plot:not(.dec-lab-touched) .modebar { opacity: 0; pointer-events: none; }
}
"""
_component = component(
    __file__, _HTML, _CSS, parts=("points.js", "sample_card.js", "plot_layout.js")
)


# A plot is drawn anew at most this often while a run trains; drawing costs the browser more than
# reading costs the eye. A little less than what lies between two ticks of a page.
REDRAW_SECONDS = 0.8
# So many places of runs that train keep their newest figure.
_MOST_SHARED = 32


@dataclass(frozen=True)
class Drawn:
    """A figure as it was last sent, what it showed, and when.

    ``iteration`` is how far its run was; None where it shows several. ``sent`` is what the browser
    was given.
    """

    subject: str
    news: Hashable
    options: Hashable
    iteration: int | None
    plot: Plot
    sent: bytes
    at: float

    @property
    def is_rested(self) -> bool:
        """Whether a second has passed, about."""
        return monotonic() - self.at >= REDRAW_SECONDS

    @property
    def choice(self) -> Hashable:
        """What a person chose to see in it, whatever has been added since."""
        return self.plot.name, self.subject, self.options


class SharedDrawings:
    """The newest figures of runs that train, for all tabs of this server that look at them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._newest: OrderedDict[Hashable, Drawn] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, place: Hashable, news: Hashable, draw: Callable[[], Drawn]) -> Drawn:
        """The figure of a place, drawn anew where it is neither the newest nor drawn just now."""
        with self._lock:
            drawn = self._newest.get(place)
        if drawn is None or (drawn.news != news and drawn.is_rested):
            drawn = draw()
        with self._lock:
            self._newest[place] = drawn
            self._newest.move_to_end(place)
            while len(self._newest) > self._limit:
                self._newest.popitem(last=False)
        return drawn


_shared = SharedDrawings(_MOST_SHARED)


def live_plot(
    session: RunHandle,
    view: View,
    name: str,
    draw: Callable[[], Plot],
    *,
    news: Hashable,
    options: Hashable = None,
    zoom: str = "",
    height: int | str,
) -> None:
    """Show a figure of one run, whose title stands above it; see ``show_plot``."""
    show_plot(
        name,
        draw,
        subject=session.run_id,
        filename=f"dec-lab_{session.run_id}_{{}}_iteration-{view.iteration}",
        news=(news, view.is_over),
        options=options,
        iteration=view.iteration,
        may_wait=not view.is_over,
        is_shared=not view.is_over,
        zoom=zoom,
        height=height,
        is_titled=True,
        samples=samples_url(session.run_id),
    )


def show_plot(
    name: str,
    draw: Callable[[], Plot],
    *,
    subject: str,
    filename: str,
    news: Hashable = None,
    options: Hashable = None,
    iteration: int | None = None,
    may_wait: bool = True,
    is_shared: bool = False,
    zoom: str = "",
    height: int | str,
    is_titled: bool = False,
    samples: str = "",
) -> None:
    """Show a figure, drawn anew only where there is something new to show.

    Parameters
    ----------
    name : one per place on the page
    draw : makes the figure
    subject : the ids of the runs that it shows, with commas between; others are drawn at once
    filename : of saved figures, with {} where the plot's name stands
    news : what has been added since
    options : what the person chose; a change is drawn at once
    iteration : how far its run is, where it shows one run
    may_wait : whether news may wait until a second has passed, because the page will ask again
    is_shared : whether another tab's figure, if it is new enough, may stand here; it must depend on
        ``name``, ``subject``, ``news`` and ``options`` alone
    zoom : which axes these are; zoom is kept as long as they stay the same
    height : in pixels, or a length of the style sheet
    is_titled : whether the page shows its title already
    samples : where the browser asks about the samples that it shows
    """
    key = f"drawn:{name}"
    last: Drawn | None = st.session_state.get(key)
    if (
        last is None
        or last.subject != subject
        or _is_outdated(last, news, options, may_wait=may_wait)
    ):

        def drawn() -> Drawn:
            plot = draw()
            more = {
                "filename": filename.format(plot.name),
                "uirevision": f"{subject}:{zoom}",
                "choice": str(hash((subject, options))),
            }
            sent = _sent(plot, more | shown)
            return Drawn(subject, news, options, iteration, plot, sent, monotonic())

        shown = {"height": height, "is_titled": is_titled, "samples": samples}
        place = name, subject, options, zoom, *shown.values()
        last = _shared.get(place, news, drawn) if is_shared else drawn()
        st.session_state[key] = last
    _component(key=f"plot:{name}", data=last.sent)


def drawn_plots(names: Sequence[str], run_ids: Collection[str]) -> list[Drawn]:
    """The figures in these places as they were last sent, of these runs and no others."""
    drawn: list[Drawn | None] = [st.session_state.get(f"drawn:{name}") for name in names]
    return [one for one in drawn if one and set(one.subject.split(",")) <= set(run_ids)]


def forget_plot(name: str) -> None:
    """The figure in this place has left the page."""
    st.session_state.pop(f"drawn:{name}", None)


def _is_outdated(last: Drawn, news: Hashable, options: Hashable, *, may_wait: bool) -> bool:
    if options != last.options:
        return True
    return news != last.news and (last.is_rested or not may_wait)


def _sent(plot: Plot, more: Mapping[str, Any]) -> bytes:
    """One line about the figure and one that is the figure, which the browser reads once it is
    seen. Streamlit would write a mapping as JSON twice for every tab."""
    about = {"alternative": plot.alternative, "library": plotly_url(), **more}
    return f"{json.dumps(about)}\n{plot.figure.to_json()}".encode()
