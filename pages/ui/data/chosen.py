"""The settings that were chosen on the Data page; they stand in the address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from types import MappingProxyType
from typing import Any

import streamlit as st

from dec_core.config import SETTINGS, Config, FileData
from pages.ui.parts.address import read_settings

_NAME, _FILE = "data.name", "data.file"
# The choices as they stand, and those before each of the last ones, with the time of the change.
_NEWEST, _FORMER = "data_choices", "data_choices_before"
# A click within so many seconds may still carry the address from before the one ahead of it.
_SECONDS = 20.0


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
    _catch_up()
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
    with _changing():
        for path, value in values.items():
            if value is None or value == ():
                st.query_params.pop(path, None)
            else:
                st.query_params[path] = SETTINGS[path].format(value)


def choose_data(name: str, file: str = "", more: Mapping[str, str] = MappingProxyType({})) -> None:
    """Turn to other data, with ``more`` of their settings and no choice of those before."""
    with _changing():
        _put({_NAME: name, **({_FILE: file} if file else {}), **more})


def forget_roles() -> None:
    """Keep the file and drop every choice that names a column or a part of it."""
    with _changing():
        _put({path: text for path, text in _choices().items() if path in {_NAME, _FILE}})


def _choices() -> dict[str, str]:
    """The settings in the address."""
    return {path: st.query_params[path] for path in SETTINGS if path in st.query_params}


def _put(choices: Mapping[str, str]) -> None:
    """Let the address hold these settings and no others."""
    for path in SETTINGS:
        st.query_params.pop(path, None)
    st.query_params.update(choices)


@contextmanager
def _changing() -> Iterator[None]:
    """Around a change of the choices: it is remembered what they were and what they became."""
    before = frozenset(_choices().items())
    yield
    after = _choices()
    former = st.session_state.setdefault(_FORMER, {})
    former[before] = monotonic()
    former.pop(frozenset(after.items()), None)
    st.session_state[_NEWEST] = after


def _catch_up() -> None:
    """Take the newest choices where the browser has sent the address from before them."""
    changed_at = st.session_state.get(_FORMER, {}).get(frozenset(_choices().items()))
    if changed_at is not None and monotonic() - changed_at < _SECONDS:
        _put(st.session_state[_NEWEST])
