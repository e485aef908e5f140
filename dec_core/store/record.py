"""What ``run.json`` says of a run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from dec_core.config import Config, may_be
from dec_core.errors import RunError
from dec_core.events.outcome import Count, Outcome
from dec_core.machine import conditions
from dec_core.store.events_file import renumbered
from dec_core.store.names import is_run_id
from dec_core.store.printable import printable_json
from dec_core.training.checkpoint import is_branch_setting

# Version 1 kept each array of an update in a file of its own.
SCHEMA = 2
_READABLE_SCHEMAS = (1, SCHEMA)


class RunState(StrEnum):
    """Where a stored run is in its life.

    QUEUED -> RUNNING -> FINISHED | FAILED; INTERRUPTED if its process ended before the run did;
    DAMAGED if the folder cannot be read.
    """

    QUEUED = "queued"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    FAILED = "failed"
    DAMAGED = "damaged"


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

    ``is_waiting`` is said of an interrupted run that its process had queued and not yet begun;
    ``summary`` is ``training.outcome`` of a run that is over; ``created`` and ``ended`` are times
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
    is_waiting: bool = False

    @property
    def name(self) -> str:
        """The title that a person has given, otherwise the id."""
        return self.title or self.run_id

    @property
    def state_word(self) -> str:
        """The state as tables and menus show it."""
        return "waiting" if self.is_waiting else self.state.value

    @property
    def is_over(self) -> bool:
        """Whether no event will follow."""
        return self.state in (RunState.FINISHED, RunState.FAILED)


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
        dataset=config.data.name,
        versions=conditions(),
    )


def to_json(record: RunRecord) -> str:
    """The text of ``run.json``; title and tags stand elsewhere, as they may change later."""
    values = asdict(replace(record, config=None))
    for name in ("title", "tags", "problem", "is_waiting"):
        del values[name]
    config = None if record.config is None else record.config.to_dict()
    return json.dumps({"schema": SCHEMA, **values, "config": config}, indent=1)


def from_json(text: str) -> RunRecord:
    """Read what ``to_json`` wrote.

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
        _check_times(record)
        if record.lineage is not None:
            _check_lineage(record.lineage)
        return record
    except RunError:
        raise
    except Exception as error:
        raise RunError(f"run.json is damaged ({_in_words(error)}). Copy the run again.") from error


_RECORD = TypeAdapter(RunRecord)


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


def _in_words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)
