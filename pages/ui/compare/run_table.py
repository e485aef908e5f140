"""A table of runs with a box to tick in each row, sorted by a click on a heading.

``st.dataframe`` draws on a canvas, where a cell is one line, cut at the width of its column: what
sets a run apart did not fit. Here words wrap, and a row takes part in the lighting up of runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import streamlit as st

from pages.ui.parts.component import component

_HTML = """
<div class="dec-lab-runs" tabindex="0">
  <table aria-label="Runs with their state, scores and settings; ticked ones are compared">
    <thead></thead><tbody></tbody>
  </table>
</div>
"""
_CSS = """
.dec-lab-runs {
  max-height: 292px; overflow: auto; font-size: 0.86rem; line-height: 1.25;
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
}
.dec-lab-runs table { border-collapse: separate; border-spacing: 0; width: 100%; }
.dec-lab-runs :is(th, td) {
  padding: 0.28rem 0.5rem; text-align: left; font-weight: 400;
  border-bottom: 1px solid var(--st-border-color);
}
.dec-lab-runs thead th {
  position: sticky; top: 0; z-index: 1; vertical-align: top;
  background: var(--st-secondary-background-color);
}
/* The runs stay in sight while further columns are scrolled. */
.dec-lab-runs tr > :is(:nth-child(1), :nth-child(2)) { position: sticky; left: 0; z-index: 1; }
.dec-lab-runs tr > :nth-child(2) { left: 3.1rem; min-width: 11rem; }
.dec-lab-runs tr > :nth-child(1) { min-width: 3.1rem; box-sizing: border-box; }
.dec-lab-runs thead tr > :is(:nth-child(1), :nth-child(2)) { z-index: 2; }
.dec-lab-runs thead button {
  font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0;
  cursor: pointer; text-align: inherit;
}
.dec-lab-runs [aria-sort="ascending"] button::after { content: " \\2191"; }
.dec-lab-runs [aria-sort="descending"] button::after { content: " \\2193"; }
.dec-lab-runs .number {
  text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;
}
.dec-lab-runs tbody tr > * { background: var(--st-background-color); }
.dec-lab-runs tbody tr:is(:hover, .ticked) > * {
  background: color-mix(in srgb, var(--st-primary-color) 8%, var(--st-background-color));
}
.dec-lab-runs label { display: flex; gap: 0.45rem; align-items: center; cursor: pointer; }
.dec-lab-runs input { accent-color: var(--st-primary-color); margin: 0; }
.dec-lab-runs i { width: 0.8em; height: 0.8em; border-radius: 50%; flex: none; }
.dec-lab-runs i.baseline { border-radius: 0; transform: rotate(45deg) scale(0.85); }
.dec-lab-runs small { display: block; font-size: 0.8rem; opacity: 0.75; }
.dec-lab-runs .state a { color: var(--st-link-color); font-size: 0.85rem; font-weight: 400; }
.dec-lab-runs .run { overflow-wrap: anywhere; }
.dec-lab-runs .whole { white-space: nowrap; }
.dec-lab-runs .run :is(a, b) { font-weight: 600; color: inherit; }
.dec-lab-runs em {
  display: inline-block; font-style: normal; font-size: 0.75rem; margin: 0.1rem 0.3rem 0 0;
  padding: 0 0.4rem; border: 1px solid var(--st-border-color); border-radius: 1rem;
}
.dec-lab-runs .state { min-width: 8.5rem; }
.dec-lab-runs .state div { display: flex; gap: 0.35rem; align-items: center; }
.dec-lab-runs .icon { font: 400 1.15rem/1 "Material Symbols Rounded"; flex: none; }
.dec-lab-runs .healthy .icon { color: var(--st-green-text-color); }
.dec-lab-runs .warning .icon { color: var(--st-orange-text-color); }
.dec-lab-runs .broken div { color: var(--st-red-text-color); font-weight: 600; }
"""
_component = component(__file__, _HTML, _CSS)


@dataclass(frozen=True)
class TableColumn:
    """A heading; ``below`` stands in small letters under it."""

    label: str
    below: str = ""
    help: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class TableCell:
    """A value as a person reads it, what stands small below it, and what rows are sorted by.

    A number stands on the right; what is whole is never broken into lines, as no number is.
    """

    text: str
    below: str = ""
    sort: float | str | None = None
    kind: Literal["", "number", "whole"] = ""


@dataclass(frozen=True)
class TableState:
    """How a run stands; ``sentence`` shows on pointing, ``note`` always; ``why`` is where to find
    out why it is spoilt."""

    phrase: str
    condition: str
    icon: str
    sentence: str = ""
    note: str = ""
    why: str = ""


@dataclass(frozen=True)
class TableRow:
    """A run; ``lights`` is the series that it lights up, where it is compared."""

    run: str
    name: str
    about: str
    href: str | None
    tags: tuple[str, ...]
    state: TableState
    cells: tuple[TableCell, ...]
    color: str | None = None
    lights: str | None = None
    is_baseline: bool = False
    is_ticked: bool = False


def run_table(
    columns: Sequence[TableColumn],
    rows: Sequence[TableRow],
    on_tick: Callable[[list[str]], None],
    sort: str,
    on_sort: Callable[[str], None],
    *,
    key: str,
) -> None:
    """Draw the table.

    Parameters
    ----------
    on_tick : is given the ids of all rows that are ticked then
    sort : the heading to sort by, after a minus where the largest comes first; empty for none
    on_sort : is given another such order once a heading is clicked
    """
    _component(
        key=key,
        data={
            "columns": [asdict(one) for one in columns],
            "rows": [asdict(one) for one in rows],
            "sort": sort,
        },
        on_ticked_change=lambda: on_tick(list(st.session_state[key].get("ticked") or [])),
        on_sorted_change=lambda: on_sort(st.session_state[key].get("sorted") or ""),
    )
