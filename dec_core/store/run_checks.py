"""Whether what has happened in a run is there, as far as can be seen without reading it all."""

from __future__ import annotations

import contextlib
from pathlib import Path

from dec_core.store.checkpoint_files import CheckpointFiles
from dec_core.store.event_log import EventLog
from dec_core.store.record import RunRecord, RunState


def check_soundness(folder: Path, record: RunRecord) -> None:
    """Look at a run that may train at this moment.

    One that waits, or whose process died before its first event, lacks nothing.

    Raises
    ------
    RunError
        If its log has no beginning, or of a run that finished no end, or arrays are missing.
    """
    log = EventLog(folder)
    if record.state is RunState.FINISHED:
        log.check_end((record.summary or {}).get("updates") or 0)
    else:
        # Looked for before the log is, as it is written after the log.
        has_gone_on = record.state is RunState.FAILED or _has_checkpoint(folder)
        log.check_begin(has_gone_on=has_gone_on)


def _has_checkpoint(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return not CheckpointFiles(folder / "checkpoints").is_empty
    return False
