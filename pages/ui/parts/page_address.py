"""What each page's address said when a person left it, so that the way back leads to the same.

Streamlit drops an address's parameters on the way from page to page, and makes an entry of the
browser's history of every change, some with one page's path and the other's parameters. Here a
change of parameters alone makes none, so that Back leads to the page that was shown before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import NoReturn

import streamlit as st

from dec_core.config import SETTINGS
from pages.ui.parts.component import page_script
from pages.ui.parts.parameters import is_back, parameters, sent_by_browser
from pages.ui.parts.state import RUN, UPDATE

_SEEN_RUN = "seen_run"
_LED = "led_to_page"
# Seconds that a click takes at most to the server; nobody turns back as quickly.
_ON_ITS_WAY = 1.0

# Which pages each parameter belongs to; any other stays where it is.
_PARAMETERS: Mapping[str, frozenset[str]] = {
    "Train": frozenset((RUN, UPDATE, "preset", *SETTINGS)),
    "Compare": frozenset(
        (
            *("runs", "baseline", "along", "smoothing", "numbers", "settings", "measure"),
            *("seeds", "filter", "state", "data", "tag", "pair", "sort", "published"),
        )
    ),
    "Diagnose": frozenset((RUN, UPDATE, "factors", "others")),
    "Data": frozenset(SETTINGS),
    "Guide": frozenset(("lesson",)),
}
_JS = """
export default function () {
  if (window.decLabPushState) return;
  const push = (window.decLabPushState = history.pushState.bind(history));
  history.pushState = (state, title, url) => {
    const target = new URL(url ?? location.href, location.href);
    if (target.pathname === location.pathname) history.replaceState(state, title, url);
    else push(state, title, url);
  };
}
"""
_component = page_script("page_address", _JS)


@dataclass
class _Led:
    """From which page, by its title, and address ``open_page`` led to which script and page, and
    when that was drawn to its end; 0 before."""

    origin: str
    address: Mapping[str, str]
    script: str
    page: str
    drawn: float = 0.0


def take_up_address(page: str) -> None:
    """At the beginning of a page: bring back its parameters where the browser has come from another
    one with none, or with those of that one.

    Parameters
    ----------
    page : its title
    """
    _component()
    _lead_again(page)
    if not parameters.stays(page):
        if RUN in _PARAMETERS.get(parameters.page, ()):
            st.session_state[_SEEN_RUN] = parameters.get(RUN)
        parameters.turn_to(page, _wanted(page))
    parameters.send()


def open_page(script: str, page: str, address: Mapping[str, str]) -> NoReturn:
    """Lead to another page with these parameters, so that Back finds those of this one.

    Parameters
    ----------
    script : the file of the page, in ``pages``
    page : its title
    """
    if RUN in _PARAMETERS.get(page, ()):
        st.session_state[_SEEN_RUN] = address.get(RUN)
    st.session_state[_LED] = _Led(parameters.page, sent_by_browser(), script, page)
    parameters.turn_to(page, address)
    st.switch_page(script)


def page_is_drawn(page: str) -> None:
    """At the end of a script run that was not cut short."""
    led: _Led | None = st.session_state.get(_LED)
    if led is not None and (led.page != page or led.drawn):
        del st.session_state[_LED]
    elif led is not None:
        led.drawn = monotonic()


def _lead_again(page: str) -> None:
    """A click that was on its way while ``open_page`` led elsewhere names the page that it was made
    on, and would lead back there.

    Until the other page is drawn it may come with no address, or already with the other page's, as
    the browser hears of that first. Afterwards such a click is a person's way back.
    """
    led: _Led | None = st.session_state.get(_LED)
    if led is None or page != led.origin or is_back():
        return
    is_late = sent_by_browser() == led.address and monotonic() - led.drawn < _ON_ITS_WAY
    if not led.drawn or is_late:
        parameters.turn_to(led.page, parameters.of_page(led.page))
        st.switch_page(led.script)


def _wanted(page: str) -> Mapping[str, str]:
    """What the browser says, if that is the page's own, or else what the page had."""
    now = sent_by_browser()
    others = frozenset().union(*_PARAMETERS.values()) - _PARAMETERS.get(page, frozenset())
    own = {name: text for name, text in now.items() if name not in others}
    is_own = own == now and bool(now)
    return now if is_own else _known(page, parameters.of_page(page)) or own


def _known(page: str, known: Mapping[str, str]) -> Mapping[str, str]:
    """The page's parameters, with the run that was last looked at, on whichever page."""
    seen = st.session_state.get(_SEEN_RUN)
    if seen is None or RUN not in _PARAMETERS.get(page, ()) or known.get(RUN) == seen:
        return known
    return {**{name: text for name, text in known.items() if name != UPDATE}, RUN: seen}
