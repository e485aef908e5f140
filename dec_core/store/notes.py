"""A run's title and tags, which a person may change at any time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dec_core.store.array_files import read_whole, write_whole
from dec_core.store.printable import printable

MAX_TITLE, MAX_TAGS = 80, 12
NOTES_FILE = "notes.json"


def read_notes(folder: Path) -> dict[str, Any]:
    """Title and tags; none where a person has given none or the file is damaged."""
    try:
        values = json.loads(read_whole(folder / NOTES_FILE))
        return {
            "title": _tidy(str(values["title"])),
            "tags": tuple(_tidy(str(t)) for t in values["tags"]),
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {"title": "", "tags": ()}


def write_notes(folder: Path, title: str | None, tags: tuple[str, ...] | None) -> None:
    """Change the title or the tags; None leaves them. Raises OSError."""
    notes = read_notes(folder)
    if title is not None:
        notes["title"] = _tidy(title)
    if tags is not None:
        notes["tags"] = tuple(dict.fromkeys(filter(None, map(_tidy, tags))))[:MAX_TAGS]
    write_whole(folder / NOTES_FILE, json.dumps(notes).encode())


def _tidy(text: str) -> str:
    """One line, not too long, that every screen and file can take."""
    return printable(" ".join(text.split())[:MAX_TITLE])
