"""Dresses a figure for paper: dark on white, in millimetres, whatever the screen shows."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal

from dec_core.errors import ExportError
from dec_core.export.print_layout import (
    Figure,
    arrange,
    axes,
    has_panels,
    needed_height,
    remove_title,
)
from dec_core.plots.style import Plot

INK, PAPER, GRID, AXIS = "#1f2426", "#ffffff", "#e4e7e8", "#8b9496"
PIXELS_PER_MM = 96 / 25.4
# The figures are designed for this font size, in pixels.
_DESIGN_FONT = 12
# Below this height plotly draws no plot, in pixels of the design.
_LEAST_ROOM = 30
# Points that an image holds as shapes; beyond, they are drawn as one picture.
_MOST_SHAPES = 10_000
# In millimetres.
_SHORTEST, _LONGEST = 20, 1_000

_WORDS = {
    "width": "The width",
    "height": "The height",
    "dots_per_inch": "The dots per inch",
    "font_size": "The font size",
}

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
    dots_per_inch : of a PNG
    font_size : in points

    Raises
    ------
    ExportError
        If one of them is out of bounds.
    """

    width: float = 85
    height: float = 60
    unit: Unit = "mm"
    dots_per_inch: float = 300
    font_size: float = 7

    def __post_init__(self) -> None:
        bounds: tuple[float, float] = (_SHORTEST, _LONGEST)
        if self.unit == "px":
            bounds = (converted(_SHORTEST, "px"), converted(_LONGEST, "px"))
        for name, low, high in (
            ("width", *bounds),
            ("height", *bounds),
            ("dots_per_inch", 50, 1_000),
            ("font_size", 4, 40),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ExportError(
                    f"{_WORDS[name]} of a figure must be between {low:g} and {high:g}. "
                    f"Received {value:g}. Choose one in between."
                )

    @property
    def pixels(self) -> tuple[float, float]:
        """Width and height in pixels of 1/96 inch."""
        per_unit = PIXELS_PER_MM if self.unit == "mm" else 1
        return round(self.width * per_unit, 2), round(self.height * per_unit, 2)

    @property
    def magnification(self) -> float:
        """How many pixels of 1/96 inch one becomes in which figures are designed."""
        return self.font_size * 96 / 72 / _DESIGN_FONT


@dataclass(frozen=True)
class Drawing:
    """A figure as plain JSON values, its size, and the pixels that it is drawn on before they are
    magnified to that size."""

    figure: Figure
    size: FigureSize
    width: float
    height: float


# A paper's columns, in millimetres.
_ONE_COLUMN, _TWO_COLUMNS = 85, 180


def on_white(plot: Plot, *, has_title: bool = True) -> Figure:
    """The figure as plain JSON values, dark on white."""
    figure: Figure = json.loads(plot.figure.to_json())
    layout = figure["layout"]
    layout |= {"paper_bgcolor": PAPER, "plot_bgcolor": PAPER}
    # Where the page shows the runs' legend beside the figure, a saved one must hold it itself.
    if layout["meta"].get("runs"):
        layout["showlegend"] = True
    if not has_title:
        remove_title(layout)
    layout["font"] = {**layout["font"], "color": INK, "family": "Helvetica, Arial, sans-serif"}
    # plotly picks the colour of a cell's text as if the cell were opaque.
    for trace in figure["data"]:
        if trace["type"] == "heatmap":
            trace["textfont"] = {"color": INK} | trace.get("textfont", {})
    for key in {"xaxis", "yaxis", *axes(layout)}:
        colors = {"gridcolor": GRID, "linecolor": AXIS, "zerolinecolor": GRID}
        layout[key] = {**colors, "zeroline": False, "automargin": True, **layout.get(key, {})}
    return figure


def on_paper(plot: Plot, size: FigureSize | None = None, *, has_title: bool = True) -> Drawing:
    """The figure dark on white, to be drawn as designed and then magnified to its size.

    Parameters
    ----------
    size : without it one column of a paper, or two for several panels, with room for the legend
        and, in a map, for its proportions
    has_title : whether the title and the reading aid stand above it

    Raises
    ------
    ExportError
        If the size leaves no room for the plot.
    """
    figure = on_white(plot, has_title=has_title)
    layout = figure["layout"]
    size = size or _fitting(figure)
    width, height = (round(pixels / size.magnification, 2) for pixels in size.pixels)
    if arrange(figure, width, height) < _LEAST_ROOM:
        raise ExportError(
            f"A figure needs room for its plot. At a height of {size.height:g} {size.unit} and "
            f"{size.font_size:g} pt, title, legend and axes leave none. Choose a greater height, "
            "smaller letters or no title."
        )
    for key in axes(layout):
        title = {"font": {"size": _DESIGN_FONT}, "standoff": 6}
        layout[key]["title"] = {**(layout[key].get("title") or {}), **title}
    if _points(plot) <= _MOST_SHAPES:
        for trace in figure["data"]:
            trace["type"] = trace["type"].removesuffix("gl")
    return Drawing(figure, size, width, height)


def _fitting(figure: Figure) -> FigureSize:
    """As wide as the columns of a paper, and as high as the figure needs."""
    size = FigureSize(width=_TWO_COLUMNS if has_panels(figure["layout"]) else _ONE_COLUMN)
    height = needed_height(figure, size.pixels[0] / size.magnification)
    return replace(size, height=round(height * size.magnification / PIXELS_PER_MM, 1))


def _points(plot: Plot) -> int:
    return sum(len(trace.y) for trace in plot.figure.data if trace.type == "scattergl")
