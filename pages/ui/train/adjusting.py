"""Adjust: a small form that changes a live parameter once a person has settled on its value."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dec_core.config import LIVE_PARAMETERS, SETTINGS, Config
from dec_core.errors import DECLabError, SettingsError
from dec_core.runs.commands import Change, PauseAtCollapse
from dec_core.runs.handle import RunHandle
from pages.ui.parts.state import run_manager, tell
from pages.ui.parts.verbatim import verbatim
from pages.ui.train.form_problems import in_words

_OPEN, _ANSWER = "adjust", "adjust_answer"


def adjust_control(session: RunHandle, is_active: bool) -> None:
    """A popover with the values in force; Apply sends those that a person has typed anew."""
    with st.popover(
        "Adjust",
        icon=":material/tune:",
        disabled=not is_active,
        help="Change what may change while a run trains",
        key=_OPEN,
        on_change=_forget_answer,
    ) as popover:
        # Drawn while it is open only, so that every opening begins with the values in force.
        if not (is_active and popover.open):
            return
        st.toggle(
            "Pause when a collapse begins",
            value=session.pauses_at_collapse,
            help="At the first update that warns of one; go on, step, or branch from before it",
            key=f"pause_at_collapse:{session.run_id}",
            on_change=_send_pause,
            args=(session,),
        )
        st.caption("Takes effect within a second and is marked in the curves.")
        shown = {path: SETTINGS[path].format(value) for path, value in session.live_values.items()}
        with st.form(f"adjust:{session.run_id}", border=False, enter_to_submit=True):
            for path, text in shown.items():
                setting = SETTINGS[path]
                key = _key(session, path, text)
                st.text_input(setting.label, text, key=key, help=setting.help)
            st.form_submit_button(
                "Apply",
                type="primary",
                icon=":material/check:",
                on_click=_apply,
                args=(session, shown),
            )
        answer = st.session_state.get(_ANSWER)
        if answer is not None:
            (st.error if answer[0] == "wrong" else st.info)(answer[1])


def _send_pause(session: RunHandle) -> None:
    is_on = bool(st.session_state[f"pause_at_collapse:{session.run_id}"])
    tell(lambda: run_manager().send(session, PauseAtCollapse(is_on)))


def _key(session: RunHandle, path: str, text: str) -> str:
    """Another value in force makes a new field, which shows it."""
    return f"live:{session.run_id}:{path}:{text}"


def _forget_answer() -> None:
    st.session_state.pop(_ANSWER, None)


def _apply(session: RunHandle, shown: Mapping[str, str]) -> None:
    """Send what differs from what the form was drawn with, all of it or nothing."""
    typed = {
        path: str(st.session_state.get(_key(session, path, text), text)).strip()
        for path, text in shown.items()
    }
    wanted, problems = {}, []
    for path in LIVE_PARAMETERS:
        try:
            value = Config().with_values({path: typed[path]}).get(path)
        except SettingsError as error:
            problems.append(in_words(SETTINGS[path], str(error)))
            continue
        if typed[path] != shown[path] and value != session.live_values[path]:
            wanted[path] = value
    if not problems:
        problems = _send(session, wanted)
    if problems:
        st.session_state[_ANSWER] = "wrong", verbatim(" ".join(problems))
    elif wanted:
        words = [f"{SETTINGS[p].label.lower()} {SETTINGS[p].format(v)}" for p, v in wanted.items()]
        st.session_state[_ANSWER] = "sent", f"Sent: {', '.join(words)}."
    else:
        st.session_state[_ANSWER] = "same", "These are the present values already."


def _send(session: RunHandle, wanted: Mapping[str, float]) -> list[str]:
    try:
        for path, value in wanted.items():
            run_manager().send(session, Change(path, value))
    except DECLabError as error:
        return [str(error)]
    return []
