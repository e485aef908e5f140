"""Wrong settings in sentences: what was expected, what was received, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dec_core.config.kinds import shown
from dec_core.config.section import Frozen, Section
from dec_core.config.table import SETTINGS, Setting


def of_validation(error: ValidationError, config: type[Frozen], values: Mapping[str, Any]) -> str:
    """All of pydantic's complaints about nested ``values`` for ``config``."""
    problems = error.errors(include_url=False)
    return " ".join(_of_problem(problem, config, values) for problem in problems)


def of_another_kind(setting: Setting, kind: str) -> str:
    """A setting was given that this kind does not have."""
    tag = setting.union.path if setting.union is not None else ""
    return (
        f"{setting.path} belongs to {tag}={' or '.join(setting.only_for)}. Received it with "
        f"{tag}={kind}. Leave it out, or choose {tag}={setting.only_for[0]}."
    )


def kind_in(values: Mapping[str, Any], path: str) -> Any:
    """The kind that nested values name in the setting ``path``, or the default one."""
    section, _, tag = path.rpartition(".")
    return values.get(section, {}).get(tag, SETTINGS[path].default)


def _of_problem(problem: ErrorDetails, config: type[Frozen], values: Mapping[str, Any]) -> str:
    if problem["type"] == "kind":
        return problem["msg"]
    path = _path([str(part) for part in problem["loc"] if not isinstance(part, int)], config)
    setting = SETTINGS.get(path)
    if problem["type"] == "extra_forbidden":
        if setting is not None and setting.union is not None:
            return of_another_kind(setting, kind_in(values, setting.union.path))
        return f"Unknown setting {shown(path)}. Remove it or correct its name."
    remedy = f" {setting.label}: {setting.help}" if setting else ""
    expected = problem["msg"].replace("Input should be", "must be").rstrip(".")
    return f"{path}: {expected}. Received {shown(problem['input'])}.{remedy}"


def _path(names: list[str], config: type[Frozen]) -> str:
    """A setting's path, in which the part of a section that holds it is not named.

    Pydantic says ``("clustering", "objective", "loss")`` of what is ``clustering.loss`` here.
    """
    if len(names) > 2:
        section = config.model_fields[names[0]].annotation
        if isinstance(section, type) and issubclass(section, Section):
            names = [name for name in names if name not in section.parts()]
    return ".".join(names)
