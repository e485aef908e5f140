"""What has given warning in a run, update by update, with the numbers behind it."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa
import streamlit as st

from dec_core.analysis.measures import MEASURES
from dec_core.events.events import SignSeen
from dec_core.events.view import View


def signs(view: View) -> None:
    """A table of all warnings of a run; nothing where there is none."""
    if not view.signs:
        return
    with st.container(border=True, key="signs"):
        st.markdown("**Warnings**, each at the first update that shows it")
        st.table(_table(view.signs), hide_index=True)


@lru_cache(maxsize=32)
def _table(signs: tuple[SignSeen, ...]) -> pa.Table:
    """Made once for all ticks and tabs until there is another warning."""
    return pa.table(
        {
            "Iteration": [f"{seen.iteration:,}" for seen in signs],
            "Warning": [_sentence(seen.sign.words) for seen in signs],
            "Measured": [_shown(seen.sign.evidence.indicator) for seen in signs],
            "Value": [f"{seen.sign.evidence.value:.4g}" for seen in signs],
            "Bound": [f"{seen.sign.evidence.threshold:.4g}" for seen in signs],
        }
    )


def _sentence(words: str) -> str:
    """Without its end, as the table has a column for the iteration."""
    said = words.partition(" since iteration")[0]
    return said[:1].upper() + said[1:]


def _shown(indicator: str) -> str:
    measure = MEASURES.get(indicator)
    return indicator.replace("_", " ").capitalize() if measure is None else measure.label
