"""Published results behind the curves of runs: a band, or a dashed line where settings differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dec_core.analysis.measure import Measure
from dec_core.analysis.published import Reference
from dec_core.plots.comparison_traces import Panel, Trace
from dec_core.plots.figure import Figure
from dec_core.plots.palette import GREY, translucent


def reading_aids(references: Sequence[Reference], measures: Sequence[Measure]) -> list[str]:
    """A line for those that have a value in one of the panels; none without."""
    names = {measure.name for measure in measures}
    shown = [one for one in references if names & one.published.end.keys()]
    same = ", ".join(one.published.title for one in shown if one.is_same)
    apart = ", ".join(one.published.title for one in shown if not one.is_same)
    parts = [
        f"grey band: the published trials of {same}" if same else "",
        f"grey dashes: {apart}, published with other settings or data" if apart else "",
    ]
    line = "; ".join(filter(None, parts))
    return [line[0].upper() + line[1:]] if line else []


def reference_traces(
    panel: Panel, references: Sequence[Reference], extent: tuple[float, float]
) -> list[Trace]:
    """What a panel shows behind its curves, from ``extent[0]`` to ``extent[1]`` of its axis."""
    found = []
    for one in references:
        name = panel.measure.name
        spread, band = one.published.end.get(name), one.band(name)
        if band is not None:
            found.append(_band(panel, one, band, extent))
        elif spread is not None:
            found.append(_line(panel, one, spread.mean, extent))
    return found


def name_references(figure: Figure, panel: Panel, references: Sequence[Reference]) -> None:
    """The name of the highest above it and of the others below, right and left in turn, so that
    none stands on the line of another."""
    name = panel.measure.name
    ends = {
        one.published.title: one.band(name) or (spread.mean,) * 2
        for one in references
        if (spread := one.published.end.get(name)) is not None
    }
    highest = max((high for _, high in ends.values()), default=0.0)
    for number, (title, (low, high)) in enumerate(ends.items()):
        is_highest = high == highest
        side = ("right", "left")[number % 2]
        figure.add_annotation(
            text=title,
            xref=f"x{panel.suffix} domain",
            yref=f"y{panel.suffix}",
            x={"left": 0, "right": 1}[side],
            y=high if is_highest else low,
            xanchor=side,
            yanchor="bottom" if is_highest else "top",
            showarrow=False,
            font={"size": 10},
        )


def _band(
    panel: Panel, one: Reference, values: tuple[float, float], extent: tuple[float, float]
) -> Trace:
    (low, high), (first, last) = values, extent
    return dict(
        x=np.array([first, last, last, first], np.float32),
        y=np.array([high, high, low, low], np.float32),
        fill="toself",
        fillcolor=translucent(GREY, 0.22),
        mode="none",
        **_belonging(panel, one, "range of the published trials"),
    )


def _line(panel: Panel, one: Reference, value: float, extent: tuple[float, float]) -> Trace:
    return dict(
        x=np.array(extent, np.float32),
        y=np.array([value, value], np.float32),
        mode="lines",
        line={"color": GREY, "width": 1.6, "dash": "longdash"},
        **_belonging(panel, one, one.setting),
    )


def _belonging(panel: Panel, one: Reference, part: str) -> Trace:
    return {
        "type": "scatter",
        "xaxis": f"x{panel.suffix}",
        "yaxis": f"y{panel.suffix}",
        "name": f"{one.published.title}, {part}",
        "meta": panel.measure.label,
        "hoverinfo": "skip",
        "showlegend": False,
    }
