"""Further columns of the table of runs, on demand: numbers and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dec_core.analysis.measures import MEASURES
from dec_core.config import SETTINGS
from dec_core.store.record import RunRecord
from pages.ui.compare.address import (
    DIFFERING,
    choose_numbers,
    choose_settings,
    chosen_numbers,
    chosen_settings,
)
from pages.ui.compare.rows import BEST, SHOWN, number_label
from pages.ui.compare.runs import configs_of
from pages.ui.compare.settings import differing
from pages.ui.parts.following import following


@dataclass(frozen=True)
class Columns:
    """What stands in the table beside what always does."""

    numbers: tuple[str, ...]
    settings: tuple[str, ...]


def columns_control(chosen: Sequence[RunRecord]) -> None:
    """Where a person chooses them; the widgets follow the address."""
    with st.popover("Columns", icon=":material/view_column:"):
        _numbers()
        _settings(chosen)


def chosen_columns(chosen: Sequence[RunRecord]) -> Columns:
    """As the address says; of settings by default those that differ among the chosen runs."""
    return Columns(chosen_numbers(_possible_numbers()), _resolved(chosen_settings(), chosen))


def _numbers() -> None:
    possible = _possible_numbers()
    shown = list(chosen_numbers(possible))
    st.multiselect(
        "More numbers",
        possible,
        default=shown,
        format_func=number_label,
        placeholder="None",
        **following("compare_numbers", shown, choose_numbers),
    )


def _settings(chosen: Sequence[RunRecord]) -> None:
    paths = chosen_settings()
    st.toggle(
        "Settings as columns",
        value=paths is not None,
        **following(
            "compare_settings_on",
            paths is not None,
            lambda is_on: choose_settings(DIFFERING if is_on else None),
        ),
    )
    if paths is None:
        return
    shown = list(_resolved(paths, chosen))
    st.multiselect(
        "Settings",
        list(SETTINGS),
        default=shown,
        format_func=_label,
        placeholder="None: the chosen runs have the same settings",
        help="At first those that differ among the chosen runs",
        **following("compare_settings", shown, choose_settings),
    )


def _resolved(paths: Sequence[str] | None, chosen: Sequence[RunRecord]) -> tuple[str, ...]:
    if paths == DIFFERING:
        return tuple(differing([config for record in chosen for config in configs_of(record)]))
    return tuple(paths or ())


def _possible_numbers() -> list[str]:
    """Keys of the outcome of a run, those of the headline measures first."""
    measures = sorted(MEASURES.values(), key=lambda one: not one.is_headline)
    best = [BEST + one.name for one in measures if one.needs_true_labels]
    return [*best, *(one.name for one in measures if one.name not in SHOWN)]


def _label(path: str) -> str:
    setting = SETTINGS[path]
    return f"{setting.label} ({setting.section})" if setting.section else setting.label
