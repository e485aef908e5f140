"""Wrong settings in sentences: what was expected, what was received, what to do."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dec_core.config.kinds import Kinds, kinds_of
from dec_core.config.section import Frozen, Section
from dec_core.config.table import SETTINGS, Setting


def of_validation(error: ValidationError, config: type[Frozen]) -> str:
    """All of pydantic's complaints about values for ``config``."""
    return " ".join(_of_problem(problem, config) for problem in error.errors(include_url=False))


def unknown_kind(kinds: Kinds[Any], name: Any) -> str:
    """There is no kind of that name."""
    *others, last = map(repr, kinds.names)
    expected = f"{', '.join(others)} or {last}" if others else last
    return f"{kinds.path}: must be {expected}. Received {shown(name)}. {kinds.label}: {kinds.help}"


def of_another_kind(setting: Setting, kind: str) -> str:
    """A setting was given that this kind does not have."""
    tag = setting.union.path if setting.union is not None else ""
    return (
        f"{setting.path} belongs to {tag}={' or '.join(setting.only_for)}. Received it with "
        f"{tag}={kind}. Leave it out, or choose {tag}={setting.only_for[0]}."
    )


def shown(value: Any) -> str:
    """A value in a sentence, cut where it is long or deep; it may be anything."""
    try:
        return _SHORT.repr(value)
    except ValueError:  # Python does not write out numbers of thousands of digits
        return f"a {type(value).__name__} of too many digits"


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 100
_SHORT.maxlist = _SHORT.maxtuple = 20


def _of_problem(problem: ErrorDetails, config: type[Frozen]) -> str:
    names = [str(part) for part in problem["loc"] if not isinstance(part, int)]
    path, kinds, kind = _place(names, config)
    received = problem["input"]
    if problem["type"] in ("union_tag_invalid", "union_tag_not_found") and kinds is not None:
        is_mapping = isinstance(received, Mapping)
        return unknown_kind(kinds, received.get(kinds.tag) if is_mapping else received)
    setting = SETTINGS.get(path)
    if problem["type"] == "extra_forbidden":
        if setting is not None and setting.only_for:
            return of_another_kind(setting, kind or "another")
        return f"Unknown setting {shown(path)}. Remove it or correct its name."
    remedy = f" {setting.label}: {setting.help}" if setting else ""
    expected = problem["msg"].replace("Input should be", "must be").rstrip(".")
    return f"{path}: {expected}. Received {shown(received)}.{remedy}"


def _place(names: Sequence[str], config: type[Frozen]) -> tuple[str, Kinds[Any] | None, str]:
    """A setting's path without the kinds that pydantic names in it; the union and the kind there.

    Pydantic says ``("autoencoder", "dense", "units")`` and ``("clustering", "objective", "dec",
    "loss")`` of what are ``autoencoder.units`` and ``clustering.loss`` here.
    """
    first, *rest = [*names, ""][: len(names) or 1]
    info = config.model_fields.get(first)
    kinds = kinds_of(info) if info is not None else None
    if kinds is not None:
        return ".".join([first, *rest[1:]]), kinds, rest[0] if rest else ""
    section = info.annotation if info is not None else None
    if rest and isinstance(section, type) and issubclass(section, Section):
        kinds = section.parts().get(rest[0])
        if kinds is not None and len(rest) > 1:
            return ".".join([first, *rest[2:]]), kinds, rest[1]
    return ".".join([first, *rest]), kinds, ""
