"""Components whose script, and style sheet unless it is given, stand beside their module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st


def component(module: str, html: str, css: str | None = None, *, parts: Sequence[str] = ()) -> Any:
    """Register a component; a call of what is returned draws it.

    Parameters
    ----------
    module : the ``__file__`` of the module, whose name the component has
    html, css : its elements and its style, which is that of the page too
    parts : files beside the script that come before it
    """
    path = Path(module)
    scripts = [*map(path.with_name, parts), path.with_suffix(".js")]
    return st.components.v2.component(
        f"dec_lab.{path.stem}",
        html=html,
        css=path.with_suffix(".css").read_text(encoding="utf-8") if css is None else css,
        js="".join(script.read_text(encoding="utf-8") for script in scripts),
        isolate_styles=False,
    )
