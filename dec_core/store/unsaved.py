"""The mark of a run whose saving ended before the run did.

It is made where a disk has no room left: a file is reserved beforehand, written over in its place
and renamed.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from dec_core.data.ordinary_files import open_ordinary
from dec_core.store.array_files import read_whole, write_whole
from dec_core.store.printable import printable

_RESERVED, _MARK = "reserved", "unsaved.json"
_BYTES = 512


def reserve_mark(folder: Path) -> None:
    """Before a run is written: it has no mark, and room for one. Raises OSError."""
    write_whole(folder / _RESERVED, b" " * _BYTES)
    (folder / _MARK).unlink(missing_ok=True)


def release_mark(folder: Path) -> None:
    """The run is not written any more."""
    with contextlib.suppress(OSError):
        (folder / _RESERVED).unlink(missing_ok=True)


def mark_unsaved(folder: Path, reason: str) -> None:
    """Note why the run was saved no longer, as far as the disk lets it be noted."""
    with contextlib.suppress(OSError):
        content = json.dumps({"reason": reason[:80]}).encode()
        with open_ordinary(folder / _RESERVED, "r+b", buffering=0) as stream:
            stream.write(content.ljust(_BYTES))
        (folder / _RESERVED).replace(folder / _MARK)


def unsaved_problem(folder: Path) -> str:
    """The sentence for a run that was not saved to its end; empty for any other."""
    try:
        reason = printable(str(json.loads(read_whole(folder / _MARK))["reason"])[:80])
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        reason = "the disk refused"
    return f"Not saved to its end: {reason}. Resume it to train again what is missing."
