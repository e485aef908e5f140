"""What stands on the Train page before the first run: two ways in, one click each."""

from __future__ import annotations

import streamlit as st

from dec_core.config import FileData, get_preset
from dec_core.data import available
from pages.ui.parts.state import run_manager, show_run, start_run
from pages.ui.parts.verbatim import verbatim
from pages.ui.train.known_outcomes import draw_known_outcome
from pages.ui.train.settings_form import Chosen, fill_form


def welcome(chosen: Chosen) -> None:
    """The run that trains, if there is one; two cards, and below them how such runs ended.

    ``chosen`` are the settings in the form.
    """
    _offer_running()
    own = None if chosen.problems or chosen.config is None else chosen.config.data
    if isinstance(own, FileData):
        st.info(
            f"{verbatim(own.called)} is chosen, with the settings on the left. Press "
            "Start to train on it.",
            icon=":material/play_arrow:",
        )
    st.markdown(
        "Deep Embedded Clustering trains an autoencoder, lets k-means place the cluster centres, "
        "then sharpens the assignment step by step. Sometimes this improves on k-means; sometimes "
        "every sample ends in one cluster, and the stop rule calls that success. Watch both."
    )
    st.page_link("guide.py", label="New to DEC? Start with the Guide", icon=":material/school:")
    port_data = "fashion-mnist" if available("fashion-mnist") else "digits"
    cards = st.grid(2, min_column_width=320)
    with cards.container(border=True, height="stretch"):
        st.subheader("Watch it converge", anchor=False)
        st.markdown(
            "1,797 handwritten digits, built in. After a few seconds ten clusters should stand, "
            "above the dashed line of their k-means start."
        )
        st.button(
            "Train on digits",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_start,
            args=("digits", "digits"),
        )
    with cards.container(border=True, height="stretch"):
        st.subheader("Watch the R port collapse", anchor=False)
        data = "70,000 Fashion-MNIST images" if port_data == "fashion-mnist" else "digits"
        st.markdown(
            f"The settings of the port from Python to R, on {data}. The bands of the size plot "
            "should vanish until one is left, and the labels stop changing."
        )
        st.button(
            "Train the R port",
            icon=":material/play_arrow:",
            on_click=_start,
            args=("r-port", port_data),
        )
    st.caption(
        "Or choose settings on the left and press Start. Below: how the two runs ended here, the "
        "second one on 70,000 Fashion-MNIST images."
    )
    outcomes = st.grid(2, min_column_width=320)
    for preset in ("digits", "r-port"):
        with outcomes.container(border=True, gap="xsmall", key=f"known_{preset}"):
            draw_known_outcome(preset)


def _offer_running() -> None:
    """A new tab, or an address without a run, leads to what trains on this server."""
    at_work = [handle for handle in run_manager().handles() if handle.state.is_active]
    if at_work:
        st.button(
            f"A run trains now: {at_work[0].run_id}. Show it",
            icon=":material/visibility:",
            key="show_running",
            on_click=show_run,
            args=(at_work[0].run_id,),
        )


def _start(preset: str, dataset: str) -> None:
    """Start a preset and show its settings in the form."""
    config = get_preset(preset).on(dataset)
    fill_form(preset, config)
    start_run(config, preset)
