"""The settings that were chosen on the Data page; they stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dec_core.config import SETTINGS, Config, FileData
from pages.ui.parts.address import read_settings
from pages.ui.parts.parameters import parameters

_NAME, _FILE = "data.name", "data.file"


@dataclass(frozen=True)
class Chosen:
    """What the address says.

    Attributes
    ----------
    config : the default settings with what was chosen
    values : by setting, what was chosen, also where it is the default
    problems : a sentence for each part of the address that is wrong
    """

    config: Config
    values: Mapping[str, Any]
    problems: list[str]

    @property
    def file(self) -> str:
        """As ``data.file``; empty for a built-in data set."""
        data = self.config.data
        return data.file if isinstance(data, FileData) else ""


def chosen() -> Chosen:
    """What the address says now."""
    _, config, problems = read_settings()
    named = [path for path in SETTINGS if path in parameters and config.has(path)]
    return Chosen(config, {path: config.get(path) for path in named}, problems)


def choose(values: Mapping[str, Any]) -> None:
    """Put choices into the address; one that is None or an empty list leaves it.

    Raises
    ------
    SettingsError
        If a value does not fit; the address stays as it is.
    """
    chosen().config.with_values(values)
    parameters.change(
        {
            path: None if value is None or value == () else SETTINGS[path].format(value)
            for path, value in values.items()
        }
    )


def choose_data(name: str, file: str = "", more: Mapping[str, str] = MappingProxyType({})) -> None:
    """Turn to other data, with ``more`` of their settings and no choice of those before."""
    _put({_NAME: name, **({_FILE: file} if file else {}), **more})


def forget_roles() -> None:
    """Keep the file and drop every choice that names a column or a part of it."""
    _put({path: parameters[path] for path in (_NAME, _FILE) if path in parameters})


def _put(choices: Mapping[str, str]) -> None:
    """Let the address hold these settings and no others."""
    parameters.change({path: choices.get(path) for path in SETTINGS})
