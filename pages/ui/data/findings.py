"""What is wrong with the data or worth knowing, each with what can be done in one click."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dec_core.analysis.data_check import DataCheck, Severity
from dec_core.runs.data_look import DataLook
from pages.ui.data.chosen import Chosen, choose
from pages.ui.data.leading import settings_for_train
from pages.ui.parts.state import tell
from pages.ui.parts.verbatim import verbatim

_MARKS = {
    Severity.PROBLEM: ":red-badge[:material/error: Problem]",
    Severity.WARNING: ":orange-badge[:material/warning: Warning]",
    Severity.NOTE: ":gray-badge[:material/info: Note]",
}


def findings(now: Chosen, look: DataLook) -> None:
    """The findings, what matters most first; a sentence where there are none."""
    if look.dataset is None:
        return
    checks = found_checks(now, look)
    with st.container(border=True, gap="xsmall", key="findings"):
        if not checks:
            st.markdown(":green-badge[:material/check: Sound] Nothing was found that needs care.")
        for check in checks:
            _finding(check)


def found_checks(now: Chosen, look: DataLook) -> tuple[DataCheck, ...]:
    """What is found in the data as they are scaled now."""
    config = settings_for_train(now, look).with_values(
        {"data.scaling": now.config.data.scaling, "data.log1p": now.config.data.log1p}
    )
    return look.checks(config)


def _finding(check: DataCheck) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{_MARKS[check.severity]} {verbatim(check.sentence)}", width="stretch")
        for number, remedy in enumerate(check.remedies):
            st.button(
                verbatim(remedy.words),
                key=f"remedy:{check.name}:{number}",
                on_click=tell,
                args=(partial(choose, remedy.values),),
            )
