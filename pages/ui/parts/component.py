"""Components whose script, and style sheet unless it is given, stand beside their module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def page_script(name: str, js: str) -> Callable[..., Any]:
    """Register a script that shows nothing; a call of what is returned puts it on the page.

    Its wrapper, which would leave a gap, is hidden.
    """
    place = f"script_{name}"
    # In one line, it would be taken for the path of a style sheet.
    css = f'[data-testid="stLayoutWrapper"]:has(> .st-key-{place}) {{\n  display: none;\n}}'
    registered = st.components.v2.component(
        f"dec_lab.{name}", html="<div></div>", css=css, js=js, isolate_styles=False
    )

    def put(**options: Any) -> Any:
        with st.container(key=place):
            return registered(key=name, **options)

    return put
