"""The field of one setting, made from its row in the table of settings."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from dec_core.config import PRESETS, Setting
from pages.ui.parts.number_field import number_field, number_text
from pages.ui.parts.verbatim import verbatim

# A slider over more even values than these is too fine for a mouse.
_MOST_STEPS = 200


def is_typed(setting: Setting) -> bool:
    """Whether it is typed, beside a slider or without: its field holds text."""
    return not setting.choices and setting.kind is not bool


def has_slider(setting: Setting) -> bool:
    """Whether it is a number between bounds that are near enough for a slider."""
    if setting.kind not in (int, float) or setting.is_optional:
        return False
    if setting.minimum is None or setting.maximum is None:
        return False
    end = setting.slide_to or setting.maximum
    return setting.kind is float or setting.is_log or end - setting.minimum <= _MOST_STEPS


def field_value(setting: Setting, key: str, default: Any) -> Any:
    """What a field holds now, in a callback too; text where it is typed."""
    if has_slider(setting):
        return number_text(key, setting.format(default))
    return st.session_state.get(key, setting.format(default) if is_typed(setting) else default)


def draw_field(
    setting: Setting,
    value: Any,
    *,
    preset: Any,
    is_changed: bool,
    problem: str,
    help: str,
    key: str,
) -> None:
    """The field that suits the setting, and below it what is wrong with what it holds.

    ``value`` is what was filled in, not what is chosen now: a default must not change.
    """
    if has_slider(setting):
        number_field(
            setting.label,
            setting.format(value),
            options=[setting.format(option) for option in slider_values(setting)],
            preset=setting.format(preset),
            help=help,
            problem=problem,
            is_changed=is_changed,
            key=key,
        )
        return
    _native_field(setting)(setting, value, label=_label(setting, is_changed), help=help, key=key)
    if problem:
        st.markdown(f":red[{verbatim(problem)}]")


def _native_field(setting: Setting) -> Callable[..., None]:
    if setting.choices:
        return _choice
    return _switch if setting.kind is bool else _text


def _choice(setting: Setting, value: Any, **arguments: Any) -> None:
    # A stored run may name a data set that is not known here: it is shown, and refused.
    words = list(dict.fromkeys((*setting.choices, value)))
    st.selectbox(options=words, index=words.index(value), **arguments)


def _switch(_setting: Setting, value: Any, **arguments: Any) -> None:
    st.toggle(value=value, **arguments)


def _text(setting: Setting, value: Any, **arguments: Any) -> None:
    st.text_input(value=setting.format(value), **arguments)


def slider_values(setting: Setting) -> list[float]:
    """The even values of a slider, ascending: 1, 2, 5, 10 ... where it is logarithmic, else every
    whole number or hundredth; each bound and every preset's value among them."""
    low = setting.minimum or 0
    high = setting.slide_to or setting.maximum or math.inf
    if setting.is_log:
        even = _one_two_five(low or (1e-6 if setting.kind is float else 1), high)
    else:
        step = 1.0 if setting.kind is int else 0.01
        even = [round(low + i * step, 2) for i in range(math.floor((high - low) / step + 1e-9) + 1)]
    configs = [preset.config for preset in PRESETS.values()]
    known = {config.get(setting.path) for config in configs if config.has(setting.path)}
    values = {low, high, *even, *known}
    return sorted({setting.kind(value) for value in values if low <= value <= high})


def _one_two_five(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [float(f"{digit}e{power}") for power in range(first, last + 1) for digit in (1, 2, 5)]


def _label(setting: Setting, is_changed: bool) -> str:
    """The label, with a mark where the value differs from the preset's.

    It is read aloud as it is, so that it holds no markup; the frame's style colours the mark.
    """
    return f"{setting.label} (changed)" if is_changed else setting.label
