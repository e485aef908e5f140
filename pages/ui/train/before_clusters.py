"""What the page shows while there are no clusters yet: the autoencoder, and what comes next."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dec_core.config import Config
from dec_core.events.events import Phase
from dec_core.events.view import View
from dec_core.plots.learning import draw_pretraining
from dec_core.plots.reconstructions import draw_reconstructions
from dec_core.runs.handle import RunHandle
from dec_core.runs.sample_facts import features_of
from dec_core.words import counted
from pages.ui.parts.live_plot import live_plot
from pages.ui.parts.panel import panel, title_row
from pages.ui.parts.verbatim import verbatim

_STEPS = (Phase.PRETRAINING, Phase.KMEANS, Phase.CLUSTERING)


def before_clusters(session: RunHandle, view: View, grid: Any, height: str) -> None:
    """The loss and reconstructions in the places of the first two plots, and what comes next."""
    with panel(grid):
        title_row("Does the autoencoder learn?")
        live_plot(
            session,
            view,
            "pretraining",
            partial(draw_pretraining, view),
            news=len(view.pretraining),
            height=height,
        )
    with panel(grid):
        title_row("What does the autoencoder reconstruct?")
        show_reconstructions(session, view, "reconstructions", height=height)
    with st.container(border=True, gap="xsmall", key="before"):
        title_row("What are the three phases?")
        config = session.config if view.started is None else view.config
        done = _STEPS.index(view.phase) if view.started and view.phase in _STEPS else -1
        for place, sentence in enumerate(_sentences(config)):
            _step(place, sentence, done, is_over=view.is_over)


def show_reconstructions(session: RunHandle, view: View, place: str, *, height: int | str) -> None:
    """The newest reconstructions of a run, in a place of the page."""
    taken = session.frames.reconstructions
    live_plot(
        session,
        view,
        place,
        lambda: draw_reconstructions(view, session.frames, features_of(session)),
        news=(view.centers is not None, None if taken is None else taken.epoch),
        options="reconstructions",
        zoom="reconstructions",
        height=height,
    )


def _step(place: int, sentence: str, done: int, *, is_over: bool) -> None:
    icon = "check_circle" if place < done else "radio_button_unchecked"
    if place == done:
        icon = "cancel" if is_over else "play_circle"
    st.markdown(f":material/{icon}: {sentence}")


def _sentences(config: Config) -> tuple[str, ...]:
    own = config.clustering
    starts, interval = counted(own.kmeans_restarts, "start"), own.update_interval
    often = "After every iteration" if interval == 1 else f"Every {interval:,} iterations"
    pretraining = verbatim(config.pretraining.in_words(config.autoencoder))
    trained = "encoder, decoder" if own.objective.trains_decoder else "encoder"
    return (
        f"**Pretraining**: {pretraining}",
        f"**k-means**: the best of {starts} places {own.n_clusters:,} cluster centres in the "
        "embedding. Its scores are the dashed lines that DEC must beat.",
        f"**Clustering**: {trained} and centres are trained together. {often} the target "
        "distribution is updated, and all plots with it.",
    )
