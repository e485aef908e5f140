"""The way on from a run that waits or has ended, beside what is said of it."""

from __future__ import annotations

import streamlit as st

from dec_core.analysis.verdict import Verdict
from dec_core.config import REFERENCE_PRESET, SETTINGS, Config, get_preset
from dec_core.events.view import View
from dec_core.runs.handle import RunHandle
from dec_core.store.record import RunState
from dec_core.training.checkpoint import is_branch_setting
from pages.ui.parts.state import run_manager, show_run, tell
from pages.ui.train.branching import checkpoints

_BAD = (Verdict.COLLAPSED, Verdict.DIVERGED, Verdict.DEGRADED)


def next_step(session: RunHandle, view: View, state: RunState) -> None:
    """One action for a run that is over or waits; nothing while it trains or can be resumed."""
    if state is RunState.QUEUED:
        _run_ahead(session)
    if view.finished is None or not state.is_over:
        return
    verdict = view.finished.judgement.verdict
    if verdict in _BAD:
        _mend(session, view)
        return
    if verdict is Verdict.DEAD_EMBEDDING:
        _pretrain_better()
        return
    st.page_link(
        "compare.py",
        label="Compare with other runs",
        icon=":material/compare_arrows:",
        help="Its curves and settings beside those of other runs",
    )


def _run_ahead(session: RunHandle) -> None:
    ahead = run_manager().runs_ahead(session)
    if ahead:
        st.button(
            f"Show {ahead[-1]}",
            icon=":material/arrow_back:",
            help="The run that this one waits for",
            key="run_ahead",
            on_click=show_run,
            args=(ahead[-1],),
        )


def _mend(session: RunHandle, view: View) -> None:
    """What differs from settings that are known to converge, and a branch with those."""
    changes = _towards_reference(view.config)
    kept = checkpoints(session)
    with st.popover("What can I do?", icon=":material/healing:", key="mend"):
        if not changes:
            st.markdown(
                f"Its clustering settings are those of **{REFERENCE_PRESET}**, which are known to "
                "converge on images. Try more pretraining, another seed or another network."
            )
            return
        st.markdown(f"It differs from **{REFERENCE_PRESET}**, which is known to converge, in:")
        st.table(
            {
                "Setting": [SETTINGS[path].label for path in changes],
                "This run": [view.config.text_of(path) for path in changes],
                "Reference": [SETTINGS[path].format(value) for path, value in changes.items()],
            },
            hide_index=True,
        )
        if kept:
            st.button(
                "Train again from the k-means start with these",
                type="primary",
                icon=":material/fork_right:",
                help="A branch: data, network, seed and pretraining stay those of this run",
                key=f"mend:{session.run_id}",
                on_click=_branch,
                args=(session, view.config.with_values(changes), min(kept)),
            )


def _pretrain_better() -> None:
    """No setting of clustering helps an embedding that holds nothing of the data."""
    with st.popover("What can I do?", icon=":material/healing:", key="mend"):
        st.markdown(
            "Pretraining has left nothing to cluster, whatever clustering does. Start anew with "
            "more **epochs**, or with **Adam** at a rate of 0.001; with fewer or wider **encoder "
            "layers**; and on data whose features are **scaled** to about 0 to 1. The loss of "
            "pretraining must fall well below the variance of the data."
        )


def _towards_reference(config: Config) -> dict[str, object]:
    """The reference's values of what a branch may change, where this run has others."""
    reference = get_preset(REFERENCE_PRESET).config
    return {
        path: reference.get(path)
        for path in config.differences(reference)
        if is_branch_setting(path) and reference.has(path)
    }


def _branch(session: RunHandle, config: Config, iteration: int) -> None:
    tell(
        lambda: show_run(
            run_manager().branch(session.run_id, config, session.preset, iteration).run_id
        )
    )
