"""Whether a person can see the page: a tab behind others need not be kept up to date."""

from __future__ import annotations

from pages.ui.parts.component import page_script

_JS = """
export default function ({ setStateValue }) {
  const tell = () => setStateValue("hidden", document.hidden);
  document.addEventListener("visibilitychange", tell);
  return () => document.removeEventListener("visibilitychange", tell);
}
"""
_component = page_script("page_sight", _JS)


def is_page_hidden() -> bool:
    """Ask the browser; where it changes, the whole page is drawn anew."""
    state = _component(default={"hidden": False}, on_hidden_change=lambda: None)
    return bool(state.hidden)
