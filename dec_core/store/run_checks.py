"""Whether what has happened in a run is there, as far as can be seen without reading it all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from dec_core.data.ordinary_files import check_ordinary
from dec_core.errors import RunError
from dec_core.store.array_files import damaged
from dec_core.store.checkpoint_files import CheckpointFiles
from dec_core.store.event_log import EventLog
from dec_core.store.record import RunRecord, RunState


def check_ordinary_files(folder: Path, *, and_below: bool = True) -> None:
    """Look at everything in a run's folder, and in the folders in it, without opening it.

    Raises
    ------
    RunError
        If there is a pipe, a device or a socket, or a lock that is no file of its own.
    """
    # What may not be read is said where it is read.
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir() and entry.name != "lock":
                if and_below:
                    check_ordinary_files(folder / entry.name, and_below=False)
            elif not entry.is_file(follow_symlinks=entry.name != "lock"):
                _refuse_unless_gone(folder / entry.name)


def _refuse_unless_gone(path: Path) -> None:
    try:
        check_ordinary((path.lstat() if path.name == "lock" else path.stat()).st_mode)
    except FileNotFoundError:
        return  # a draft that has got its name meanwhile
    except OSError as error:
        raise RunError(damaged(path, error)) from error


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
