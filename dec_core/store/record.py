"""What ``run.json`` says of a run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, with_config

from dec_core.config import Config, may_be
from dec_core.config.kinds import when_kinds_change
from dec_core.errors import RunError
from dec_core.events.events import Count
from dec_core.events.outcome import Outcome
from dec_core.machine import conditions
from dec_core.store.array_files import in_words
from dec_core.store.former_versions import renumbered
from dec_core.store.names import is_run_id
from dec_core.store.printable import printable_json
from dec_core.training.checkpoint import is_branch_setting

# Version 1 kept each array of an update in a file of its own.
SCHEMA = 2
_READABLE_SCHEMAS = (1, SCHEMA)


class RunState(StrEnum):
    """Where a run is in its life, on the disk and in the process that trains it.

    QUEUED -> RUNNING <-> PAUSED -> FINISHED | FAILED. A run that was stopped has finished; one
    that was taken out of the queue before it ever trained is WITHDRAWN.

    INTERRUPTED is a run whose process ended first, or whose data could not be loaded: it can be
    resumed. WAITING is one that never began, because its process ended while it was queued.
    ELSEWHERE is one that another process trains or has queued. DAMAGED is a folder that cannot be
    read.

    A run that could not begin with its settings and data has failed. One that has trained before
    and cannot go on is interrupted: the reason may pass, what it has learnt would not come back.

    ``run.json`` knows neither PAUSED nor the states that depend on who looks: WAITING, ELSEWHERE
    and WITHDRAWN.
    """

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    WAITING = "waiting"
    ELSEWHERE = "elsewhere"
    FINISHED = "finished"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    DAMAGED = "damaged"

    @property
    def is_active(self) -> bool:
        """Whether a thread of this process trains it, or holds it at a pause."""
        return self in (RunState.RUNNING, RunState.PAUSED)

    @property
    def is_at_work(self) -> bool:
        """Whether this process trains it or is about to."""
        return self.is_active or self is RunState.QUEUED

    @property
    def can_be_resumed(self) -> bool:
        """Whether it is a stored run that has not come to its end and that nobody trains."""
        return self in (RunState.INTERRUPTED, RunState.WAITING)

    @property
    def is_over(self) -> bool:
        """Whether no event will follow."""
        return self in (RunState.FINISHED, RunState.FAILED, RunState.WITHDRAWN)

    @property
    def is_settled(self) -> bool:
        """Whether nothing will change by itself."""
        return self.is_over or self.can_be_resumed or self is RunState.DAMAGED

    @property
    def is_on_disk(self) -> bool:
        """Whether ``run.json`` may hold it."""
        return self not in _NEVER_ON_DISK

    @property
    def in_a_sentence(self) -> str:
        """The word for a run of this process; how it ended is said by its judgement."""
        return "ended" if self.is_over else self.value


_NEVER_ON_DISK = (RunState.PAUSED, RunState.WAITING, RunState.ELSEWHERE, RunState.WITHDRAWN)


@dataclass(frozen=True)
class Lineage:
    """Where a branch began: after ``iteration`` gradient steps and ``updates`` target updates.

    ``changes`` are its settings that differ, as [parent's, its own].
    """

    parent: str
    iteration: Count
    changes: dict[str, list[Any]] = field(default_factory=dict)
    updates: Count = 0


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class RunRecord:
    """One run of the store.

    ``summary`` is ``events.outcome`` of a run that is over; ``created`` and ``ended`` are times
    in ISO 8601. ``versions`` is ``machine.conditions``, of old runs only the libraries.
    """

    run_id: str
    state: RunState
    created: str = ""
    preset: str = ""
    config: Config | None = None
    dataset: str = ""
    fingerprint: str = ""
    n_samples: Count = 0
    n_features: Count = 0
    versions: dict[str, str] = field(default_factory=dict)
    lineage: Lineage | None = None
    title: str = ""
    tags: tuple[str, ...] = ()
    summary: Outcome | None = None
    problem: str = ""
    ended: str = ""

    @property
    def name(self) -> str:
        """The title that a person has given, otherwise the id."""
        return self.title or self.run_id

    @property
    def is_over(self) -> bool:
        """Whether no event will follow."""
        return self.state.is_over


def now() -> str:
    """The time of the day as run.json writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def new_record(run_id: str, config: Config, preset: str) -> RunRecord:
    """A run that waits for its turn, made now under the conditions of this process."""
    return RunRecord(
        run_id=run_id,
        state=RunState.QUEUED,
        created=now(),
        preset=preset,
        config=config,
        dataset=config.data.called,
        versions=conditions(),
    )


def to_json(record: RunRecord) -> str:
    """The text of ``run.json``; title and tags stand elsewhere, as they may change later."""
    values = asdict(replace(record, config=None))
    for name in ("title", "tags", "problem"):
        del values[name]
    config = None if record.config is None else record.config.to_dict()
    return json.dumps({"schema": SCHEMA, **values, "config": config}, indent=1)


@lru_cache(maxsize=2_000)
def from_json(text: str) -> RunRecord:
    """Read what ``to_json`` wrote. The last are remembered, as every list of runs reads them all.

    Raises
    ------
    RunError
        If the schema is unknown or the text damaged.
    """
    try:
        values = printable_json(json.loads(text))
        schema = values.pop("schema")
        if schema not in _READABLE_SCHEMAS:
            raise RunError(
                f"run.json must have schema version 1 or {SCHEMA}. Received {repr(schema)[:40]}. "
                "Open the run with the version of DEC Lab that wrote it."
            )
        values["config"] = Config.from_dict(values["config"])
        record: RunRecord = _RECORD.validate_python(values)
        record = replace(record, summary=_renumbered(record.summary))
        if not record.state.is_on_disk:
            raise ValueError(f"state cannot be {record.state.value!r}")
        _check_times(record)
        if record.lineage is not None:
            _check_lineage(record.lineage)
        return record
    except RunError:
        raise
    except Exception as error:
        raise RunError(f"run.json is damaged ({in_words(error)}). Copy the run again.") from error


_RECORD = TypeAdapter(RunRecord)
# Of an unknown kind one may be known afterwards, or the other way round.
when_kinds_change(from_json.cache_clear)


def _renumbered(summary: Outcome | None) -> Outcome | None:
    """The outcome with the iterations of its sentence as they are counted now."""
    if not summary or (iterations := summary.get("iterations")) is None:
        return summary
    sentence = summary.get("sentence")
    return summary | {"sentence": sentence and renumbered(sentence, iterations)}


def _check_times(record: RunRecord) -> None:
    """Times must be times, as they stand on screens and in files."""
    for time in filter(None, (record.created, record.ended)):
        if datetime.fromisoformat(time).tzinfo is None:
            raise ValueError(f"a time must name its zone: {time!r}")


def _check_lineage(lineage: Lineage) -> None:
    """A parent must be a run's name and changes those of a branch, as they stand in commands."""
    if not is_run_id(lineage.parent):
        raise ValueError(f"lineage.parent is no run id: {lineage.parent[:40]!r}")
    for path, values in lineage.changes.items():
        if not is_branch_setting(path) or len(values) != 2:
            raise ValueError(f"lineage.changes is no change of a branch: {path[:40]!r}")
        for value in values:
            if not may_be(path, value):
                raise ValueError(f"lineage.changes: {path} cannot be {str(value)[:40]!r}")
