"""Chosen runs as series: a colour each, and runs that differ only in their seed as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dec_core.errors import RunError
from dec_core.plots.comparison_curves import Series
from dec_core.plots.palette import run_colors
from dec_core.runs.record import RunRecord
from dec_core.training.view import View
from pages.ui.compare_runs import changes_of, view_of

FOLD = "fold_seeds"
_SLOTS = "compare_slots"


@dataclass(frozen=True)
class Group:
    """Runs that are shown as one, with the colour that they share."""

    records: tuple[RunRecord, ...]
    color: str
    is_baseline: bool

    @property
    def key(self) -> str:
        """What hovering lights up."""
        return self.records[0].run_id

    @property
    def name(self) -> str:
        """For legends and headings."""
        return _name_of_several(self.records[0], len(self.records))


def groups_of(records: Sequence[RunRecord], baseline: str | None) -> list[Group]:
    """The series of the chosen runs, in their order; folded where the person wants it."""
    is_folded = bool(st.session_state.get(FOLD))
    slots = _slots([record.run_id for record in records])
    palette = run_colors(max(slots.values(), default=0) + 1)
    found: dict[str, list[RunRecord]] = {}
    for record in records:
        found.setdefault(_kind(record) if is_folded else record.run_id, []).append(record)
    return [
        Group(
            tuple(members),
            palette[slots[members[0].run_id]],
            any(member.run_id == baseline for member in members),
        )
        for members in found.values()
    ]


def can_fold(records: Sequence[RunRecord]) -> bool:
    """Whether some of the runs differ only in their seed."""
    return len({_kind(record) for record in records}) < len(records)


def readable(groups: Sequence[Group]) -> tuple[list[Series], list[str]]:
    """The series with the numbers of their runs as they stand now, and a sentence for each run
    that cannot be read."""
    series, problems = [], []
    for group in groups:
        views, members = [], []
        for record in group.records:
            try:
                views.append(view_of(record))
                members.append(record)
            except RunError as error:
                problems.append(f"{record.name} cannot be drawn. {error}")
        if members:
            series.append(_series(group, members, views))
    return series, problems


def _series(group: Group, members: Sequence[RunRecord], views: Sequence[View]) -> Series:
    """Where some have made updates, the mean is theirs alone."""
    begun = tuple(view for view in views if view.updates) or tuple(views)
    name = _name_of_several(members[0], len(begun))
    return Series(members[0].run_id, name, group.color, begun, group.is_baseline)


def _name_of_several(first: RunRecord, count: int) -> str:
    return first.name + (f" (n = {count})" if count > 1 else "")


def _kind(record: RunRecord) -> str:
    """Equal for runs that differ only in their seed.

    A choice of samples follows the seed, so that its fingerprint may differ too.
    """
    if record.config is None:
        return record.run_id
    settings = record.config.with_values({"seed": 0})
    data = "" if settings.data.n_samples else record.fingerprint
    return f"{settings.to_json()} {data} {record.lineage} {changes_of(record)}"


def _slots(run_ids: Sequence[str]) -> dict[str, int]:
    """A place in the palette for each run, kept for as long as the run stays chosen."""
    before: dict[str, int] = st.session_state.get(_SLOTS, {})
    slots = {run_id: before[run_id] for run_id in run_ids if run_id in before}
    for run_id in run_ids:
        if run_id not in slots:
            slots[run_id] = min(set(range(len(run_ids) + 1)) - set(slots.values()))
    st.session_state[_SLOTS] = slots
    return slots
