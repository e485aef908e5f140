"""What can be done with the chosen runs: pin a baseline, name, tag, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dec_core.errors import RunError
from dec_core.runs.record import RunRecord
from pages.ui.compare_address import choose_baseline, choose_runs
from pages.ui.compare_runs import is_saved
from pages.ui.export_dialog import export_control
from pages.ui.plain import plain
from pages.ui.state import run_manager

# Where the page's plots are, as ``show_plot`` names them.
PLOTS = ("comparison", "agreement")
_NO_BASELINE = ""


def actions(chosen: Sequence[RunRecord], baseline: RunRecord | None) -> None:
    """One row of controls under the table; always there, so that nothing moves.

    The baseline is compared without being ticked, but neither renamed nor deleted then.
    """
    names = {record.run_id: record.name for record in chosen}
    saved = {record.run_id: record for record in chosen if is_saved(record)}
    pinned = {} if baseline is None else {baseline.run_id: baseline.name}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _baseline(pinned | names, baseline.run_id if baseline else None)
        with st.popover("Name and tags", icon=":material/label:", disabled=not saved):
            if saved:
                _notes(saved, names)
        if st.button("Delete", icon=":material/delete:", disabled=not saved, key="delete_runs"):
            _confirm_delete({run_id: names[run_id] for run_id in saved})
        export_control("comparison", PLOTS, pinned | names)
        st.caption(_count(len(chosen)), width="content")


def _count(n_chosen: int) -> str:
    return "Tick runs to compare them" if not n_chosen else f"{n_chosen} chosen"


def _baseline(names: Mapping[str, str], baseline: str | None) -> None:
    """The pinned run; the widget follows the address."""
    options = [_NO_BASELINE, *names]
    key = "compare_baseline"
    st.session_state[key] = baseline or _NO_BASELINE
    st.selectbox(
        "Baseline",
        options,
        key=key,
        format_func=lambda run_id: f"Baseline: {names.get(run_id, 'none')}",
        label_visibility="collapsed",
        width=230,
        disabled=not names,
        on_change=lambda: choose_baseline(st.session_state[key] or None),
        help="The run that the others are compared with; it stays when it is not ticked",
    )


def _notes(records: Mapping[str, RunRecord], names: Mapping[str, str]) -> None:
    run_id = st.selectbox("Run", list(records), format_func=lambda i: names[i], key="notes_run")
    record = records[run_id]
    with st.form(f"notes:{run_id}", border=False):
        title = st.text_input("Name", record.title, placeholder=run_id, max_chars=80)
        tags = st.text_input("Tags", ", ".join(record.tags), placeholder="Separated by commas")
        if st.form_submit_button("Save", type="primary", icon=":material/check:"):
            _annotate(run_id, title, tags)


def _annotate(run_id: str, title: str, tags: str) -> None:
    try:
        run_manager().store.annotate(run_id, title=title, tags=tuple(tags.split(",")))
    except (RunError, OSError) as error:
        st.error(plain(str(error)), icon=":material/error:")
    else:
        st.rerun()


@st.dialog("Delete runs", icon=":material/delete:")
def _confirm_delete(names: Mapping[str, str]) -> None:
    noun = "this run" if len(names) == 1 else f"these {len(names)} runs"
    st.markdown(f"Delete {noun} from the disk? Curves, labels and checkpoints go with them.")
    st.text("\n".join(names.values()))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep", key="keep_runs"):
            st.rerun()
        if st.button(
            "Delete for good",
            type="primary",
            key="delete_for_good",
            on_click=_delete,
            args=(list(names),),
        ):
            st.rerun()


def _delete(run_ids: Sequence[str]) -> None:
    """Delete what can be deleted; what cannot stays chosen, with the reason."""
    kept, problems = [], []
    for run_id in run_ids:
        try:
            run_manager().delete(run_id)
        except (RunError, OSError) as error:
            kept.append(run_id)
            problems.append(str(error))
    choose_runs(kept)
    if st.query_params.get("baseline") in set(run_ids) - set(kept):
        choose_baseline(None)
    for problem in problems:
        st.toast(plain(problem), icon=":material/error:")
