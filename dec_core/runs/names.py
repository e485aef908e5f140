"""Names for runs that a person can say aloud, and words of others that a screen can take."""

from __future__ import annotations

import re
import secrets
from typing import Any

from dec_core.errors import RunError

_ADJECTIVES = """
amber bold brisk calm clear deep eager early fair fond gentle glad grand keen kind late light lively
lucid merry mild neat noble plain proud quick quiet rapid ready sharp shy silent slow smart soft
solid steady still sunny swift tidy vivid warm wide wild wise young
""".split()
_ANIMALS = """
badger beaver bison crane cricket dolphin eagle egret falcon ferret finch fox gecko goose hare hawk
heron ibex ibis jackal kestrel koala lark lemur lion lynx marten mole moose newt ocelot orca otter
owl panda puffin quail raven robin seal shrew sparrow stork swan tapir tern toad trout viper vole
walrus weasel wolf wren yak zebra
""".split()

_PATTERN = re.compile(r"[a-z]{2,12}-[a-z]{2,12}-[0-9a-f]{4}")
# What a terminal obeys: its escape codes, and what turns the direction of a line around.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LEFTOVER = re.compile(rf"\.{_PATTERN.pattern}\.(draft|deleted)")


def new_run_id() -> str:
    """Such as ``quiet-otter-3f2a``."""
    adjective, animal = secrets.choice(_ADJECTIVES), secrets.choice(_ANIMALS)
    return f"{adjective}-{animal}-{secrets.token_hex(2)}"


def check_run_id(run_id: str) -> str:
    """The id itself.

    Raises
    ------
    RunError
        If it is no run id.
    """
    if not is_run_id(run_id):
        raise RunError(
            "A run id looks like quiet-otter-3f2a. The link holds something else. "
            "Check the address or start a new run."
        )
    return run_id


def is_run_id(text: str) -> bool:
    """Whether it looks like one."""
    return _PATTERN.fullmatch(text) is not None


def is_leftover(name: str) -> bool:
    """Whether a folder of that name is a run that is not yet filled or not yet removed."""
    return _LEFTOVER.fullmatch(name) is not None


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
