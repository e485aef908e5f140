"""A number that is typed, or chosen with a slider: one value, sent as the text in the box.

The slider has one place for each of a few even values. A typed value stands between them, as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui.parts.component import component

_HTML = """
<div class="dec-lab-number">
  <div>
    <label></label>
    <button type="button">?</button>
    <input type="text" inputmode="decimal" autocomplete="off" spellcheck="false">
  </div>
  <div>
    <input type="range" min="0" step="any">
    <i></i>
  </div>
  <p role="alert"></p>
  <div popover="manual" role="tooltip"></div>
</div>
"""
_component = component(__file__, _HTML)


def number_field(
    label: str,
    text: str,
    *,
    options: Sequence[str],
    preset: str,
    help: str,
    problem: str,
    is_changed: bool,
    key: str,
) -> None:
    """Draw the field; ``number_text`` says what it holds.

    Parameters
    ----------
    label : its name
    text : what it holds before a person changes it
    options : the slider's values, in ascending order
    preset : the value to which a click on the slider's mark goes back
    help : what the setting does
    problem : what is wrong with the value, empty where nothing is
    is_changed : whether the value is not the preset's
    key : one per filling of the form
    """
    _component(
        key=key,
        data={
            "label": label,
            "text": text,
            "options": list(options),
            "preset": preset,
            "help": help,
            "problem": problem,
            "is_changed": is_changed,
        },
        default={"value": text},
        on_value_change=lambda: None,
    )


def number_text(key: str, default: str) -> str:
    """What the field of that key holds now, in a callback too."""
    state = st.session_state.get(key)
    return default if state is None else str(state.get("value", default))
