"""What a browser gets to see of a figure."""

from __future__ import annotations

import json
from typing import Any

from dec_core.plots.figure import Figure
from dec_core.plots.style import Plot


def as_sent(plot: Plot) -> dict[str, Any]:
    """The figure as it goes to the browser."""
    sent: dict[str, Any] = json.loads(plot.figure.to_json())
    return sent


def by_name(figure: Figure) -> dict[str, Any]:
    """The traces by their names."""
    return {trace.name: trace for trace in figure.data}


def lines(plot: Plot, dash: str) -> list[dict[str, Any]]:
    """The straight lines drawn with that dash."""
    shapes = as_sent(plot)["layout"].get("shapes", [])
    return [shape for shape in shapes if shape["line"].get("dash") == dash]


def texts(plot: Plot) -> list[str]:
    """All annotations."""
    return [note["text"] for note in as_sent(plot)["layout"].get("annotations", [])]
