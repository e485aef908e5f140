"""Web pages that need no server and no network: plotly.js lies inside them."""

from __future__ import annotations

import html
import json
from typing import Any

import plotly.offline

# Nothing leaves the reader's machine: no button that sends the chart to a server.
CONFIG = {
    "responsive": True,
    "displaylogo": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["sendChartToCloud", "select2d", "lasso2d"],
}

# Below on the right, plotly's bar covers neither the title nor the reading aid.
_BAR = (
    ".modebar-container { height: 100%; pointer-events: none } "
    ".modebar { top: auto !important; bottom: 0; pointer-events: auto }"
)


def page(title: str, body: str, *, style: str = "") -> str:
    """A whole page; ``title`` is plain text, ``body`` and ``style`` go in as they are."""
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_BAR}\n{style}</style>\n{body}\n</html>\n"
    )


def plotly_script() -> str:
    """The element that holds plotly.js, 4 MB, from the installed wheel."""
    source = plotly.offline.get_plotlyjs().replace("</script", "<\\/script")
    return f"<script>{source}</script>"


def in_script(value: Any) -> str:
    """JSON that can stand inside a script element."""
    return json.dumps(value).replace("<", "\\u003c").replace("\u2028", "\\u2028")


def figure_page(title: str, figure: dict[str, Any]) -> str:
    """One figure that fills the window.

    Parameters
    ----------
    figure : as plain JSON values, with "data" and "layout"
    """
    data, layout, config = map(in_script, (figure["data"], figure["layout"], CONFIG))
    body = (
        f'{plotly_script()}\n<div id="plot"></div>\n'
        f'<script>Plotly.newPlot("plot", {data}, {layout}, {config});</script>'
    )
    return page(title, body, style="body { margin: 0 } #plot { height: 98vh }")
