"""What all figures share: title, margins, zoom that survives."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dec_core.events.view import View
from dec_core.plots.figure import Figure

# What the margin above a figure holds for the title and a reading aid of one line, in pixels.
TITLE_ROOM = 42
_TOP_MARGIN = 12
# An axis of which nothing is seen, as a map's has no numbers.
BARE_AXIS = {
    "showticklabels": False,
    "zeroline": False,
    "ticks": "",
    "showgrid": False,
    "showline": False,
}
# Letters of a sentence that stands where a figure would.
_LINE_LENGTH = 56

# Ticks that are counts, all digits written.
WITH_COMMAS = ",.9~g"


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure, and in words what it shows at this moment."""

    name: str
    figure: Figure
    alternative: str

    @property
    def title(self) -> str:
        """The statement or question above it."""
        text: str = self.figure.layout.title.text
        return text.partition("<br>")[0].removeprefix("<b>").removesuffix("</b>")


def new_figure(title: str, reading_aid: str, columns: dict[str, str]) -> Figure:
    """An empty figure.

    Parameters
    ----------
    title : a statement or a question
    reading_aid : one line that says how to read the figure
    columns : the columns of its CSV, from a trace's attribute to the column's name
    """
    return Figure(
        title={
            "text": f"<b>{title}</b><br>{reading_aid}",
            "font": {"size": 12.5},
            "x": 0.012,
            "xanchor": "left",
            # Of a title of several lines, plotly.js places the first baseline.
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 18},
        },
        margin={"l": 48, "r": 12, "t": _TOP_MARGIN + TITLE_ROOM, "b": 36},
        font={"size": 12},
        hovermode="closest",
        # In the order of the curves, which plotly would turn round beside the band of a long one.
        legend={
            "traceorder": "normal",
            "itemsizing": "constant",
            "font": {"size": 10},
            "y": 1,
            "itemwidth": 30,
        },
        meta={"columns": columns},
    )


def over_iterations(figure: Figure, view: View) -> None:
    """Its first horizontal axis is the iteration, along which a page marks the update it shows.

    The first interval always belongs to it: around one update alone, plotly would show parts of an
    iteration. It is no range, whose change would undo a person's zoom.
    """
    settings = view.config.clustering
    figure.update_xaxes(
        title="iteration",
        rangemode="tozero",
        tickformat=WITH_COMMAS,
        autorangeoptions={"include": [0, min(settings.update_interval, settings.max_iterations)]},
    )
    figure.layout.meta = {**figure.layout.meta, "iterations": True}


def plain(name: str) -> str:
    """A person's words in a figure, so escaped that plotly shows them letter by letter.

    It reads < as the beginning of a tag, & as that of an entity and %{ as that of a value.
    ``html.unescape`` gives the words back.
    """
    return name.replace("&", "&amp;").replace("<", "&lt;").replace("%{", "%&#123;")


def shortened(name: str, longest: int) -> str:
    """A name of at most so many letters, with a mark where some are left out."""
    return name if len(name) <= longest else f"{name[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"


def say_instead(figure: Figure, reason: str) -> None:
    """Show a sentence in the middle of a figure that has nothing to draw."""
    lines = [plain(line) for line in textwrap.wrap(reason, _LINE_LENGTH)]
    figure.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
    figure.add_annotation(
        text="<br>".join(lines), showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper"
    )


def axes_suffix(number: int) -> str:
    """How plotly calls the pair of axes of that number, counted from 0: "", "2", "3" ..."""
    return str(number + 1) if number else ""


def place_axes(
    figure: Figure,
    suffix: str,
    across: Sequence[float],
    up: Sequence[float] = (0, 1),
    *,
    x: Mapping[str, Any] = MappingProxyType({}),
    y: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Give one of several pairs of axes its place; ``suffix`` as in ``axes_suffix``.

    Parameters
    ----------
    across, up : from where to where, in parts of the figure
    x, y : what else is to be said of the two axes
    """
    figure.update_layout(
        {
            f"xaxis{suffix}": {"domain": list(across), "anchor": f"y{suffix}", **x},
            f"yaxis{suffix}": {"domain": list(up), "anchor": f"x{suffix}", **y},
        }
    )


def name_axes(figure: Figure, suffix: str, name: str) -> None:
    """A name above one of several pairs of axes; ``suffix`` as in ``axes_suffix``."""
    figure.add_annotation(
        text=name,
        xref=f"x{suffix} domain",
        yref=f"y{suffix} domain",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"size": 12, "weight": 600},
    )
