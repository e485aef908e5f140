"""All runs that can be compared: what is stored, what this server trains, and their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dec_core.analysis.metrics import Labels
from dec_core.analysis.verdict import Condition
from dec_core.config import Config
from dec_core.errors import RunError
from dec_core.events.events import ParameterChanged
from dec_core.events.outcome import outcome
from dec_core.events.view import View
from dec_core.runs.listing import ListedRun, state_in_tables
from dec_core.store.record import RunRecord, RunState
from pages.ui.parts.state import run_manager


def all_runs() -> list[RunRecord]:
    """Every run, newest first; those that could not be saved come before the stored ones.

    A run without a summary is read, as the table shows its numbers.
    """
    records = [one.record for one in run_manager().list_runs() if _is_shown(one)]
    return [one if one.summary else as_read(one) for one in records]


def as_read(record: RunRecord) -> RunRecord:
    """The record; damaged, with the reason, where the run's numbers cannot be read."""
    try:
        view_of(record)
    except RunError as error:
        return replace(record, state=RunState.DAMAGED, problem=str(error))
    return record


def is_changing(record: RunRecord) -> bool:
    """Whether the run trains or is about to."""
    return record.state.is_at_work


def is_saved(record: RunRecord) -> bool:
    """Whether the run has a folder, so that it can be named, exported and deleted."""
    try:
        run_manager().store.folder(record.run_id)
    except RunError:
        return False
    return True


def state_of(record: RunRecord) -> RunState:
    """The run's state as it is by now."""
    session = run_manager().in_memory(record.run_id)
    if session is not None and not session.is_stored:
        return state_in_tables(session)
    try:
        return run_manager().store.record(record.run_id).state
    except RunError:
        return RunState.DAMAGED


def have_moved_on(records: Iterable[RunRecord]) -> bool:
    """Whether a run that trained or waited when the page was drawn has begun or ended since."""
    return any(is_changing(one) and state_of(one) is not one.state for one in records)


def view_of(record: RunRecord) -> View:
    """The numbers of a run as they stand now.

    Raises
    ------
    RunError
        If the run is damaged or gone.
    """
    if record.state is RunState.DAMAGED:
        raise RunError(record.problem)
    session = run_manager().in_memory(record.run_id)
    if session is not None:
        return session.view
    return run_manager().store.view(record.run_id)


def changes_of(record: RunRecord) -> tuple[ParameterChanged, ...]:
    """What was changed by hand while the run trained; nothing where it cannot be read."""
    try:
        return view_of(record).changes
    except RunError:
        return ()


def configs_of(record: RunRecord) -> list[Config]:
    """The settings that the run has had, from the first to the last."""
    if record.config is None:
        return []
    configs = [record.config]
    for change in changes_of(record):
        configs.append(configs[-1].with_values({change.path: change.new}))
    return configs


def reading_of(record: RunRecord) -> tuple[Mapping[str, Any], Condition | None]:
    """The numbers for the table, as they were at the end or as they stand now, and how a run that
    trains fares; both of one moment."""
    if record.summary is not None and not is_changing(record):
        return record.summary, None
    try:
        view = view_of(record)
    except RunError:
        return record.summary or {}, None
    summary = outcome(view) if record.summary is None else record.summary
    judgement = view.judgement if is_changing(record) else None
    return summary, None if judgement is None else judgement.condition


def summary_of(record: RunRecord) -> Mapping[str, Any]:
    """The numbers for the table; see ``reading_of``."""
    return reading_of(record)[0]


def labels_of(record: RunRecord) -> tuple[Labels, int]:
    """(n_samples,) the run's newest labels that are kept, and their iteration.

    Raises
    ------
    RunError
        If there are none.
    """
    session = run_manager().in_memory(record.run_id)
    store = run_manager().store
    view = store.view(record.run_id) if session is None else session.view
    frames = store.frames(record.run_id, view) if session is None else session.frames
    newest = frames.nearest_labels(len(view.updates) - 1) if view.updates else None
    if newest is None:
        raise RunError(f"{record.name} has no labels yet. Wait for its first update.")
    return frames.labels(newest), view.updates[newest].iteration


def _is_shown(listed: ListedRun) -> bool:
    """Not a run without a folder that was withdrawn, refused or deleted: there is nothing of it."""
    if listed.is_saved or listed.handle is None:
        return True
    return not (listed.handle.is_stored or listed.handle.state is RunState.WITHDRAWN)
