"""The traces of one measure's panel: line, band and k-means start of every run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.measure import Measure
from dec_core.analysis.replicates import FoldedCurve
from dec_core.plots.comparison_curves import Along, Series, series_curve, smoothed, start_of
from dec_core.plots.palette import translucent
from dec_core.plots.style import plain

# A logarithmic axis has no place for 0: no change at all sits on the lowest line.
LEAST_CHANGE = 1e-4
_FEW_POINTS = 12

_AT = {
    Along.ITERATIONS: "iteration %{x:,}",
    Along.LOG: "iteration %{x:,}",
    Along.SHARE: "%{x:.1f} % of the run",
    Along.SECONDS: "%{x:,.1f} s",
}

Trace = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """A pair of axes; ``suffix`` is "" for the first, "2", "3" ...

    ``smoothing`` is the weight of what came before, 0 for none; see ``smoothed``.
    """

    measure: Measure
    along: Along
    smoothing: float
    suffix: str


def traces_of(panel: Panel, one: Series, *, is_first: bool) -> Iterator[Trace]:
    """What a series shows in a panel; its entry of the legend comes from the first one.

    A smoothed line has the recorded values behind it, thin and faint.
    """
    curve = series_curve(one, panel.measure, panel.along)
    if curve.count > 1:
        yield _band(panel, one, curve)
    if panel.smoothing:
        yield _line(panel, one, curve, "as recorded", is_first=False) | _faint(one)
        smooth = replace(curve, mean=smoothed(curve.mean, panel.smoothing))
        yield _line(panel, one, smooth, "smoothed", is_first=is_first)
    else:
        yield _line(panel, one, curve, "", is_first=is_first)
    start = start_of(one, panel.measure)
    if start is not None and len(curve.x):
        yield _start_line(panel, one, start, curve)


def _line(panel: Panel, one: Series, curve: FoldedCurve, part: str, *, is_first: bool) -> Trace:
    has_spread = curve.count > 1 and part != "smoothed"
    return dict(
        type="scatter",
        x=curve.x.astype(np.float32),
        y=_shown(panel.measure, curve.mean),
        mode="lines+markers" if len(curve.x) < _FEW_POINTS else "lines",
        line={"color": one.color, "width": 3.5 if one.is_baseline else 2},
        marker={"size": 4},
        showlegend=is_first,
        hovertemplate=_hover_text(panel, one, curve, part),
        customdata=curve.deviation.astype(np.float32) if has_spread else None,
        **_belonging(panel, one, part),
    )


def _faint(one: Series) -> Trace:
    color = translucent(one.color, 0.35)
    return {"line": {"color": color, "width": 1.2}, "marker": {"size": 3, "color": color}}


def _band(panel: Panel, one: Series, curve: FoldedCurve) -> Trace:
    upper = _shown(panel.measure, curve.mean + curve.deviation)
    lower = _shown(panel.measure, curve.mean - curve.deviation)
    x = curve.x.astype(np.float32)
    return dict(
        type="scatter",
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([upper, lower[::-1]]),
        fill="toself",
        fillcolor=translucent(one.color, 0.2),
        mode="none",
        hoverinfo="skip",
        showlegend=False,
        **_belonging(panel, one, "mean \N{PLUS-MINUS SIGN} one standard deviation"),
    )


def _start_line(panel: Panel, one: Series, start: float, curve: FoldedCurve) -> Trace:
    begin = curve.x[0] if panel.along is Along.LOG else 0
    return dict(
        type="scatter",
        x=np.array([begin, curve.x[-1]], np.float32),
        y=np.array([start, start], np.float32),
        mode="lines",
        line={"color": one.color, "width": 1.1, "dash": "dash"},
        hoverinfo="skip",
        showlegend=False,
        **_belonging(panel, one, "k-means start"),
    )


def _belonging(panel: Panel, one: Series, part: str = "") -> dict[str, object]:
    """Axes, name and run of a trace; ``meta`` is its measure in the CSV."""
    name = plain(one.name)
    return {
        "xaxis": f"x{panel.suffix}",
        "yaxis": f"y{panel.suffix}",
        "legendgroup": one.key,
        "name": f"{name}, {part}" if part else name,
        "meta": panel.measure.label,
    }


def _shown(measure: Measure, values: NDArray[np.float64]) -> NDArray[np.float32]:
    if measure.is_log:
        values = np.maximum(values, LEAST_CHANGE)
    return values.astype(np.float32)


def _hover_text(panel: Panel, one: Series, curve: FoldedCurve, part: str) -> str:
    number = panel.measure.format
    if panel.measure.is_count:
        number = ",d" if curve.count == 1 and part != "smoothed" else ",.1f"
    has_spread = curve.count > 1 and part != "smoothed"
    spread = f" \N{PLUS-MINUS SIGN} %{{customdata:{number}}}" if has_spread else ""
    name, value = plain(one.name), f"{panel.measure.label} %{{y:{number}}}{spread}"
    kind = f" {part}" if part else ""
    return f"{name}<br>{value}{kind} at {_AT[panel.along]}<extra></extra>"
