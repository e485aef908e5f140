"""Texts from files and errors, made such that every screen, terminal and file can take them."""

from __future__ import annotations

import re
from typing import Any

# A terminal obeys these; line breaks stay.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """The same with a mark for each control character but line breaks, and for half characters.

    JSON can name half a character, and the name of a file can hold any byte.
    """
    whole = text.encode(errors="replace").decode()
    return _CONTROL.sub(lambda found: " " if found[0].isspace() else "?", whole)


def printable_json(value: Any) -> Any:
    """As ``printable``, for all texts among JSON's values."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return list(map(printable_json, value))
    if isinstance(value, dict):
        return {printable(name): printable_json(item) for name, item in value.items()}
    return value
