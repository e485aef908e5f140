"""The run's name and its buttons: start, pause, step, stop, and what may change while it trains."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dec_core.config import LIVE_PARAMETERS, SETTINGS, Config
from dec_core.data import DESCRIPTIONS
from dec_core.errors import DECLabError
from dec_core.runs.session import RunSession, SessionState, Step
from pages.ui.settings_form import log_options
from pages.ui.state import run_manager, show_run, start_run

_STEPS = {"To the next update": Step.UPDATE, "One iteration": Step.ITERATION}


def controls(session: RunSession | None, preset: str, config: Config | None) -> None:
    """The row above the fold. Keys: S start, P pause or resume, N next step, X stop."""
    state = session.state if session else None
    is_active = state in (SessionState.RUNNING, SessionState.PAUSED)
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.subheader(_title(session), anchor=False, width="content")
        with st.container(horizontal=True, width="content", gap="xsmall"):
            _start_button(preset, config)
            _runs(session)
            if session is None:
                return
            _pause_button(session, state)
            _step_button(session, is_active)
            _button(
                "Stop",
                "stop",
                "X",
                session.stop,
                disabled=not (is_active or state is SessionState.QUEUED) or session.is_stopping,
            )
            _live_parameters(session, is_active)


def _title(session: RunSession | None) -> str:
    if session is None:
        return "DEC Lab"
    data = DESCRIPTIONS[session.config.data.name]
    return f"{data.title}, {session.config.data.n_samples or data.n_samples:,} samples"


def _start_button(preset: str, config: Config | None) -> None:
    if (
        st.button(
            "Start",
            type="primary",
            icon=":material/play_arrow:",
            shortcut="S",
            disabled=config is None,
            help="Start a run with the settings on the left",
        )
        and config is not None
    ):
        start_run(config, preset)
        st.rerun()


def _pause_button(session: RunSession, state: SessionState | None) -> None:
    is_paused = state is SessionState.PAUSED
    _button(
        "Resume" if is_paused else "Pause",
        "resume" if is_paused else "pause",
        "P",
        session.resume if is_paused else session.pause,
        disabled=state not in (SessionState.RUNNING, SessionState.PAUSED),
    )


def _step_button(session: RunSession, is_active: bool) -> None:
    _button(
        "Step",
        "skip_next",
        "N",
        lambda: session.step(Step.UPDATE),
        disabled=not is_active,
        help="Go on to the next update, then pause",
    )
    chosen = st.menu_button(
        "",
        list(_STEPS),
        icon=":material/arrow_drop_down:",
        disabled=not is_active,
        help="How far a step goes",
        key="step_size",
    )
    if chosen:
        _tell(lambda: session.step(_STEPS[chosen]))


def _button(
    label: str,
    icon: str,
    shortcut: str,
    command: Callable[[], None],
    *,
    disabled: bool,
    help: str | None = None,
) -> None:
    """One label, one command; the key depends on neither, so the row never jumps."""
    pressed = st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=shortcut,
        disabled=disabled,
        help=help,
        key=f"control:{shortcut}",
    )
    if pressed:
        _tell(command)


def _tell(command: Callable[[], None]) -> None:
    """Give a command; one that no longer fits is a sentence, not an error page."""
    try:
        command()
    except DECLabError as error:
        st.toast(str(error), icon=":material/info:")
    st.rerun()


def _live_parameters(session: RunSession, is_active: bool) -> None:
    with st.popover("Adjust", icon=":material/tune:", disabled=not is_active):
        if not is_active:
            return
        st.caption("Takes effect at the next chunk and is marked in the curves.")
        config = session.view.config
        for path in LIVE_PARAMETERS:
            setting = SETTINGS[path]
            key = f"live:{session.run_id}:{path}"
            value = config.get(path) if session.view.started else session.config.get(path)
            st.session_state.setdefault(key, value)
            st.select_slider(
                setting.label,
                log_options(setting, session.config.get(path)),
                key=key,
                format_func=setting.format,
                help=setting.help,
                on_change=_change,
                args=(session, path, key),
            )


def _change(session: RunSession, path: str, key: str) -> None:
    try:
        session.change(path, st.session_state[key])
    except DECLabError as error:
        st.toast(str(error), icon=":material/info:")


def _runs(session: RunSession | None) -> None:
    """Runs of this server, newest first; one click shows one."""
    sessions = run_manager().sessions()
    if not sessions:
        return
    names = {_run_label(s): s for s in reversed(sessions)}
    chosen = st.menu_button(
        "Runs", list(names), icon=":material/list:", key="runs", help="Runs of this server"
    )
    if chosen and names[chosen] is not session:
        show_run(names[chosen])
        st.rerun()


def _run_label(session: RunSession) -> str:
    finished = session.view.finished
    outcome = session.state.value
    if finished is not None and finished.judgement.verdict is not None:
        outcome = finished.judgement.verdict.value
    elif session.view.failed is not None:
        outcome = "failed"
    return f"{session.run_id}, {session.preset} on {session.config.data.name}: {outcome}"
