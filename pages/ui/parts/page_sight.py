"""Whether a person can see the page: a tab behind others need not be kept up to date."""

from __future__ import annotations

import streamlit as st

_KEY = "page_sight"
_CSS = """
[data-testid="stLayoutWrapper"]:has(> .st-key-page_sight_place) {
  display: none;
}
"""
_JS = """
export default function ({ setStateValue }) {
  const tell = () => setStateValue("hidden", document.hidden);
  document.addEventListener("visibilitychange", tell);
  return () => document.removeEventListener("visibilitychange", tell);
}
"""
_component = st.components.v2.component(
    "dec_lab.page_sight", html="<div></div>", css=_CSS, js=_JS, isolate_styles=False
)


def is_page_hidden() -> bool:
    """Ask the browser; where it changes, the whole page is drawn anew."""
    with st.container(key="page_sight_place"):
        state = _component(key=_KEY, default={"hidden": False}, on_hidden_change=lambda: None)
    return bool(state.hidden)
