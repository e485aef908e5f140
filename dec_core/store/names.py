"""Ids of runs, which a person can say aloud."""

from __future__ import annotations

import re
import secrets

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
            "A run id looks like quiet-otter-3f2a. What was given is none. "
            "Copy one from the list of runs, or start a new run."
        )
    return run_id


def is_run_id(text: str) -> bool:
    """Whether it looks like one."""
    return _PATTERN.fullmatch(text) is not None


def is_leftover(name: str) -> bool:
    """Whether a folder of that name is a run that is not yet filled or not yet removed."""
    return _LEFTOVER.fullmatch(name) is not None
