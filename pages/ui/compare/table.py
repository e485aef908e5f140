"""The table of all runs: filter it, choose from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dec_core.experiments.counterfactuals import is_counterfactual
from dec_core.store.record import RunRecord
from pages.ui.compare.address import choose_runs
from pages.ui.compare.columns import Columns
from pages.ui.compare.rows import columns_of, row_of, standing_of
from pages.ui.compare.run_table import run_table
from pages.ui.compare.runs import have_moved_on, is_changing
from pages.ui.compare.series import Group
from pages.ui.parts.address import keep
from pages.ui.parts.following import following
from pages.ui.parts.parameters import parameters

TICK_SECONDS = 2.0
_TICKED = "compare_ticked"


def filtered(records: Sequence[RunRecord], compared: Collection[str]) -> list[RunRecord]:
    """Draw the filters; the runs that pass them.

    Runs that explain another one are many: they pass where they are compared or by their tag.
    """
    row = st.grid(4, min_column_width=140, gap="small")
    shown = parameters.get("filter", "")
    text = row.text_input(
        "Filter",
        value=shown,
        placeholder="Filter",
        help="Part of a name, a preset, a data set or a tag",
        label_visibility="collapsed",
        icon=":material/search:",
        **following("compare_text", shown, partial(keep, "filter")),
    )
    kinds = {record.run_id: standing_of(record).kind for record in records}
    states = _choice(row, "State", list(kinds.values()))
    data = _choice(row, "Data", [record.dataset for record in records])
    tags = _choice(row, "Tag", [tag for record in records for tag in record.tags])
    return [
        record
        for record in records
        if text.strip().lower() in _words(record)
        and (not states or kinds[record.run_id] in states)
        and (not data or record.dataset in data)
        and (not tags or set(tags) & set(record.tags))
        and (tags or record.run_id in compared or not is_counterfactual(record))
    ]


def table(
    records: Sequence[RunRecord],
    chosen: Sequence[str],
    groups: Sequence[Group],
    baseline: str | None,
    columns: Columns,
) -> None:
    """Draw the runs, again and again while one trains; ticked rows stand in the address."""
    is_ticking = any(is_changing(record) for record in records)

    @st.fragment(run_every=TICK_SECONDS if is_ticking else None)
    def tick() -> None:
        _draw(records, chosen, groups, baseline, columns)
        if st.session_state.pop(_TICKED, False) or have_moved_on(records):
            st.rerun()

    tick()


def _draw(
    records: Sequence[RunRecord],
    chosen: Sequence[str],
    groups: Sequence[Group],
    baseline: str | None,
    columns: Columns,
) -> None:
    name, zone = _time_zone()
    group_of = {record.run_id: group for group in groups for record in group.records}
    rows = [
        replace(
            row_of(one, group_of.get(one.run_id), columns.numbers, columns.settings, zone),
            is_baseline=one.run_id == baseline,
            is_ticked=one.run_id in chosen,
        )
        for one in records
    ]
    run_ids = [record.run_id for record in records]
    run_table(
        columns_of(columns.numbers, columns.settings, name),
        rows,
        lambda ticked: _take(ticked, run_ids, chosen),
        # A heading, after a minus where the largest comes first.
        parameters.get("sort", ""),
        partial(keep, "sort"),
        key="compare_table",
    )
    if not records:
        st.caption("No run passes the filters.")


def _time_zone() -> tuple[str, tzinfo]:
    """That of the browser, with the word for a heading; UTC where it does not say."""
    try:
        name = st.context.timezone
        return ("local time", ZoneInfo(name)) if name else ("UTC", UTC)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC", UTC


def _choice(row: Any, label: str, values: Sequence[str]) -> list[str]:
    options = sorted({value for value in values if value})
    name = label.lower()
    shown = [one for one in parameters.get(name, "").split(",") if one in options]
    chosen: list[str] = row.multiselect(
        label,
        options,
        default=shown,
        placeholder=label,
        label_visibility="collapsed",
        disabled=not options,
        **following(f"compare_{label}", shown, lambda values: keep(name, ",".join(values))),
    )
    return chosen


def _words(record: RunRecord) -> str:
    return " ".join(
        (record.run_id, record.title, record.preset, record.dataset, *record.tags)
    ).lower()


def _take(ticked: Sequence[str], shown: Sequence[str], chosen: Sequence[str]) -> None:
    """What is hidden by a filter stays chosen; new ones come last."""
    kept = [i for i in chosen if i not in shown or i in ticked]
    choose_runs([*kept, *(i for i in ticked if i in shown and i not in kept)])
    st.session_state[_TICKED] = True
