"""A plotly figure that redraws in place: it keeps its element, its zoom and its WebGL context.

``st.plotly_chart`` mounts anew whenever its data change; this component calls ``Plotly.react``
in the same element instead. Its bar saves PNG, SVG, a self-contained HTML page and the numbers
as CSV.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dec_core.plots.style import Plot
from pages.ui.assets import plotly_url

_HTML = """
<div class="dec-lab-plot" role="img"></div>
"""
_CSS = """
.dec-lab-plot { width: 100%; overflow: hidden; }
.dec-lab-plot .modebar-btn svg { height: 1.1em !important; width: 1.9em !important; }
"""
_component = st.components.v2.component(
    "dec_lab.live_plot",
    html=_HTML,
    css=_CSS,
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def live_plot(plot: Plot, *, run_id: str, iteration: int, height: int, view: str = "") -> None:
    """Show a figure.

    Parameters
    ----------
    plot : the figure with its name and its text alternative
    run_id, iteration : for the names of saved files
    height : in pixels
    view : which of several pictures this is; zoom is kept as long as run and view are the same
    """
    _component(
        key=f"plot:{plot.name}",
        data={
            "figure": plot.figure.to_json(),
            "alternative": plot.alternative,
            "filename": f"dec-lab_{run_id}_{plot.name}_iteration-{iteration}",
            "uirevision": f"{run_id}:{view}",
            "library": plotly_url(),
            "height": height,
        },
        height=height,
    )
