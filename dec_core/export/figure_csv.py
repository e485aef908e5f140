"""The numbers of a figure as a table: what the plot's own bar saves."""

from __future__ import annotations

import csv
import html
import io
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice, repeat
from typing import Any

import numpy as np

from dec_core.export.metrics_csv import shortest
from dec_core.plots.style import Plot


def figure_csv(plot: Plot) -> str:
    """One row per point, with the columns that the figure names for itself.

    The first column, ``series``, is the trace's name, without the escapes of ``style.plain``.
    Numbers are written as a browser writes them, so that this is, character by character, what
    the plot's own bar saves.
    """
    columns: dict[str, str] = plot.figure.layout.meta["columns"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["series", *columns.values()])
    for number, trace in enumerate(plot.figure.data):
        name = f"trace {number}" if trace.name is None else html.unescape(trace.name)
        writer.writerows(_rows(name, trace, list(columns)))
    return text.getvalue()


def _rows(name: str, trace: Any, paths: Sequence[str]) -> Iterator[tuple[str, ...]]:
    # A trace without points, such as an image, has no rows.
    points = trace.x if trace.y is None else trace.y
    length = 0 if points is None else len(points)
    values = [_column(trace, path, length) for path in paths]
    yield from islice(zip(repeat(name), *values, strict=False), length)


def _column(trace: Any, path: str, length: int) -> list[str]:
    value = trace
    for part in path.split("."):
        value = None if value is None else value[part]
    if path == "x" and value is None:
        first, step = trace.x0 or 0, trace.dx or 1
        return [_text(first + index * step) for index in range(length)]
    if isinstance(value, str):
        return [value] * length
    if isinstance(value, np.ndarray):
        value = value.tolist()
    values = list(map(_text, value or ()))
    return values + [""] * (length - len(values))


def _text(value: Any) -> str:
    """As JavaScript's ``String`` writes it, in the number's own precision."""
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    value = shortest(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    if not 1e-6 <= abs(value) < 1e21:
        return re.sub(r"(\.0)?e([+-])0*", r"e\2", repr(value))
    return np.format_float_positional(value, trim="-")
