"""Chosen runs as series: a colour each, and runs that differ only in their seed as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dec_core.errors import RunError
from dec_core.events.view import View
from dec_core.plots.comparison_curves import Series
from dec_core.plots.palette import run_colors
from dec_core.store.record import RunRecord
from pages.ui.compare.address import is_folded
from pages.ui.compare.runs import changes_of, summary_of, view_of

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
    slots = _slots([record.run_id for record in records])
    palette = run_colors(max(slots.values(), default=0) + 1)
    folds = _folds(records) if is_folded() else [[record] for record in records]
    return [
        Group(
            tuple(members),
            palette[slots[members[0].run_id]],
            any(member.run_id == baseline for member in members),
        )
        for members in folds
    ]


def can_fold(records: Sequence[RunRecord]) -> bool:
    """Whether some of the runs differ in their seed alone."""
    return any(len(members) > 1 for members in _folds(records))


def repeats(records: Sequence[RunRecord]) -> list[RunRecord]:
    """Runs that stay out of a fold, because it holds a run with the same settings and seed."""
    counted = _counted(records).values()
    return [record for record in records if record not in counted]


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


def _folds(records: Sequence[RunRecord]) -> list[list[RunRecord]]:
    """Runs that differ in their seed alone, one of each seed, together; all others alone."""
    counted = _counted(records).values()
    found: dict[str, list[RunRecord]] = {}
    for record in records:
        kind = _kind(record) if record in counted else record.run_id
        found.setdefault(kind, []).append(record)
    return list(found.values())


def _counted(records: Sequence[RunRecord]) -> dict[tuple[str, int], RunRecord]:
    """One run of each kind and seed.

    A repeat, on another machine or stopped at another place, says nothing of the spread over
    the seeds: the run that went on longest counts.
    """
    found: dict[tuple[str, int], RunRecord] = {}
    for record in records:
        key = _kind(record), record.config.seed if record.config else 0
        if key not in found or _length(record) > _length(found[key]):
            found[key] = record
    return found


def _length(record: RunRecord) -> int:
    return summary_of(record).get("iterations") or 0


def _kind(record: RunRecord) -> str:
    """Equal for runs that differ in their seed alone.

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
