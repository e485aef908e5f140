"""The name of the run on the page, changed in place."""

from __future__ import annotations

import streamlit as st

from dec_core.data import title_of
from dec_core.errors import RunError
from dec_core.runs.handle import RunHandle
from pages.ui.parts.state import notify, run_manager, tell
from pages.ui.parts.verbatim import verbatim


def title_control(session: RunHandle, name: str | None, origin: str) -> None:
    """The run's name, or its data set where it has none, and a way to name it.

    Parameters
    ----------
    name : what a person has named it, empty where nobody has; None where it has no folder
    origin : where a branch began, empty for other runs
    """
    title = verbatim(name or title_of(session.config.data))
    st.subheader(title, anchor=False, width="content", help=origin or None)
    if name is None:
        return
    with (
        st.popover("Name this run", icon=":material/edit:", type="tertiary", key="rename"),
        st.form(f"rename:{session.run_id}", border=False, enter_to_submit=True),
    ):
        key = f"name:{session.run_id}"
        st.text_input("Name", name, placeholder=session.run_id, max_chars=80, key=key)
        st.form_submit_button(
            "Save", icon=":material/check:", on_click=_rename, args=(session, key)
        )


def _rename(session: RunHandle, key: str) -> None:
    tell(lambda: _annotate(session.run_id, str(st.session_state.get(key, ""))))


def _annotate(run_id: str, title: str) -> None:
    try:
        run_manager().store.annotate(run_id, title=title)
    except OSError as error:
        raise RunError(f"The name was not saved. {error}") from error
    notify(f"Saved: {title.strip() or run_id}", "check")
