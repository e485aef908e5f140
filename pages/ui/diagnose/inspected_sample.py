"""One sample in the target inspector: what it looks like, and its rows of q and P."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from dec_core.errors import DECLabError
from dec_core.plots.target_sample import draw_sample
from dec_core.runs.handle import RunHandle
from dec_core.runs.sample_facts import sample_facts
from dec_core.runs.target_inspection import InspectedUpdate
from pages.ui.diagnose.target_figures import figure
from pages.ui.parts.panel import panel, title_row, two_columns
from pages.ui.parts.sample_route import in_words
from pages.ui.parts.verbatim import verbatim

# So many samples are offered, those whose rows differ most first; any other can be typed.
OFFERED = 20

_FOLLOWED = "followed_sample"


def inspected_sample(run: RunHandle, inspected: InspectedUpdate) -> None:
    """A sample, chosen from those on which both targets differ most or typed, and its rows."""
    ids = inspected.sample_ids
    most_different = inspected.inspection.most_different[:OFFERED]
    offered = [str(ids[place]) for place in most_different]
    # Once a person has chosen one, it is followed from update to update.
    followed = st.session_state.get(_FOLLOWED, {}).get(run.run_id)
    key = f"inspected_sample:{run.run_id}:{inspected.update}"
    grid = two_columns("sample_row")
    with panel(grid):
        title_row("Which sample?")
        chosen = st.selectbox(
            "Sample, those with the largest difference first; any other number can be typed",
            list(dict.fromkeys([followed, *offered] if followed else offered)),
            accept_new_options=True,
            key=key,
            on_change=_follow,
            args=(run.run_id, key),
        )
        sample = _number(str(chosen))
        place = None if sample is None else _place(ids, sample)
        if sample is None or place is None:
            st.warning(_refusal(inspected), icon=":material/search_off:")
        else:
            _look(run, inspected.update, sample)
    with panel(grid):
        title_row("What does P ask of this sample?")
        if sample is not None and place is not None:
            draw = partial(draw_sample, inspected.inspection, place, sample)
            figure(run, inspected, "target_sample", draw, options=sample)


def _follow(run_id: str, key: str) -> None:
    st.session_state[_FOLLOWED] = {run_id: st.session_state[key]}


def _look(run: RunHandle, update: int, sample: int) -> None:
    """Its picture, or its features, and its cluster."""
    try:
        facts = in_words(sample_facts(run, update, sample))
    except DECLabError as error:
        st.caption(verbatim(str(error)))
        return
    with st.container(horizontal=True, gap="small"):
        if facts["picture"]:
            st.html(
                f'<img class="dec-lab-sample" alt="sample {sample}" src="{facts["picture"]}">',
                width="content",
            )
        st.markdown("  \n".join(map(verbatim, facts["lines"])), width="content")


def _number(text: str) -> int | None:
    digits = text.replace(",", "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None


def _place(ids: np.ndarray, sample: int) -> int | None:
    """The row of a sample; None where it has none."""
    place = int(np.searchsorted(ids, sample))
    return place if place < len(ids) and ids[place] == sample else None


def _refusal(inspected: InspectedUpdate) -> str:
    last = inspected.n_samples - 1
    if not inspected.is_estimated:
        return f"A sample must be a whole number from 0 to {last:,}. Choose another one."
    return (
        f"A sample must be one of the {len(inspected.sample_ids):,} of {inspected.n_samples:,} "
        "whose embedding is kept. Choose one from the list."
    )
