"""How a run fares, as every page shows it: the same icon and colour for the same condition."""

from __future__ import annotations

import streamlit as st

from dec_core.analysis.verdict import Condition

ICONS = {
    Condition.HEALTHY: "check_circle",
    Condition.WARNING: "warning",
    Condition.BROKEN: "dangerous",
}
_COLORS = {Condition.HEALTHY: "green", Condition.WARNING: "orange", Condition.BROKEN: "red"}


def condition_sign(condition: Condition) -> str:
    """The icon in its colour, as Markdown."""
    return f":{_COLORS[condition]}[:material/{ICONS[condition]}:]"


def condition_box(condition: Condition, sentence: str) -> None:
    """Markdown in a box of the condition's colour, with its icon."""
    boxes = {
        Condition.HEALTHY: st.success,
        Condition.WARNING: st.warning,
        Condition.BROKEN: st.error,
    }
    boxes[condition](sentence, icon=f":material/{ICONS[condition]}:")
