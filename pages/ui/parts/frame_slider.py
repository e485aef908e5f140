"""A slider through the updates of a run that follows the newest until a person moves it.

Streamlit's slider starts anew whenever its bounds change, which they do at every update. The
address keeps the chosen update; the plots over iterations mark it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import streamlit as st

from pages.ui.parts.address import keep
from pages.ui.parts.component import component
from pages.ui.parts.parameters import parameters
from pages.ui.parts.state import UPDATE

_HTML = """
<div class="dec-lab-frames">
  <button type="button" title="Replay the updates (space)"></button>
  <label>
    <input type="range" min="0" step="1" aria-label="Update" list="dec-lab-frame-marks"
      title="Left and right: one update back or on. Marks: from there a branch can begin.">
    <datalist id="dec-lab-frame-marks"></datalist>
    <span></span>
  </label>
  <button type="button">Newest</button>
</div>
"""
_CSS = """
.dec-lab-frames { display: flex; gap: 0.75rem; align-items: center; font-size: 0.875rem; }
.dec-lab-frames label { display: flex; flex: 1; gap: 0.75rem; align-items: center; min-width: 0; }
.dec-lab-frames span { white-space: nowrap; font-variant-numeric: tabular-nums; min-width: 16em; }
.dec-lab-frames input { flex: 1; min-width: 4em; accent-color: var(--st-primary-color); }
.dec-lab-frames button {
  font: inherit; color: inherit; background: none; padding: 0.1rem 0.6rem; cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
.dec-lab-frames button:disabled { opacity: 0.45; cursor: default; }
"""
_component = component(__file__, _HTML, _CSS)


def chosen_update(count: int, *, key: str) -> int | None:
    """The chosen one of ``count`` updates, from 0; the newest while it follows; None of none."""
    if not count:
        return None
    chosen = _chosen(key)
    return count - 1 if chosen is None else min(chosen, count - 1)


def frame_slider(iterations: Sequence[int], kept: Sequence[int], *, key: str) -> None:
    """Draw the slider.

    Parameters
    ----------
    iterations : the iteration of every update
    kept : the iterations from which a branch can begin
    key : one per run, so that another run follows its own newest update
    """
    chosen = _chosen(key)
    places = set(kept)
    _component(
        key=key,
        data={
            "stretches": stretches(iterations),
            "following": chosen is None,
            "chosen": chosen,
            "marks": [update for update, place in enumerate(iterations) if place in places],
        },
        default={"update": chosen},
        on_update_change=lambda: _write_address(key),
    )


def stretches(iterations: Sequence[int]) -> list[tuple[int, int, int]]:
    """The first iteration, the step and the number of those that are equally far apart."""
    steps = np.diff(np.array(iterations, np.int64))
    begins = [0, *(np.flatnonzero(np.diff(steps)) + 2), len(iterations)]
    return [
        (iterations[begin], int(steps[begin]) if end - begin > 1 else 0, int(end - begin))
        for begin, end in pairwise(begins)
        if end > begin
    ]


def _chosen(key: str) -> int | None:
    """What a person chose; before any choice, what the address says."""
    state = st.session_state.get(key)
    if state is None:
        text = parameters.get(UPDATE, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    update = state.get("update")
    return None if update is None else int(update)


def _write_address(key: str) -> None:
    update = _chosen(key)
    keep(UPDATE, "" if update is None else str(update))
