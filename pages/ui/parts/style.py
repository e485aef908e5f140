"""The style sheet of every page, with the colours of the theme."""

from __future__ import annotations

from pathlib import Path
from string import Template

import streamlit as st

_SHEET = Template((Path(__file__).parents[1] / "page.css").read_text(encoding="utf-8"))
_COLORS = {"background": "backgroundColor", "primary": "primaryColor"}


def page_style() -> str:
    """The sheet as an element; ``$light_background`` and the like are the theme's colours."""
    colors = {
        f"{theme}_{name}": str(st.get_option(f"theme.{theme}.{option}"))
        for theme in ("light", "dark")
        for name, option in _COLORS.items()
    }
    return f"<style>{_SHEET.substitute(colors)}</style>"
