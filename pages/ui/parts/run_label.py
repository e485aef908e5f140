"""A run in one line of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dec_core.events.outcome import outcome
from dec_core.runs.in_words import preset_in_words, standing
from dec_core.runs.listing import ListedRun


def run_words(one: ListedRun) -> tuple[list[str], Mapping[str, Any]]:
    """Name, what differs from its preset and how it stands; and its outcome, empty before its end.

    While it trains its numbers change from tick to tick, and a list must stand still.
    """
    record, handle = one.record, one.handle
    state, config = record.state, record.config
    numbers: Mapping[str, Any] = record.summary or {}
    if handle is not None:
        state, config = handle.state, handle.config
        numbers = outcome(handle.view) if handle.view.is_over else {}
    about = [] if config is None else [preset_in_words(config, record.preset, 2)]
    return [record.name, *about, standing(state, numbers).phrase], numbers
