"""The settings that were chosen on the Data page; they stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dec_core.config import SETTINGS, Config, FileData
from pages.ui.parts.address import read_settings

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
    named = [path for path in SETTINGS if path in st.query_params and config.has(path)]
    return Chosen(config, {path: config.get(path) for path in named}, problems)


def choose(values: Mapping[str, Any]) -> None:
    """Put choices into the address; one that is None or an empty list leaves it.

    Raises
    ------
    SettingsError
        If a value does not fit; the address stays as it is.
    """
    chosen().config.with_values(values)
    for path, value in values.items():
        if value is None or value == ():
            st.query_params.pop(path, None)
        else:
            st.query_params[path] = SETTINGS[path].format(value)


def choose_data(name: str, file: str = "", **more: Any) -> None:
    """Turn to other data, with none of the choices that belong to those before."""
    for path in SETTINGS:
        st.query_params.pop(path, None)
    st.query_params[_NAME] = name
    if file:
        st.query_params[_FILE] = file
    for field, value in more.items():
        st.query_params[f"data.{field}"] = value


def forget_roles() -> None:
    """Keep the file and drop every choice that names a column or a part of it."""
    kept = {path: st.query_params[path] for path in (_NAME, _FILE) if path in st.query_params}
    for path in SETTINGS:
        st.query_params.pop(path, None)
    st.query_params.update(kept)
