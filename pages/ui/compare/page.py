"""The Compare page: which settings did better, by how much, and where runs differ."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dec_core.experiments.counterfactuals import is_counterfactual
from dec_core.store.record import RunRecord, RunState
from dec_core.words import counted
from pages.ui.compare.actions import actions
from pages.ui.compare.address import chosen_baseline, chosen_runs
from pages.ui.compare.agreement import labels_agreement
from pages.ui.compare.columns import chosen_columns
from pages.ui.compare.curves import curve_controls, curves
from pages.ui.compare.published import published_results
from pages.ui.compare.runs import as_read
from pages.ui.compare.series import groups_of
from pages.ui.compare.settings import settings_differences
from pages.ui.compare.table import filtered, table

_WORDS = (
    "ACC: accuracy by best matching. NMI: normalized mutual information. ARI: adjusted Rand index."
)


def comparison(records: Sequence[RunRecord]) -> None:
    """Table, curves, settings and labels; the address says which runs."""
    by_id = {record.run_id: record for record in records}
    whole = [record.run_id for record in records if record.state is not RunState.DAMAGED]
    own = [run_id for run_id in whole if not is_counterfactual(by_id[run_id])]
    baseline = chosen_baseline(whole)
    ticked = chosen_runs([*own, *(i for i in by_id if i not in own)])
    compared = list(dict.fromkeys([*([baseline] if baseline else []), *ticked]))
    # What is chosen is read for its curves, so that the table can say what is wrong with it.
    records = [as_read(one) if one.run_id in compared else one for one in records]
    by_id = {record.run_id: record for record in records}
    chosen = [by_id[run_id] for run_id in compared]
    groups = groups_of(chosen, baseline)
    table(filtered(records, compared), ticked, groups, baseline, chosen_columns(chosen))
    count = f"{len(ticked)} chosen" if ticked else "Tick runs to compare them"
    unlisted = len(whole) - len(own)
    led_to = counted(unlisted, "run of a diagnosis", "runs of diagnoses")
    hint = f" Tags lead to {led_to}." if unlisted else ""
    st.caption(f"{count}.{hint} {_WORDS}")
    actions([by_id[run_id] for run_id in ticked], by_id[baseline] if baseline else None, chosen)
    _damaged(records)
    if not chosen:
        return
    curves(groups, curve_controls(chosen))
    published_results(groups)
    settings_differences(groups)
    labels_agreement(chosen, baseline)


def no_runs() -> None:
    """What to do before there is anything to compare."""
    st.markdown(
        "There are no runs yet. Train two with different settings, then compare their curves, "
        "their settings and their clusters here."
    )
    st.page_link("train.py", label="Train a run", icon=":material/model_training:")


def _damaged(records: Sequence[RunRecord]) -> None:
    """Runs that cannot be read, with the reason; the others are not held up."""
    damaged = [record for record in records if record.state is RunState.DAMAGED]
    if not damaged:
        return
    with st.expander(
        f"{counted(len(damaged), 'run')} cannot be read", icon=":material/broken_image:"
    ):
        for record in damaged:
            st.text(f"{record.run_id}: {record.problem}")
