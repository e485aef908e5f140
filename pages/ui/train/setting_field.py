"""The field of one setting, made from its row in the table of settings."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import streamlit as st

from dec_core.config import PRESETS, Setting


def is_typed(setting: Setting) -> bool:
    """Whether it is typed: what can be empty, words, several numbers, any of very many numbers."""
    is_wide = setting.kind is int and not setting.is_log and (setting.maximum or math.inf) > 200
    is_number = setting.kind in (int, float)
    is_unbounded = is_number and (setting.minimum is None or setting.maximum is None)
    is_word = setting.kind is str and not setting.choices
    return setting.kind is tuple or setting.is_optional or is_wide or is_unbounded or is_word


def draw_field(setting: Setting, value: Any, arguments: dict[str, Any]) -> None:
    """The field that suits the setting; ``arguments`` are those that every kind of field has.

    ``value`` is what was filled in, not what is chosen now: a default must not change.
    """
    if setting.choices:
        # A stored run may name a data set that is not known here: it is shown, and refused.
        words = list(dict.fromkeys((*setting.choices, value)))
        st.selectbox(options=words, index=words.index(value), **arguments)
    elif setting.kind is bool:
        st.toggle(value=value, **arguments)
    elif is_typed(setting):
        st.text_input(value=setting.format(value), **arguments)
    elif setting.is_log:
        options = log_options(setting, value)
        st.select_slider(options=options, value=value, format_func=setting.format, **arguments)
    elif setting.kind is int:
        low, high = int(setting.minimum or 0), int(setting.maximum or 0)
        st.slider(min_value=low, max_value=high, value=value, **arguments)
    else:
        digits = _decimals(value)
        st.slider(
            min_value=float(setting.minimum or 0),
            max_value=float(setting.maximum or 1),
            value=value,
            step=10.0**-digits,
            format=f"%.{digits}f",
            **arguments,
        )


def _decimals(value: float) -> int:
    """Enough for a slider that holds the value as it is; at least three."""
    return max(3, -int(Decimal(repr(value)).as_tuple().exponent))


def log_options(setting: Setting, value: float) -> list[float]:
    """1, 2, 5, 10 ... between the bounds, every preset's value and ``value`` itself, sorted."""
    lowest = setting.minimum or (1e-6 if setting.kind is float else 1)
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(setting.maximum or 1))
    powers = [float(f"{digit}e{power}") for power in range(first, last + 1) for digit in (1, 2, 5)]
    low, high = setting.minimum or 0, setting.maximum or math.inf
    configs = [preset.config for preset in PRESETS.values()]
    known = {config.get(setting.path) for config in configs if config.has(setting.path)} | {value}
    if setting.minimum == 0:
        known.add(setting.kind(0))
    return sorted({setting.kind(power) for power in powers if low <= power <= high} | known)


def label_of(setting: Setting, value: Any, default: Any) -> str:
    """The label, with a mark where the value differs from the preset's.

    It is read aloud as it is, so that it holds no markup; the frame's style colours the mark.
    """
    if isinstance(value, str):
        value = setting.parse(value)
    if setting.format(value) == setting.format(default):
        return setting.label
    return f"{setting.label} (changed)"
