"""Dresses a figure for paper: dark on white, in millimetres, whatever the screen shows."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass
from typing import Any, Literal

from dec_core.errors import ExportError
from dec_core.plots.style import Plot

Figure = dict[str, Any]

INK, PAPER, GRID, AXIS = "#1f2426", "#ffffff", "#e4e7e8", "#8b9496"
PIXELS_PER_MM = 96 / 25.4
# The figures are designed for this font size, in pixels; plotly's legends have rows of this height.
_DESIGN_FONT, _LEGEND_ROW = 12, 19
# Points that an image holds as shapes; beyond, they are drawn as one picture.
_MOST_SHAPES = 10_000
_AXIS = re.compile(r"[xy]axis\d*")
# In millimetres.
_SHORTEST, _LONGEST = 20, 1_000

Unit = Literal["mm", "px"]


def converted(length: float, unit: Unit) -> float:
    """A length that was in the other unit: whole pixels of 1/96 inch, or tenths of a millimetre."""
    if unit == "px":
        return float(round(length * PIXELS_PER_MM))
    return round(length / PIXELS_PER_MM, 1)


@dataclass(frozen=True)
class FigureSize:
    """How large a figure is printed.

    Attributes
    ----------
    width, height : in ``unit``; a pixel is 1/96 inch
    scale : dots of a PNG per pixel; 300 / 96 makes 300 dots per inch
    font_size : in points

    Raises
    ------
    ExportError
        If one of them is out of bounds.
    """

    width: float = 85
    height: float = 60
    unit: Unit = "mm"
    scale: float = 300 / 96
    font_size: float = 7

    def __post_init__(self) -> None:
        bounds: tuple[float, float] = (_SHORTEST, _LONGEST)
        if self.unit == "px":
            bounds = (converted(_SHORTEST, "px"), converted(_LONGEST, "px"))
        for name, low, high in (
            ("width", *bounds),
            ("height", *bounds),
            ("scale", 0.5, 10),
            ("font_size", 4, 40),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ExportError(
                    f"{name} of a figure must be between {low:g} and {high:g}. Received {value:g}. "
                    "Choose one in between."
                )

    @property
    def pixels(self) -> tuple[float, float]:
        """Width and height in pixels of 1/96 inch."""
        per_unit = PIXELS_PER_MM if self.unit == "mm" else 1
        return round(self.width * per_unit, 2), round(self.height * per_unit, 2)

    @property
    def font_pixels(self) -> float:
        """The font size in pixels."""
        return self.font_size * 96 / 72


@dataclass(frozen=True)
class Drawing:
    """A figure as plain JSON values, the pixels that it is drawn on, and how far these are
    magnified until they are as large as they are to be printed."""

    figure: Figure
    width: float
    height: float
    magnification: float


ONE_COLUMN = FigureSize()
_TWO_COLUMNS, _PANEL_ROW = 180, 50


def has_panels(plot: Plot) -> bool:
    """Whether there are several pairs of axes."""
    return "xaxis2" in plot.figure.layout


def size_of(plot: Plot) -> FigureSize:
    """One column of a paper, or two for several panels, with room for every row of them."""
    if not has_panels(plot):
        return ONE_COLUMN
    layout = plot.figure.layout
    axes = [layout[key] for key in layout if _AXIS.fullmatch(key) and key.startswith("y")]
    rows = len({tuple(axis.get("domain") or ()) for axis in axes})
    return FigureSize(width=_TWO_COLUMNS, height=15 + _PANEL_ROW * rows)


def on_white(plot: Plot) -> Figure:
    """The figure as plain JSON values, dark on white."""
    figure: Figure = json.loads(plot.figure.to_json())
    layout = figure["layout"]
    layout |= {"paper_bgcolor": PAPER, "plot_bgcolor": PAPER}
    # Where the page shows the runs' legend beside the figure, a saved one must hold it itself.
    if layout["meta"].get("runs"):
        layout["showlegend"] = True
    layout["font"] = {**layout["font"], "color": INK, "family": "Helvetica, Arial, sans-serif"}
    # plotly picks the colour of a cell's text as if the cell were opaque.
    for trace in figure["data"]:
        if trace["type"] == "heatmap":
            trace["textfont"] = {"color": INK} | trace.get("textfont", {})
    for key in {"xaxis", "yaxis", *filter(_AXIS.fullmatch, layout)}:
        colors = {"gridcolor": GRID, "linecolor": AXIS, "zerolinecolor": GRID}
        layout[key] = {**colors, "zeroline": False, "automargin": True, **layout.get(key, {})}
    return figure


def on_paper(plot: Plot, size: FigureSize) -> Drawing:
    """The figure dark on white, to be drawn as designed and then magnified to its size."""
    figure = on_white(plot)
    layout = figure["layout"]
    magnification = size.font_pixels / _DESIGN_FONT
    width, height = (round(pixels / magnification, 2) for pixels in size.pixels)
    _place_title(layout, width)
    _place_legend(figure, height)
    for key in filter(_AXIS.fullmatch, layout):
        title = {"font": {"size": _DESIGN_FONT}, "standoff": 6}
        layout[key]["title"] = {**(layout[key].get("title") or {}), **title}
    if _points(plot) <= _MOST_SHAPES:
        for trace in figure["data"]:
            trace["type"] = trace["type"].removesuffix("gl")
    return Drawing(figure, width, height, magnification)


def _place_title(layout: dict[str, Any], width: float) -> None:
    """Break the reading aid into lines that fit, and keep them off the upper edge."""
    title = layout["title"]
    size = title["font"]["size"]
    heading, _, aid = title["text"].partition("<br>")
    lines = textwrap.wrap(aid, max(20, int(0.97 * width / (0.5 * size))))
    title["text"] = "<br>".join([heading, *lines])
    layout["margin"]["t"] += max(0, len(lines) - 1) * 1.3 * size


def _place_legend(figure: Figure, height: float) -> None:
    """Put a legend that is too long for the figure's side below it."""
    layout = figure["layout"]
    room = height - layout["margin"]["t"] - layout["margin"]["b"]
    if layout["legend"].get("orientation") != "h" and len(figure["data"]) * _LEGEND_ROW > room:
        # At the edge of the paper, so that the axes and their titles keep above it.
        layout["legend"] |= {
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
        }


def _points(plot: Plot) -> int:
    return sum(len(trace.y) for trace in plot.figure.data if trace.type == "scattergl")
