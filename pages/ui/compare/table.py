"""The table of all runs: filter it, sort it, choose from it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from dec_core.analysis.measures import MEASURES, Measure
from dec_core.store.record import RunRecord, RunState
from pages.ui.compare.address import choose_runs
from pages.ui.compare.runs import have_moved_on, is_changing, summary_of

TICK_SECONDS = 2.0
_HEIGHT = 262
_TICKED = "compare_ticked"
_CIRCLE = '<circle cx="8" cy="8" r="6" fill="{}"/>'
_DIAMOND = '<path d="M8 1l7 7-7 7-7-7z" fill="{}"/>'
# Measures that the table shows: at the end, at their best, and over the k-means start.
_SHOWN = ("acc", "nmi")


def filtered(records: Sequence[RunRecord]) -> list[RunRecord]:
    """Draw the filters; the runs that pass them."""
    row = st.grid(4, min_column_width=140, gap="small")
    text = row.text_input(
        "Filter",
        placeholder="Name, preset, data or tag",
        label_visibility="collapsed",
        icon=":material/search:",
        key="compare_text",
    )
    states = _choice(row, "State", [record.state.value for record in records])
    data = _choice(row, "Data", [record.dataset for record in records])
    tags = _choice(row, "Tag", [tag for record in records for tag in record.tags])
    return [
        record
        for record in records
        if text.strip().lower() in _words(record)
        and (not states or record.state.value in states)
        and (not data or record.dataset in data)
        and (not tags or set(tags) & set(record.tags))
    ]


def table(
    records: Sequence[RunRecord],
    chosen: Sequence[str],
    colors: Mapping[str, str],
    baseline: str | None,
) -> None:
    """Draw the runs, again and again while one trains; ticked rows stand in the address."""
    is_ticking = any(is_changing(record) for record in records)

    @st.fragment(run_every=TICK_SECONDS if is_ticking else None)
    def tick() -> None:
        _draw(records, chosen, colors, baseline)
        if st.session_state.pop(_TICKED, False):
            st.rerun()
        if have_moved_on(records):
            # A tick that waited behind a click still carries the address from before it.
            choose_runs(chosen)
            st.rerun()

    tick()


def _draw(
    records: Sequence[RunRecord],
    chosen: Sequence[str],
    colors: Mapping[str, str],
    baseline: str | None,
) -> None:
    run_ids = [record.run_id for record in records]
    # Ticks are row numbers, so another list of runs begins anew with what the address says.
    key = f"compare_table:{hash(tuple(run_ids))}"
    st.dataframe(
        [_row(one, _swatch(colors.get(one.run_id), one.run_id == baseline)) for one in records],
        key=key,
        height=_HEIGHT,
        hide_index=True,
        on_select=lambda: _take(key, run_ids, chosen),
        selection_mode="multi-row",
        selection_default={
            "selection": {"rows": [n for n, i in enumerate(run_ids) if i in chosen]}
        },
        column_config=_columns(),
        placeholder="",
        alt="Runs with their data, verdict, scores and settings; ticked ones are compared",
    )
    if not records:
        st.caption("No run passes the filters.")


def _choice(row: Any, label: str, values: Sequence[str]) -> list[str]:
    options = sorted({value for value in values if value})
    chosen: list[str] = row.multiselect(
        label,
        options,
        placeholder=label,
        label_visibility="collapsed",
        key=f"compare_{label}",
        disabled=not options,
    )
    return chosen


def _words(record: RunRecord) -> str:
    return " ".join(
        (record.run_id, record.title, record.preset, record.dataset, *record.tags)
    ).lower()


def _take(key: str, run_ids: Sequence[str], chosen: Sequence[str]) -> None:
    """What is hidden by a filter stays chosen; new ones come last."""
    ticked = [run_ids[row] for row in st.session_state[key]["selection"]["rows"]]
    kept = [i for i in chosen if i not in run_ids or i in ticked]
    choose_runs([*kept, *(i for i in ticked if i not in kept)])
    st.session_state[_TICKED] = True


def _swatch(color: str | None, is_baseline: bool) -> str | None:
    """A picture in the run's colour; None for a run that is not compared."""
    if color is None:
        return None
    shape = (_DIAMOND if is_baseline else _CIRCLE).format(color)
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">{shape}</svg>'
    return f"data:image/svg+xml;base64,{b64encode(picture.encode()).decode()}"


def _row(record: RunRecord, swatch: str | None) -> dict[str, Any]:
    summary = summary_of(record)
    return {
        "": swatch,
        "Run": record.name,
        "Open": f"./?run={record.run_id}" if record.state is not RunState.DAMAGED else None,
        "Preset": record.preset,
        "Data": record.dataset,
        "State": record.state.value,
        "Verdict": summary.get("verdict") or "",
        **{label: summary.get(key) for label, (key, _) in _figures().items()},
        **{label: _gain(summary, one.name) for label, one in _gains().items()},
        "Iterations": summary.get("iterations"),
        "Seconds": summary.get("seconds"),
        "Branch of": f"{record.lineage.parent} at {record.lineage.iteration:,}"
        if record.lineage
        else "",
        "Tags": list(record.tags),
        "Created (UTC)": datetime.fromisoformat(record.created) if record.created else None,
        "Remark": record.problem or summary.get("sentence") or "",
        "Id": record.run_id,
    }


def _figures() -> dict[str, tuple[str, Measure]]:
    """Columns of numbers by their label: the key of the outcome, and the measure."""
    shown = [MEASURES[name] for name in _SHOWN]
    return {
        **{one.label: (one.name, one) for one in shown},
        **{f"Best {one.label}": (f"best_{one.name}", one) for one in shown},
    }


def _gains() -> dict[str, Measure]:
    return {f"{MEASURES[name].label} gain": MEASURES[name] for name in _SHOWN}


def _gain(summary: Mapping[str, Any], name: str) -> float | None:
    score, start = summary.get(name), summary.get(f"kmeans_{name}")
    return None if score is None or start is None else score - start


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "": column.ImageColumn(width=36, help="The run's colour below; a diamond: the baseline"),
        "Run": column.TextColumn(width=150),
        "Open": column.LinkColumn(
            width=56, display_text=":material/open_in_new:", help="Its Train page"
        ),
        "Preset": column.TextColumn(width=80),
        "Data": column.TextColumn(width=90),
        "State": column.TextColumn(width=80),
        "Verdict": column.TextColumn(width=90),
        **{
            label: column.NumberColumn(width=70, format=f"%{one.format}")
            for label, (_, one) in _figures().items()
        },
        **{
            label: column.NumberColumn(
                width=75,
                format=f"%+{one.format}",
                help="At the end, over the k-means start of the run",
            )
            for label, one in _gains().items()
        },
        "Iterations": column.NumberColumn(width=80, format="localized"),
        "Seconds": column.NumberColumn(width=75, format="%.1f", help="Of training, without pauses"),
        "Branch of": column.TextColumn(width=150),
        "Tags": column.ListColumn(width=110),
        "Created (UTC)": column.DatetimeColumn(width=125, format="YYYY-MM-DD HH:mm"),
        "Remark": column.TextColumn(width=420),
        "Id": column.TextColumn(width=150),
    }
