"""Words of others, made such that every screen, terminal and file can take them."""

from __future__ import annotations

import re
from typing import Any

# What a terminal obeys: its escape codes, and what turns the direction of a line around.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The same in one line, with a mark for what is no character or would command a terminal.

    JSON can name half a character, and a file's name hold any byte; no screen and no file takes
    either.
    """
    whole = text.encode(errors="replace").decode()
    return _CONTROL.sub(lambda found: " " if found[0].isspace() else "?", whole)


def printable_lines(text: str) -> str:
    """As ``printable``, but its line breaks stay."""
    return "\n".join(map(printable, text.split("\n")))


def printable_json(value: Any) -> Any:
    """As ``printable``, for all texts among JSON's values."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return list(map(printable_json, value))
    if isinstance(value, dict):
        return {printable(name): printable_json(item) for name, item in value.items()}
    return value
