"""From data to a run: the settings to begin with, and the way to Train."""

from __future__ import annotations

import streamlit as st

from dec_core.analysis.suggestions import Suggestion
from dec_core.config import DEFAULT_PRESET, REFERENCE_PRESET, SETTINGS, Config, get_preset
from dec_core.runs.data_look import DataLook
from pages.ui.data.chosen import Chosen
from pages.ui.parts.address import settings_address
from pages.ui.parts.lasting_button import lasting_button
from pages.ui.parts.page_address import open_page
from pages.ui.parts.verbatim import verbatim
from pages.ui.train.settings_form import fill_form


def preset_for(look: DataLook) -> str:
    """The preset whose settings are known to suit the data, or whose others are usual."""
    is_large = look.contents is None and look.settings.name != "digits"
    return REFERENCE_PRESET if is_large else DEFAULT_PRESET


def settings_for_train(now: Chosen, look: DataLook) -> Config:
    """What a run on these data begins with: what was chosen, before what is suggested."""
    base = get_preset(preset_for(look)).config
    kind = {"data.name": now.config.data.name}
    suggested = {one.path: one.value for one in _suggestions(look)}
    return base.with_values({**kind, **suggested, **now.values})


def _suggestions(look: DataLook) -> tuple[Suggestion, ...]:
    """Of a built-in set the settings are known."""
    return () if look.contents is None else look.suggestions


def obstacle(now: Chosen, look: DataLook) -> str:
    """Why no run on these data could start, or ""."""
    return look.obstacle(settings_for_train(now, look))


def lead_to_train(now: Chosen, look: DataLook) -> None:
    """The button that brings data and settings to the form of Train."""
    problem = obstacle(now, look)
    if lasting_button(
        "Train on this",
        type="primary",
        icon=":material/model_training:",
        key="train_on_this",
        disabled=bool(problem),
        help=verbatim(problem) or "Brings these data to Train, with settings for their size",
    ):
        preset, config = preset_for(look), settings_for_train(now, look)
        fill_form(preset, config)
        open_page("train.py", "Train", settings_address(preset, config))


def suggested(now: Chosen, look: DataLook) -> None:
    """The settings that the button brings along, each with its reason."""
    suggestions = _suggestions(look)
    if not suggestions:
        return
    config = settings_for_train(now, look)
    with st.expander("What Train on this will set, and why", icon=":material/tune:"):
        rows = [
            {
                "Setting": f"{_section(one.path)}{SETTINGS[one.path].label}",
                "Value": config.text_of(one.path),
                "Why": "Chosen here." if one.path in now.values else one.reason,
            }
            for one in suggestions
        ]
        st.dataframe(rows, hide_index=True, width="stretch")


def _section(path: str) -> str:
    section = SETTINGS[path].section
    return f"{section.capitalize()}: " if section in {"pretraining", "clustering"} else ""
