"""Where title, legend and plot of a printed figure stand; lengths in pixels of its design."""

from __future__ import annotations

import html
import re
import textwrap
from math import ceil
from typing import Any

from dec_core.plots.style import TITLE_ROOM

# A figure as plain JSON values, and its layout.
Figure = dict[str, Any]
Layout = dict[str, Any]

# plotly's legends: how high a row is, and what is above the first; how wide an entry is beside its
# name, and a letter of it.
_LEGEND_ROW, _ABOVE_LEGEND, _ENTRY, _LETTER = 19, 10, 46, 6
# Around a map, which has no numbers at its axes.
_MAP_EDGE = 12
# A map is given room of at least this height, as a part of its width, and at most that of a square.
_FLATTEST = 0.6
# A single plot is as high as its design, or as high as a legend beside it, up to this.
_PLOT, _TALLEST_PLOT = 291.5, 350
_PANEL_ROW, _AROUND_PANELS = 243, 73
_AXIS = re.compile(r"[xy]axis\d*")


def axes(layout: Layout) -> list[str]:
    """The names of all axes."""
    return list(filter(_AXIS.fullmatch, layout))


def has_panels(layout: Layout) -> bool:
    """Whether there are several pairs of axes."""
    return "xaxis2" in layout


def remove_title(layout: Layout) -> None:
    """Take away the title and the reading aid, and their room."""
    layout.pop("title")
    layout["margin"]["t"] -= TITLE_ROOM


def arrange(figure: Figure, width: float, height: float) -> float:
    """Break what is too wide, and place the legend where the plot keeps its room.

    Returns
    -------
    The height that is left for the plot and the names of its axes.
    """
    layout = figure["layout"]
    _break_title(layout, width)
    if _is_map(layout):
        layout["margin"] |= {"l": _MAP_EDGE, "r": _MAP_EDGE, "b": _MAP_EDGE}
    _break_notes(layout, width)
    room = height - layout["margin"]["t"] - layout["margin"]["b"]
    if _is_below(figure, width, room):
        room -= _legend_height(figure, _inner(layout, width))
        # At the edge of the paper, so that the axes and their titles keep above it.
        layout["legend"] |= {
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
        }
    return float(room)


def needed_height(figure: Figure, width: float) -> float:
    """How high the figure is at best, if it is that wide and not arranged yet."""
    layout = figure["layout"]
    top = layout["margin"]["t"] + _more_title(layout, width)
    if _is_map(layout):
        inner = width - 2 * _MAP_EDGE
        share = min(1.0, max(_FLATTEST, _proportion(layout)))
        return top + inner * share + _MAP_EDGE + _legend_height(figure, inner)
    if has_panels(layout):
        uprights = [layout[key] for key in axes(layout) if key.startswith("y")]
        rows = len({tuple(axis.get("domain") or ()) for axis in uprights})
        return _AROUND_PANELS + _PANEL_ROW * rows + _legend_height(figure, _inner(layout, width))
    beside = top + layout["margin"]["b"] + _height_beside(_entries(figure))
    return beside if _PLOT < beside <= _TALLEST_PLOT and _is_upright(layout) else _PLOT


def _is_below(figure: Figure, width: float, room: float) -> bool:
    """Whether the legend stands below: always under panels, else where it costs less room."""
    layout = figure["layout"]
    entries = _entries(figure)
    if not entries or not _is_upright(layout):
        return False
    if has_panels(layout) or _height_beside(entries) > room:
        return True
    if not _is_map(layout):
        return False
    inner, proportion = _inner(layout, width), _proportion(layout)
    beside = min(inner - _entry_width(entries), room / proportion)
    return min(inner, (room - _legend_height(figure, inner)) / proportion) >= beside


def _is_upright(layout: Layout) -> bool:
    return layout["legend"].get("orientation") != "h"


def _entries(figure: Figure) -> list[str]:
    """The names in the legend."""
    if figure["layout"].get("showlegend") is False:
        return []
    named = [trace for trace in figure["data"] if trace.get("showlegend") is not False]
    return [html.unescape(trace.get("name", "")) for trace in named]


def _height_beside(entries: list[str]) -> float:
    return _ABOVE_LEGEND + _LEGEND_ROW * len(entries)


def _entry_width(entries: list[str]) -> float:
    return _ENTRY + _LETTER * max(map(len, entries))


def _legend_height(figure: Figure, width: float) -> float:
    """Of one that lies below; 0 without entries or where its place is fixed."""
    entries = _entries(figure)
    if not entries or not _is_upright(figure["layout"]):
        return 0
    columns = max(1, int(width // _entry_width(entries)))
    return ceil(len(entries) / columns) * _LEGEND_ROW


def _is_map(layout: Layout) -> bool:
    """Whether both axes have the same unit."""
    return "scaleanchor" in layout.get("yaxis", {})


def _proportion(layout: Layout) -> float:
    """The height of a map as a part of its width."""
    (left, right), (low, high) = layout["xaxis"]["range"], layout["yaxis"]["range"]
    return float((high - low) / (right - left))


def _inner(layout: Layout, width: float) -> float:
    return float(width - layout["margin"]["l"] - layout["margin"]["r"])


def _aid_lines(layout: Layout, width: float) -> list[str]:
    """The reading aid, broken into lines that fit."""
    title = layout["title"]
    aid = title["text"].partition("<br>")[2]
    return textwrap.wrap(aid, max(20, int(0.97 * width / (0.5 * title["font"]["size"]))))


def _more_title(layout: Layout, width: float) -> float:
    """How much higher the title is than one with a reading aid of one line."""
    if "title" not in layout:
        return 0
    size: float = layout["title"]["font"]["size"]
    return max(0, len(_aid_lines(layout, width)) - 1) * 1.3 * size


def _break_title(layout: Layout, width: float) -> None:
    if "title" in layout:
        layout["margin"]["t"] += _more_title(layout, width)
        heading = layout["title"]["text"].partition("<br>")[0]
        layout["title"]["text"] = "<br>".join([heading, *_aid_lines(layout, width)])


def _break_notes(layout: Layout, width: float) -> None:
    """Notes that begin at the left edge of the plot and are wider than it."""
    for note in layout.get("annotations", []):
        if (note["xref"], note["x"], note.get("xanchor")) == ("paper", 0, "left"):
            letters = int(_inner(layout, width) / (0.53 * note["font"]["size"]))
            lines = note["text"].split("<br>")
            note["text"] = "<br>".join("<br>".join(textwrap.wrap(line, letters)) for line in lines)
