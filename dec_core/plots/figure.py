"""A plotly figure as plain values, which is drawn many times a minute while a run trains.

plotly's own figure checks every value that is put into it. That takes ten times as long as all
the rest of drawing, and training waits meanwhile, so here the tests check the values instead.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

# How plotly.js names the types of its arrays; it has no integers of 64 bits.
_TYPES = "i1 u1 i2 u2 i4 u4 f4 f8".split()
_NARROWER = (np.int8, np.int16, np.int32)


class Values(dict[str, Any]):
    """Values by name, also as attributes; None where there is none, as plotly has it."""

    def __missing__(self, name: str) -> Any:
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self.merge({name: value})

    def merge(self, values: Mapping[str, Any]) -> None:
        """Take over values; those below one name are merged in turn, None removes what was."""
        for name, value in values.items():
            if value is None:
                self.pop(name, None)
            elif isinstance(value, Mapping) and isinstance(self[name], Values):
                self[name].merge(value)
            else:
                self[name] = _taken(value)


class Figure:
    """Traces and layout, put together by those of plotly's methods that the plots use.

    ``add_scatter`` and the like add a trace of the type that they name.

    Attributes
    ----------
    data : the traces
    layout : everything else
    """

    def __init__(self, **layout: Any) -> None:
        self.data: list[Values] = []
        self.layout = Values()
        self.update_layout(layout)

    def __getattr__(self, name: str) -> Any:
        kind = name.removeprefix("add_")
        if kind == name:
            raise AttributeError(f"A figure has no {name}.")
        return partial(self._add_trace, kind)

    def __getstate__(self) -> tuple[list[Values], Values]:
        return self.data, self.layout

    def __setstate__(self, state: tuple[list[Values], Values]) -> None:
        self.data, self.layout = state

    def add_traces(self, traces: Iterable[Mapping[str, Any]]) -> None:
        """Add traces, each with its ``type``."""
        self.data += map(_taken, traces)

    def update_layout(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        """Merge values into the layout."""
        for name, value in {**(values or {}), **more}.items():
            is_axis = name.startswith(("xaxis", "yaxis"))
            self.layout.merge({name: _titled(value) if is_axis else value})

    def update_xaxes(self, **values: Any) -> None:
        """Merge values into every horizontal axis that there is so far."""
        self._update_axes("xaxis", values)

    def update_yaxes(self, **values: Any) -> None:
        """Merge values into every vertical axis that there is so far."""
        self._update_axes("yaxis", values)

    def add_annotation(self, **values: Any) -> None:
        """Add words."""
        self._append("annotations", values)

    def add_shape(self, **values: Any) -> None:
        """Add a line or a rectangle."""
        self._append("shapes", values)

    def add_hline(self, y: float, *, axes: str = "", **values: Any) -> None:
        """Add a line across a pair of axes: "" for the first, "2", "3" ..."""
        place = {"x0": 0, "x1": 1, "xref": f"x{axes} domain", "y0": y, "y1": y, "yref": f"y{axes}"}
        self.add_shape(type="line", **place, **values)

    def add_vline(self, x: float, **values: Any) -> None:
        """Add an upright line through the first pair of axes."""
        place = {"x0": x, "x1": x, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain"}
        self.add_shape(type="line", **place, **values)

    def to_json(self) -> str:
        """For plotly.js: arrays as typed arrays, numbers that are not finite as null."""
        figure = {"data": self.data, "layout": self.layout}
        encode = partial(json.dumps, default=_encoded, separators=(",", ":"))
        try:
            return encode(figure, allow_nan=False)
        except ValueError:
            return encode(json.loads(encode(figure), parse_constant=lambda _: None))

    def _add_trace(self, kind: str, **values: Any) -> None:
        self.data.append(_taken({**values, "type": kind}))

    def _update_axes(self, prefix: str, values: Mapping[str, Any]) -> None:
        names = {prefix, *(name for name in self.layout if name.startswith(prefix))}
        self.update_layout(dict.fromkeys(names, values))

    def _append(self, name: str, values: Mapping[str, Any]) -> None:
        self.layout[name] = [*(self.layout[name] or ()), _taken(values)]


def _taken(value: Any) -> Any:
    """A value as figures hold it, its own as far as there are names in it."""
    if not isinstance(value, Mapping):
        return value
    values = Values()
    values.merge(value)
    return values


def _titled(axis: Mapping[str, Any]) -> Mapping[str, Any]:
    """plotly.js knows titles with a text and a font only."""
    title = axis.get("title")
    return {**axis, "title": {"text": title}} if isinstance(title, str) else axis


def _encoded(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return _typed_array(value) if value.size else []
    raise TypeError(f"A figure must hold numbers, words and arrays. Received {type(value)}.")


def _typed_array(values: NDArray[Any]) -> Any:
    """The bytes, where plotly.js has such a type; otherwise a list."""
    if values.dtype == np.int64:
        values = next(_narrower(values), values)
    kind = values.dtype.str[1:]
    if kind not in _TYPES:
        return values.tolist()
    content = base64.b64encode(values.tobytes()).decode("ascii")
    shape = {"shape": str(values.shape)[1:-1]} if values.ndim > 1 else {}
    return {"dtype": kind, "bdata": content} | shape


def _narrower(values: NDArray[np.int64]) -> Iterator[NDArray[Any]]:
    low, high = values.min(), values.max()
    for kind in _NARROWER:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            yield values.astype(kind)
