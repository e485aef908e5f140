"""Components whose script, and style sheet unless it is given, stand beside their module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st


def component(module: str, html: str, css: str | None = None) -> Any:
    """Register a component; a call of what is returned draws it.

    Parameters
    ----------
    module : the ``__file__`` of the module, whose name the component has
    html, css : its elements and its style, which is that of the page too
    """
    path = Path(module)
    return st.components.v2.component(
        f"dec_lab.{path.stem}",
        html=html,
        css=path.with_suffix(".css").read_text(encoding="utf-8") if css is None else css,
        js=path.with_suffix(".js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
