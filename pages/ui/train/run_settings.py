"""The settings of the run on the page, beside its preset's and the form's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dec_core.config import PRESETS, SETTINGS, Config, get_preset
from dec_core.runs.handle import RunHandle
from pages.ui.parts.verbatim import verbatim
from pages.ui.train.settings_form import settings_of


def run_settings(session: RunHandle, form: Config | None) -> None:
    """What differs, and on demand all; ``form`` is None while one of its fields is wrong."""
    run, others = settings_of(session), _others(session, form)
    counts = [f"{len(_differing(run, config))} unlike {name}" for name, config in others.items()]
    label = "Settings of this run" + (f": {', '.join(counts)}" if counts else "")
    with st.expander(verbatim(label), icon=":material/tune:", key="run_settings"):
        with_all = st.toggle("All settings", key="all_run_settings")
        differing = {path for other in others.values() for path in _differing(run, other)}
        paths = [path for path in SETTINGS if with_all or path in differing]
        if paths:
            _table(paths, run, others)
        else:
            st.caption("Nothing differs.")


def _others(session: RunHandle, form: Config | None) -> dict[str, Config]:
    """What the run is compared with, by name."""
    others = {}
    if session.preset in PRESETS:
        others[f"preset {session.preset}"] = get_preset(session.preset).config
    if form is not None:
        others["the form"] = form
    return others


def _differing(run: Config, other: Config) -> set[str]:
    return {*run.differences(other), *other.differences(run)}


def _table(paths: Sequence[str], run: Config, others: Mapping[str, Config]) -> None:
    """A value that is not this run's is bold."""
    table = {
        "Setting": [
            f"{SETTINGS[path].label} ({SETTINGS[path].section or 'run'})" for path in paths
        ],
        "This run": [verbatim(run.text_of(path)) for path in paths],
    }
    for name, config in others.items():
        differing = _differing(run, config)
        texts = {path: verbatim(config.text_of(path)) for path in paths}
        table[name.capitalize()] = [
            f"**{text}**" if path in differing else text for path, text in texts.items()
        ]
    st.table(table, hide_index=True)
