"""Every run that can be shown: those of the store, and those that only this process knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from dec_core.runs.handle import RunHandle
from dec_core.store.record import RunRecord, RunState
from dec_core.store.store import RunStore

_UNSAVED = "Not saved: it ends with the server."
_PARTLY_SAVED = "Not saved to its end: the rest is lost when the server ends."
_NO_HANDLES: Mapping[str, RunHandle] = MappingProxyType({})


@dataclass(frozen=True)
class ListedRun:
    """A run; ``handle`` where this process knows more of it than the store does.

    ``is_saved`` says whether it has a folder: a run that could not be saved, was withdrawn or, as
    a branch, was refused has none.
    """

    record: RunRecord
    handle: RunHandle | None
    is_saved: bool


def list_runs(
    store: RunStore, handles: Mapping[str, RunHandle] = _NO_HANDLES
) -> tuple[ListedRun, ...]:
    """Every run, newest first; those without a folder come before the stored ones.

    Parameters
    ----------
    handles : by run id, oldest first, those of which this process knows more than the store

    Raises
    ------
    RunError
        If the store cannot be listed.
    """
    records = store.records()
    saved = {record.run_id for record in records}
    others = [handle for run_id, handle in handles.items() if run_id not in saved]
    return (
        *(ListedRun(_record_of(handle), handle, is_saved=False) for handle in reversed(others)),
        *(_as_known(record, handles.get(record.run_id)) for record in records),
    )


def state_in_tables(handle: RunHandle) -> RunState:
    """The state as tables show it: there a pause in this process is no state of a run."""
    return RunState.RUNNING if handle.state is RunState.PAUSED else handle.state


def _as_known(record: RunRecord, handle: RunHandle | None) -> ListedRun:
    """A stored run; where saving it ended before the run did, with the state that it has here."""
    if handle is not None and not handle.is_stored:
        record = replace(record, state=state_in_tables(handle), problem=_PARTLY_SAVED)
    return ListedRun(record, handle, is_saved=True)


def _record_of(handle: RunHandle) -> RunRecord:
    started = handle.view.started
    return RunRecord(
        run_id=handle.run_id,
        state=state_in_tables(handle),
        preset=handle.preset,
        config=handle.config,
        dataset=handle.config.data.called,
        n_samples=started.n_samples if started else 0,
        problem=_UNSAVED,
    )
