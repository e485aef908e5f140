"""What the address says: settings, so that a link reproduces them, and choices of a page."""

from __future__ import annotations

import streamlit as st

from dec_core.config import DEFAULT_PRESET, PRESETS, SETTINGS, Config, get_preset
from dec_core.errors import SettingsError
from pages.ui.parts.verbatim import verbatim

_PRESET = "preset"


def read_settings() -> tuple[str, Config, list[str]]:
    """Preset and settings of the address, and a sentence for each part that is wrong."""
    problems: list[str] = []
    preset = st.query_params.get(_PRESET, DEFAULT_PRESET)
    if preset not in PRESETS:
        problems.append(_problem(SettingsError(f"Unknown preset {preset[:40]!r}.")))
        preset = DEFAULT_PRESET
    config = get_preset(preset).config
    for path in SETTINGS:
        text = st.query_params.get(path)
        if text is None:
            continue
        try:
            config = config.with_values({path: text})
        except SettingsError as error:
            problems.append(_problem(error))
    return preset, config, problems


def names_settings() -> bool:
    """Whether the address says anything of settings."""
    return any(name in st.query_params for name in (_PRESET, *SETTINGS))


def settings_address(preset: str, config: Config) -> dict[str, str]:
    """The parameters that stand for settings: the preset and what differs from it."""
    return {_PRESET: preset} | {
        path: SETTINGS[path].format(value)
        for path, value in config.differences(get_preset(preset).config).items()
    }


def write_settings(preset: str, config: Config) -> None:
    """Put settings into the address; parameters of other parts of the page stay."""
    wanted = settings_address(preset, config)
    for name in [_PRESET, *SETTINGS]:
        if name in wanted:
            if st.query_params.get(name) != wanted[name]:
                st.query_params[name] = wanted[name]
        elif name in st.query_params:
            del st.query_params[name]


def keep(name: str, text: str) -> None:
    """Put a choice into the address; what is as usual, "", does not stand there."""
    if text:
        st.query_params[name] = text
    else:
        st.query_params.pop(name, None)


def _problem(error: SettingsError) -> str:
    sentence = verbatim(str(error))
    return f"This link holds a setting that does not fit, which was left out. {sentence}"
