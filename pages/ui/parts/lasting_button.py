"""Buttons whose click is done by the page's script, however quickly another click follows.

What ``st.button`` returns is true in one script run, and the next click may end that run before it
comes to the button. A callback is never lost, but cannot open a dialog or lead to another page. So
a callback notes the click, and the note stays until a script run has come to its end.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

_NOTED = "noted_clicks"


def lasting_button(label: str, *, key: str, **arguments: Any) -> bool:
    """Draw a button; whether a click on it is to be done now, which it is not where it has become
    disabled. ``arguments`` are those of ``st.button``."""
    st.button(label, key=key, on_click=note_click, args=(key,), **arguments)
    return take_click(key) and not arguments.get("disabled")


def note_click(key: str) -> None:
    """The callback of a button of that key."""
    _noted().add(key)


def take_click(key: str) -> bool:
    """Whether a click was noted; from then on it counts as done."""
    is_noted = key in _noted()
    _noted().discard(key)
    return is_noted


def forget_clicks() -> None:
    """At the end of a script run: what was clicked and is not there any more is not done later."""
    _noted().clear()


def _noted() -> set[str]:
    noted: set[str] = st.session_state.setdefault(_NOTED, set())
    return noted
