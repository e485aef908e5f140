"""Apply the remedy: the repaired run, overlaid with the one that was spoilt."""

from __future__ import annotations

import streamlit as st

from dec_core.analysis.answer import changed_words
from dec_core.analysis.diagnosis import Diagnosis, changes
from dec_core.config import Config
from dec_core.errors import DECLabError
from dec_core.runs.handle import RunHandle
from dec_core.training.checkpoint import is_branch_setting
from pages.ui.parts.lasting_button import lasting_button
from pages.ui.parts.page_address import open_page
from pages.ui.parts.state import notify, run_manager
from pages.ui.parts.verbatim import verbatim


def apply_remedy(run: RunHandle, found: Diagnosis) -> None:
    """A button for the smallest repair, and a choice where there are several."""
    remedies = [_repaired(run, found, repair) for repair in found.repairs]
    words = [changed_words(changes(run.config, config)) for config in remedies]
    if len(remedies) == 1:
        chosen = 0
        st.caption(verbatim(words[chosen]))
    else:
        chosen = st.selectbox(
            "Repair",
            range(len(remedies)),
            format_func=words.__getitem__,
            label_visibility="collapsed",
            key=f"remedy:{run.run_id}",
        )
    is_applied = lasting_button(
        "Apply the remedy",
        type="primary",
        icon=":material/healing:",
        key="apply_remedy",
        help="Trains the repaired run to its end and shows it beside this one",
    )
    if is_applied:
        _start(run, remedies[chosen])


def _repaired(run: RunHandle, found: Diagnosis, repair: frozenset[str]) -> Config:
    """The run's own settings but for what is repaired, so that it trains to its own end."""
    tried = found.repaired_by(repair).trial.config
    values = {path: after for path, (_, after) in changes(run.config, tried).items()}
    if "too_few_iterations" in repair:
        values["clustering.max_iterations"] = tried.clustering.max_iterations
    return run.config.with_values(values)


def _start(run: RunHandle, config: Config) -> None:
    """From the same k-means start where the remedy allows it, otherwise anew."""
    manager = run_manager()
    kept = manager.store.checkpoints(run.run_id)
    is_branch = bool(kept) and all(map(is_branch_setting, config.differences(run.config)))
    try:
        if is_branch:
            repaired = manager.branch(run.run_id, config, run.preset, kept[0])
        else:
            repaired = manager.start(config, run.preset)
    except DECLabError as error:
        notify(str(error), "error")
        st.rerun()
    runs = f"{repaired.run_id},{run.run_id}"
    open_page("compare.py", "Compare", {"runs": runs, "baseline": run.run_id})
