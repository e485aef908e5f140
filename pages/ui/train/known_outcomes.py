"""How the two presets of the first screen ended, drawn from the logs of real runs.

``outcomes`` holds the ``events.jsonl`` of ``python -m dec_core train --preset digits`` and of
``--preset r-port`` on all 70,000 Fashion-MNIST images, as the store wrote them.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import streamlit as st

from dec_core.events.view import View
from dec_core.plots.scores import draw_scores
from dec_core.plots.sizes import draw_sizes
from dec_core.store.view_reader import ViewReader
from pages.ui.parts.conditions import condition_sign
from pages.ui.parts.live_plot import show_plot
from pages.ui.parts.verbatim import verbatim

_LOGS = Path(__file__).with_name("outcomes")
_HEIGHT = 190


@cache
def known_outcome(preset: str) -> View:
    """The numbers of the real run with that preset."""
    return ViewReader(_LOGS / preset).view()


def draw_known_outcome(preset: str) -> None:
    """What was said of it at its end, its cluster sizes and its scores."""
    view = known_outcome(preset)
    judgement = view.judgement
    if judgement is not None:
        st.markdown(f"{condition_sign(judgement.condition)} **{verbatim(judgement.sentence)}**")
    sizes, scores = partial(draw_sizes, view), partial(draw_scores, view, with_ari=False)
    for name, draw in (("sizes", sizes), ("scores", scores)):
        show_plot(
            f"known-{preset}-{name}",
            draw,
            subject=f"known-{preset}",
            filename=f"dec-lab_{preset}_{{}}",
            height=_HEIGHT,
        )
