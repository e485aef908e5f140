"""Widgets that show what the address says, and change it.

A click carries what all widgets show in the browser. Where the script has just put another value
into one of them, the browser may not know it yet, and Streamlit would take the older value for a
choice. So a widget whose value changes without it becomes another widget, and what an older one
holds counts only where a person has changed it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

_NUMBERS = "following"


def following(name: str, value: Any, take: Callable[[Any], object]) -> dict[str, Any]:
    """The key and the callback of a widget, which is to begin with ``value``.

    Parameters
    ----------
    name : its key, which a number follows once the value has changed without it
    value : what the address says, as the widget holds it
    take : puts what a person has chosen into the address
    """
    numbers: dict[str, int] = st.session_state.setdefault(_NUMBERS, {})
    key = _key(name, numbers.setdefault(name, 0))
    # One that has not been drawn, or not since another page was, begins with its value anyway.
    if st.session_state.get(key, value) != value:
        numbers[name] += 1
        key = _key(name, numbers[name])

    def changed() -> None:
        chosen = st.session_state.get(key, value)
        if chosen != value:
            take(chosen)

    return {"key": key, "on_change": changed}


def _key(name: str, number: int) -> str:
    return f"{name}:{number}" if number else name
