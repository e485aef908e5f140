"""The settings in the sidebar, made from the fields of ``dec_core.config``."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import streamlit as st

from dec_core.config import SETTINGS, Config, DatasetName, Setting
from dec_core.data import available
from dec_core.errors import RunError, SettingsError
from dec_core.presets import DEFAULT_PRESET, PRESETS, get_preset
from dec_core.runs.session import RunSession
from pages.ui.address import names_settings, read_settings, write_settings
from pages.ui.plain import plain
from pages.ui.state import current_run

_PREFIX = "setting:"
_PRESET = "preset"
_FILLED = "filled_config"
_DATASET = "data.name"

# The dozen that matter next, by heading; all others stand under "More".
_MAIN = {
    "Clustering": (
        "clustering.target",
        "clustering.learning_rate",
        "clustering.update_interval",
        "clustering.tol",
        "clustering.n_clusters",
        "clustering.max_iterations",
    ),
    "Pretraining": (
        "pretraining.epochs",
        "pretraining.learning_rate",
        "autoencoder.units",
    ),
    "Run": ("data.n_samples", "seed"),
}


def settings_form() -> tuple[str, Config | None]:
    """Draw the form; the preset's name and the settings, None while a field is wrong."""
    if _PRESET not in st.session_state:
        _load_address()
    with st.sidebar:
        for problem in st.session_state.get("address_problems", []):
            st.warning(problem, icon=":material/link_off:")
        preset = st.radio(
            "Preset",
            list(PRESETS),
            key=_PRESET,
            captions=[preset.summary for preset in PRESETS.values()],
            on_change=_take_preset,
        )
        base = get_preset(preset).config
        values = {_DATASET: _widget(SETTINGS[_DATASET], base)}
        for heading, paths in _MAIN.items():
            st.subheader(heading)
            values |= {path: _widget(SETTINGS[path], base) for path in paths}
        with st.expander("More settings", icon=":material/tune:"):
            values |= _more(set(values), base)
        config = _checked(values, base)
        _changes(config, base)
    if config is not None:
        write_settings(preset, config)
    return preset, config


def _more(shown: set[str], base: Config) -> dict[str, Any]:
    values, heading = {}, ""
    for path, setting in SETTINGS.items():
        if path in shown:
            continue
        if setting.section != heading:
            heading = setting.section
            st.caption(heading.capitalize())
        values[path] = _widget(setting, base)
    return values


def fill_form(preset: str, config: Config) -> None:
    """Put settings into the form, before it is drawn."""
    st.session_state[_PRESET] = preset
    st.session_state[_FILLED] = config
    for path, setting in SETTINGS.items():
        value = config.get(path)
        is_text = setting.kind is tuple or setting.is_optional
        st.session_state[_PREFIX + path] = setting.format(value) if is_text else value


def take_run(session: RunSession, config: Config | None = None) -> None:
    """Put a run's settings into the form, before it is drawn: as they stand now, or ``config``."""
    now = session.view.config if session.view.started is not None else session.config
    fill_form(session.preset if session.preset in PRESETS else DEFAULT_PRESET, config or now)


def _load_address() -> None:
    """A link that names a run and no settings brings those of the run."""
    if not names_settings():
        with suppress(RunError):
            session = current_run()
            if session is not None:
                take_run(session)
                return
    preset, config, problems = read_settings()
    st.session_state["address_problems"] = problems
    fill_form(preset, config)


def _take_preset() -> None:
    """The preset's own data set if it is at hand, otherwise the one chosen before."""
    preset = st.session_state[_PRESET]
    config = get_preset(preset).config
    if available(config.data.name) is None:
        config = config.with_values({_DATASET: _at_hand()})
    st.session_state["address_problems"] = []
    fill_form(preset, config)


def _at_hand() -> DatasetName:
    chosen: DatasetName = st.session_state.get(_PREFIX + _DATASET, "digits")
    return chosen if available(chosen) is not None else "digits"


def _widget(setting: Setting, base: Config) -> Any:
    """The widget that suits the setting's kind; its value stands in the session's state."""
    key = _PREFIX + setting.path
    default = base.get(setting.path)
    arguments: dict[str, Any] = {"label": _label(setting, key, default), "key": key}
    arguments["help"] = f"{setting.help} Preset: {setting.format(default)}."
    if setting.choices:
        return st.selectbox(options=setting.choices, **arguments)
    if setting.kind is bool:
        return st.toggle(**arguments)
    if setting.kind is tuple or setting.is_optional:
        return st.text_input(**arguments)
    if setting.is_log:
        # What was filled in, not what is chosen now: the options of a slider must not change.
        options = log_options(setting, st.session_state[_FILLED].get(setting.path))
        return st.select_slider(options=options, format_func=setting.format, **arguments)
    if setting.kind is int and setting.maximum is not None and setting.maximum <= 200:
        return st.slider(
            min_value=int(setting.minimum or 0), max_value=int(setting.maximum), **arguments
        )
    if setting.kind is int:
        return st.number_input(
            min_value=int(setting.minimum or 0), max_value=int(setting.maximum or 0), **arguments
        )
    return st.slider(
        min_value=float(setting.minimum or 0),
        max_value=float(setting.maximum or 1),
        step=0.001,
        format="%.3f",
        **arguments,
    )


def log_options(setting: Setting, value: float) -> list[float]:
    """1, 2, 5, 10 ... between the bounds, every preset's value and ``value`` itself, sorted."""
    lowest = setting.minimum or (1e-6 if setting.kind is float else 1)
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(setting.maximum or 1))
    powers = [float(f"{digit}e{power}") for power in range(first, last + 1) for digit in (1, 2, 5)]
    low, high = setting.minimum or 0, setting.maximum or math.inf
    known = {preset.config.get(setting.path) for preset in PRESETS.values()} | {value}
    if setting.minimum == 0:
        known.add(setting.kind(0))
    return sorted({setting.kind(power) for power in powers if low <= power <= high} | known)


def _label(setting: Setting, key: str, default: Any) -> str:
    """The label, with a mark where the value differs from the preset's.

    It is read aloud as it is, so that it holds no markup; the frame's style colours the mark.
    """
    value = st.session_state[key]
    if isinstance(value, str):
        value = setting.parse(value)
    if setting.format(value) == setting.format(default):
        return setting.label
    return f"{setting.label} (changed)"


def _checked(values: dict[str, Any], base: Config) -> Config | None:
    try:
        return base.with_values(values)
    except SettingsError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def _changes(config: Config | None, base: Config) -> None:
    count = len(config.differences(base)) if config is not None else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{count} changed against the preset" if count else "As the preset has it")
        st.button(
            "Reset",
            on_click=_take_preset,
            icon=":material/undo:",
            disabled=not count,
            type="tertiary",
        )
