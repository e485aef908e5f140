"""Runs side by side: each measure in a panel of its own, each run in a colour of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.measures import Measure
from dec_core.analysis.replicates import FoldedCurve
from dec_core.plots.comparison_curves import Along, Series, series_curve, start_of
from dec_core.plots.figure import Figure
from dec_core.plots.palette import translucent
from dec_core.plots.style import Plot, name_axes, new_figure, plain

_COLUMNS = 3
_GAP_X, _GAP_Y = 0.075, 0.2
# A logarithmic axis has no place for 0: no change at all sits on the lowest line.
_LEAST_CHANGE = 1e-4
_FEW_POINTS = 12


Trace = dict[str, Any]


@dataclass(frozen=True)
class _Panel:
    """A pair of axes; ``suffix`` is "" for the first, "2", "3" ..."""

    measure: Measure
    along: Along
    suffix: str


def draw_comparison(
    series: Sequence[Series], measures: Sequence[Measure], along: Along = Along.ITERATIONS
) -> Plot:
    """Which run does better?

    The legend is hidden, as the page has its own; ``meta.runs`` says that a trace's
    ``legendgroup`` is a run that hovering lights up, and that saved figures want the legend.
    """
    aid = "Dashed: the k-means start of each run"
    if any(len(one.views) > 1 for one in series):
        aid += "; bands: mean \N{PLUS-MINUS SIGN} one standard deviation over the seeds"
    columns = {"x": _axis_title(along).replace(" ", "_"), "y": "value"}
    figure = new_figure("Which run does better?", aid, columns)
    figure.layout.meta = {"columns": columns | {"meta": "measure"}, "runs": True}
    figure.update_layout(showlegend=False, margin={"t": 72, "b": 40})
    traces: list[Trace] = []
    for number, measure in enumerate(measures):
        panel = _Panel(measure, along, "" if number == 0 else str(number + 1))
        _place(figure, panel, number, len(measures))
        for one in series:
            traces += _traces(panel, one, is_first=number == 0)
    # All at once and as plain values: plotly takes half as long over hundreds of them.
    figure.add_traces(traces)
    return Plot("comparison", figure, _alternative(series, measures))


def _traces(panel: _Panel, one: Series, *, is_first: bool) -> Iterator[Trace]:
    curve = series_curve(one, panel.measure, panel.along)
    if curve.count > 1:
        yield _band(panel, one, curve)
    yield _line(panel, one, curve, is_first=is_first)
    start = start_of(one, panel.measure)
    if start is not None and len(curve.x):
        yield _start_line(panel, one, start, float(curve.x[-1]))


def _line(panel: _Panel, one: Series, curve: FoldedCurve, *, is_first: bool) -> Trace:
    return dict(
        type="scatter",
        x=curve.x.astype(np.float32),
        y=_shown(panel.measure, curve.mean),
        mode="lines+markers" if len(curve.x) < _FEW_POINTS else "lines",
        line={"color": one.color, "width": 3.5 if one.is_baseline else 2},
        marker={"size": 4},
        showlegend=is_first,
        hovertemplate=_hover_text(panel, one, curve),
        customdata=curve.deviation.astype(np.float32) if curve.count > 1 else None,
        **_belonging(panel, one),
    )


def _band(panel: _Panel, one: Series, curve: FoldedCurve) -> Trace:
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


def _start_line(panel: _Panel, one: Series, start: float, end: float) -> Trace:
    return dict(
        type="scatter",
        x=np.array([0, end], np.float32),
        y=np.array([start, start], np.float32),
        mode="lines",
        line={"color": one.color, "width": 1.1, "dash": "dash"},
        hoverinfo="skip",
        showlegend=False,
        **_belonging(panel, one, "k-means start"),
    )


def _belonging(panel: _Panel, one: Series, part: str = "") -> dict[str, object]:
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
        values = np.maximum(values, _LEAST_CHANGE)
    return values.astype(np.float32)


def _hover_text(panel: _Panel, one: Series, curve: FoldedCurve) -> str:
    number = panel.measure.format
    if panel.measure.is_count:
        number = ",d" if curve.count == 1 else ",.1f"
    spread = f" \N{PLUS-MINUS SIGN} %{{customdata:{number}}}" if curve.count > 1 else ""
    at = "%{x:,.1f} s" if panel.along is Along.SECONDS else "iteration %{x:,}"
    name = plain(one.name)
    return f"{name}<br>{panel.measure.label} %{{y:{number}}}{spread} at {at}<extra></extra>"


def _place(figure: Figure, panel: _Panel, number: int, count: int) -> None:
    """Axes in rows of three, or one over the whole width."""
    n_columns = min(count, _COLUMNS)
    n_rows = ceil(count / n_columns)
    row, column = divmod(number, n_columns)
    width = (1 - _GAP_X * (n_columns - 1)) / n_columns
    height = (1 - _GAP_Y * (n_rows - 1)) / n_rows
    left, top = column * (width + _GAP_X), 1 - row * (height + _GAP_Y)
    is_last_row = number + n_columns >= count
    figure.update_layout(
        {
            f"xaxis{panel.suffix}": {
                "domain": [left, min(left + width, 1)],
                "anchor": f"y{panel.suffix}",
                "title": _axis_title(panel.along) if is_last_row else "",
                "rangemode": "tozero",
                "nticks": 6,
            },
            f"yaxis{panel.suffix}": {
                "domain": [max(top - height, 0), top],
                "anchor": f"x{panel.suffix}",
                **_scale(panel.measure),
            },
        }
    )
    name_axes(figure, panel.suffix, panel.measure.label)


def _scale(measure: Measure) -> dict[str, object]:
    if measure.is_log:
        return {
            "type": "log",
            "range": [np.log10(_LEAST_CHANGE * 0.9), 0],
            "tickvals": [1e-4, 1e-3, 1e-2, 1e-1, 1],
            "ticktext": ["0.01%", "0.1%", "1%", "10%", "100%"],
        }
    if isfinite(measure.range[1]):
        # Where both ends are known, 0 says little.
        return {"tickformat": ".0%" if measure.format.endswith("%") else ".2f"}
    return {"rangemode": "tozero"}


def _axis_title(along: Along) -> str:
    return "iteration" if along is Along.ITERATIONS else "seconds of clustering"


def _alternative(series: Sequence[Series], measures: Sequence[Measure]) -> str:
    if not series:
        return "Comparison of runs: none yet."
    return "Comparison of runs. " + " ".join(_in_words(one, measures) for one in series)


def _in_words(one: Series, measures: Sequence[Measure]) -> str:
    curves = {m.label: series_curve(one, m, Along.ITERATIONS) for m in measures}
    parts = [f"{name} {curve.mean[-1]:.3f}" for name, curve in curves.items() if len(curve.x)]
    count = f" (mean of {len(one.views)} seeds)" if len(one.views) > 1 else ""
    nothing = "not recorded" if any(view.updates for view in one.views) else "no update yet"
    return f"{one.name}{count}: {', '.join(parts) or nothing}."
