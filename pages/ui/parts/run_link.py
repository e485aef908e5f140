"""A button that shows another run: the one that it named when it was pressed.

Which run stands ahead of another changes while a click is on its way. One of Streamlit's buttons
would then show the run that it names by now, or do nothing where it has gone; this one sends an id.
"""

from __future__ import annotations

import streamlit as st

from pages.ui.parts.component import component
from pages.ui.parts.state import show_run, tell

_HTML = '<button type="button" class="dec-lab-run-link"></button>'
_CSS = """
.dec-lab-run-link {
  font: inherit; font-size: 0.875rem; color: inherit; background: none; cursor: pointer;
  min-height: 2.1rem; padding: 0.15rem 0.75rem; white-space: nowrap;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
.dec-lab-run-link:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
"""
_component = component(__file__, _HTML, _CSS)


def run_link(run_id: str, help: str, *, key: str) -> None:
    """Draw the button; ``key`` stays the same when it comes to name another run."""
    _component(
        key=key,
        data={"run": run_id, "label": f"Show {run_id}", "help": help},
        width="content",
        on_chosen_change=lambda: _show(key),
    )


def _show(key: str) -> None:
    chosen = st.session_state[key].get("chosen")
    if chosen:
        tell(lambda: show_run(str(chosen)))
