"""Runs side by side: each measure in a panel of its own, each run in a colour of its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isfinite, log10

import numpy as np

from dec_core.analysis.measure import Measure
from dec_core.analysis.published import Reference
from dec_core.plots.comparison_curves import Along, Series, series_curve
from dec_core.plots.comparison_traces import LEAST_CHANGE, Panel, Trace, traces_of
from dec_core.plots.figure import Figure
from dec_core.plots.published import name_references, reading_aids, reference_traces
from dec_core.plots.style import Plot, axes_suffix, name_axes, new_figure, place_axes

_COLUMNS = 3
_GAP_X, _GAP_Y = 0.075, 0.2
# The height of a line of the reading aid.
_LINE = 15


def draw_comparison(
    series: Sequence[Series],
    measures: Sequence[Measure],
    along: Along = Along.ITERATIONS,
    smoothing: float = 0.0,
    references: Sequence[Reference] = (),
) -> Plot:
    """Which run does better?

    The legend is hidden, as the page has its own; ``meta.runs`` says that a trace's
    ``legendgroup`` is a run that hovering lights up, and that saved figures want the legend.

    Parameters
    ----------
    series : the runs, or folded ones, in the order of the legend
    measures : a panel each
    along : what the curves run along
    smoothing : weight of the moving average in [0, 1), 0 for none; see ``smoothed``
    references : published results to be seen behind the curves
    """
    columns = {"x": along.column, "y": "value"}
    aids = _reading_aids(series, along, smoothing) + reading_aids(references, measures)
    figure = new_figure("Which run does better?", "<br>".join(aids), columns)
    figure.layout.meta = {"columns": columns | {"meta": "measure"}, "runs": True}
    figure.update_layout(showlegend=False, margin={"t": 57 + _LINE * len(aids), "b": 40})
    traces: list[Trace] = []
    for number, measure in enumerate(measures):
        panel = Panel(measure, along, smoothing, axes_suffix(number))
        _place(figure, panel, number, len(measures))
        curves = [trace for one in series for trace in traces_of(panel, one, is_first=number == 0)]
        if references and curves:
            traces += reference_traces(panel, references, _extent(curves))
            name_references(figure, panel, references)
        traces += curves
    # All at once and as plain values: plotly takes half as long over hundreds of them.
    figure.add_traces(traces)
    if along is Along.LOG:
        ticks = logarithmic_ticks(*_extent(traces))
        figure.update_xaxes(tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks])
    return Plot("comparison", figure, _alternative(series, measures))


def _reading_aids(series: Sequence[Series], along: Along, smoothing: float) -> list[str]:
    """A line each."""
    aids = ["Dashed: the k-means start of each run"]
    if any(len(one.views) > 1 for one in series):
        aids[0] += "; bands: mean \N{PLUS-MINUS SIGN} one standard deviation over the seeds"
    if along is Along.LOG:
        aids.append("Iteration 0, the k-means start, cannot stand on a logarithmic axis")
    if smoothing:
        aids.append(
            f"Bold: exponential moving average of weight {smoothing:g}, bias-corrected; "
            "faint: as recorded"
        )
    return aids


def logarithmic_ticks(low: float, high: float) -> list[int]:
    """Round iterations from ``low`` to ``high``: powers of ten, closer where those are few."""
    powers = [10**power for power in range(ceil(log10(max(high, 1))) + 1)]
    within = [power for power in powers if low <= power <= high]
    if len(within) > 2:
        return within
    return [m * power for power in powers for m in (1, 2, 5) if low <= m * power <= high]


def _extent(traces: Sequence[Trace]) -> tuple[float, float]:
    ends = [float(trace["x"][end]) for trace in traces if len(trace["x"]) for end in (0, -1)]
    return min(ends, default=1), max(ends, default=1)


def _place(figure: Figure, panel: Panel, number: int, count: int) -> None:
    """Axes in rows of three, four of them in rows of two, or one over the whole width."""
    n_columns = 2 if count == 4 else min(count, _COLUMNS)
    n_rows = ceil(count / n_columns)
    row, column = divmod(number, n_columns)
    width = (1 - _GAP_X * (n_columns - 1)) / n_columns
    height = (1 - _GAP_Y * (n_rows - 1)) / n_rows
    left, top = column * (width + _GAP_X), 1 - row * (height + _GAP_Y)
    is_last_row = number + n_columns >= count
    title = panel.along.axis_title if is_last_row else ""
    place_axes(
        figure,
        panel.suffix,
        [left, min(left + width, 1)],
        [max(top - height, 0), top],
        x={"title": title, **_horizontal(panel.along)},
        y=_scale(panel.measure),
    )
    name_axes(figure, panel.suffix, panel.measure.label)


def _scale(measure: Measure) -> dict[str, object]:
    if measure.is_log:
        return {
            "type": "log",
            "range": [np.log10(LEAST_CHANGE * 0.9), 0],
            "tickvals": [1e-4, 1e-3, 1e-2, 1e-1, 1],
            "ticktext": ["0.01%", "0.1%", "1%", "10%", "100%"],
        }
    if isfinite(measure.range[1]):
        # Where both ends are known, 0 says little.
        return {"tickformat": ".0%"} if measure.format.endswith("%") else {}
    # Instead of letters, as "300n".
    return {"rangemode": "tozero", "exponentformat": "power"}


def _horizontal(along: Along) -> dict[str, object]:
    if along is Along.LOG:
        return {"type": "log"}
    if along is Along.SHARE:
        return {"range": [0, 101], "nticks": 6}
    return {"rangemode": "tozero", "nticks": 6}


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
