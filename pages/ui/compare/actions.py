"""What can be done with the chosen runs: pin a baseline, name, tag, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dec_core.errors import RunError
from dec_core.store.record import RunRecord, RunState
from pages.ui.compare.address import choose_baseline, forget_runs
from pages.ui.compare.columns import columns_control
from pages.ui.compare.runs import is_changing, is_saved
from pages.ui.export.dialog import export_control
from pages.ui.export.labels import labels_buttons
from pages.ui.parts.following import following
from pages.ui.parts.lasting_button import lasting_button, note_click, take_click
from pages.ui.parts.state import notify, run_manager
from pages.ui.parts.verbatim import verbatim

# Where the page's plots are, as ``show_plot`` names them.
PLOTS = ("comparison", "agreement")
_NO_BASELINE = ""
_AT_WORK = "Runs that train or wait in a queue are not deleted. Stop them first."


def actions(
    chosen: Sequence[RunRecord], baseline: RunRecord | None, compared: Sequence[RunRecord]
) -> None:
    """One row of controls under the table; always there, so that nothing moves.

    The baseline is compared without being ticked, but neither renamed nor deleted then.
    """
    names = _names(chosen)
    whole = _names([record for record in chosen if record.state is not RunState.DAMAGED])
    saved = {record.run_id: record for record in chosen if is_saved(record)}
    pinned = {} if baseline is None else {baseline.run_id: baseline.name}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _baseline(pinned | whole, baseline.run_id if baseline else None)
        with st.popover("Name and tags", icon=":material/label:", disabled=not saved):
            if saved:
                _notes(saved, names)
        _delete_button(chosen)
        export_control("comparison", PLOTS, pinned | names)
        columns_control(compared)
        over = [record.run_id for record in chosen if record.state is RunState.FINISHED]
        labels_buttons(over[0] if len(over) == 1 else None)


def _baseline(names: Mapping[str, str], baseline: str | None) -> None:
    """The pinned run; the widget follows the address."""
    options = [_NO_BASELINE, *names]
    shown = baseline or _NO_BASELINE
    st.selectbox(
        "Baseline",
        options,
        index=options.index(shown),
        format_func=lambda run_id: f"Baseline: {names.get(run_id, 'none')}",
        label_visibility="collapsed",
        width=230,
        disabled=not names,
        help="The run that the others are compared with; it stays when it is not ticked",
        **following("compare_baseline", shown, lambda chosen: choose_baseline(chosen or None)),
    )


def _notes(records: Mapping[str, RunRecord], names: Mapping[str, str]) -> None:
    run_id = st.selectbox("Run", list(records), format_func=lambda i: names[i], key="notes_run")
    record = records[run_id]
    with st.form(f"notes:{run_id}", border=False):
        title = st.text_input("Name", record.title, placeholder=run_id, max_chars=80)
        tags = st.text_input("Tags", ", ".join(record.tags), placeholder="Separated by commas")
        key = f"save_notes:{run_id}"
        st.form_submit_button(
            "Save", type="primary", icon=":material/check:", on_click=note_click, args=(key,)
        )
        if take_click(key):
            _annotate(run_id, title, tags)


def _annotate(run_id: str, title: str, tags: str) -> None:
    try:
        run_manager().store.annotate(run_id, title=title, tags=tuple(tags.split(",")))
    except (RunError, OSError) as error:
        st.error(verbatim(str(error)), icon=":material/error:")
    else:
        notify(f"Saved: {title.strip() or run_id}", "check")
        st.rerun()


def _delete_button(chosen: Sequence[RunRecord]) -> None:
    """Offer only what can be deleted: runs with a folder that neither train nor wait."""
    at_work = [record for record in chosen if is_changing(record)]
    doomed = [record for record in chosen if record not in at_work and is_saved(record)]
    is_pressed = lasting_button(
        "Delete",
        icon=":material/delete:",
        disabled=not doomed,
        help=_AT_WORK if at_work and not doomed else None,
        key="delete_runs",
    )
    if is_pressed:
        _confirm_delete(doomed, at_work, tuple(record.run_id for record in chosen))


def _names(records: Sequence[RunRecord]) -> dict[str, str]:
    return {record.run_id: record.name for record in records}


@st.dialog("Delete runs", icon=":material/delete:")
def _confirm_delete(
    doomed: Sequence[RunRecord], staying: Sequence[RunRecord], ticked: Sequence[str]
) -> None:
    noun = "this run" if len(doomed) == 1 else f"these {len(doomed)} runs"
    st.markdown(f"Delete {noun} from the disk? Curves, labels and checkpoints go with them.")
    st.text("\n".join(record.name for record in doomed))
    if staying:
        st.caption(f"{_AT_WORK} So these stay:")
        st.text("\n".join(record.name for record in staying))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep", key="keep_runs"):
            st.rerun()
        if st.button(
            "Delete for good",
            type="primary",
            key="delete_for_good",
            on_click=_delete,
            args=(doomed, ticked),
        ):
            st.rerun()


def _delete(doomed: Sequence[RunRecord], ticked: Sequence[str]) -> None:
    """Delete what can be deleted; what cannot stays chosen, with the reason in one message.

    A run that is gone by now needs no word.
    """
    problems: dict[str, str] = {}
    for record in doomed:
        try:
            run_manager().delete(record.run_id)
        except (RunError, OSError) as error:
            if is_saved(record):
                problems[record.run_id] = str(error)
    deleted = {record.run_id for record in doomed} - problems.keys()
    forget_runs(deleted, ticked)
    if deleted:
        names = ", ".join(record.name for record in doomed if record.run_id in deleted)
        notify(f"Deleted: {names}", "delete")
    if problems:
        notify(_refusal(_names(doomed), problems), "error")


def _refusal(names: Mapping[str, str], problems: Mapping[str, str]) -> str:
    reason = next(iter(problems.values()))
    if len(problems) == 1:
        return reason
    kept = ", ".join(names[run_id] for run_id in problems)
    return f"{len(problems)} of {len(names)} runs were not deleted: {kept}. {reason}"
