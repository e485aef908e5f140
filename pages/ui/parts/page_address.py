"""What each page's address said when a person left it, so that the way back leads to the same.

Streamlit drops an address's parameters on the way from page to page, and makes an entry of the
browser's history of every change, some with one page's path and the other's parameters. Here a
change of parameters alone makes none, so that Back leads to the page that was shown before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

import streamlit as st

from dec_core.config import SETTINGS
from pages.ui.parts.state import RUN, UPDATE

_SEEN_RUN = "seen_run"

# Which pages each parameter belongs to; any other stays where it is.
_PARAMETERS: Mapping[str, frozenset[str]] = {
    "Train": frozenset((RUN, UPDATE, "preset", *SETTINGS)),
    "Compare": frozenset(
        "runs baseline along smoothing numbers settings measure seeds filter state data tag".split()
    ),
    "Diagnose": frozenset((RUN, UPDATE, "factors", "others")),
    "Data": frozenset(SETTINGS),
    "Guide": frozenset(("lesson",)),
}
_LEFT = "address_left"
# Its wrapper would leave a gap above the page.
_CSS = """
[data-testid="stLayoutWrapper"]:has(> .st-key-page_address) {
  display: none;
}
"""
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
_component = st.components.v2.component(
    "dec_lab.page_address", html="<div></div>", css=_CSS, js=_JS, isolate_styles=False
)


@contextmanager
def remembered_address(page: str) -> Iterator[None]:
    """Around a page: bring back its parameters where the address has none or another page's."""
    key = _key(page)
    with st.container(key="page_address"):
        _component(key="page_address_component")
    _bring_back(page, _known(page, st.session_state.get(key, {})))
    try:
        yield
    finally:
        left = st.session_state.pop(_LEFT, None)
        now = st.session_state[key] = st.query_params.to_dict() if left is None else left
        if RUN in _PARAMETERS.get(page, ()) and left is None:
            st.session_state[_SEEN_RUN] = now.get(RUN)


def open_page(script: str, page: str, address: Mapping[str, str]) -> NoReturn:
    """Lead to another page with these parameters, so that Back finds those of this one.

    Parameters
    ----------
    script : the file of the page, in ``pages``
    page : its title
    """
    st.session_state[_LEFT] = st.query_params.to_dict()
    st.session_state[_key(page)] = dict(address)
    if RUN in _PARAMETERS.get(page, ()):
        st.session_state[_SEEN_RUN] = address.get(RUN)
    # This drops the parameters before the page that is left can remember them.
    st.switch_page(script)


def _known(page: str, known: Mapping[str, str]) -> Mapping[str, str]:
    """The page's parameters, with the run that was last looked at, on whichever page."""
    seen = st.session_state.get(_SEEN_RUN)
    if seen is None or RUN not in _PARAMETERS.get(page, ()) or known.get(RUN) == seen:
        return known
    return {**{name: text for name, text in known.items() if name != UPDATE}, RUN: seen}


def _key(page: str) -> str:
    return f"address:{page}"


def _bring_back(page: str, known: Mapping[str, str]) -> None:
    now = st.query_params.to_dict()
    others = frozenset().union(*_PARAMETERS.values()) - _PARAMETERS.get(page, frozenset())
    own = {name: text for name, text in now.items() if name not in others}
    is_own = own == now and bool(now)
    wanted = now if is_own else known or own
    if wanted != now:
        st.query_params.from_dict(dict(wanted))
