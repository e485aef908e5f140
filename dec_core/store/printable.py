"""Texts from files and errors, made such that every screen, terminal and file can take them."""

from __future__ import annotations

import re
from typing import Any

# A terminal obeys these.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Texts of several lines, by their names in JSON.
_WITH_LINES = ("message", "details")


def printable(text: str) -> str:
    """The same in one line, with a mark for each control character and for half characters.

    JSON can name half a character, and the name of a file can hold any byte.
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
        return {printable(name): _printable_item(name, item) for name, item in value.items()}
    return value


def _printable_item(name: str, item: Any) -> Any:
    has_lines = name in _WITH_LINES and isinstance(item, str)
    return printable_lines(item) if has_lines else printable_json(item)
