"""The run's name and its buttons: start, pause, step, stop, and what may change while it trains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import streamlit as st

from dec_core.config import LIVE_PARAMETERS, SETTINGS, Config
from dec_core.data import DESCRIPTIONS
from dec_core.errors import RunError
from dec_core.runs.record import RunRecord
from dec_core.runs.session import RunSession, SessionState, Step
from pages.ui.branching import branch_control, checkpoints, lineage_sentence
from pages.ui.export_dialog import export_control
from pages.ui.panels import PLOTS
from pages.ui.plain import plain
from pages.ui.settings_form import log_options
from pages.ui.state import resume_run, run_manager, show_run, start_run, tell

# More than this make the menu of runs unreadable; the store keeps them all.
LISTED_RUNS = 20

_STEPS = {"To the next update": Step.UPDATE, "One iteration": Step.ITERATION}


@dataclass(frozen=True)
class Standing:
    """What the buttons of a run depend on."""

    state: SessionState
    can_branch: bool


def standing(session: RunSession) -> Standing:
    """How the run stands now."""
    return Standing(session.state, bool(checkpoints(session)))


def controls(
    session: RunSession | None, drawn: Standing | None, preset: str, config: Config | None
) -> None:
    """The row above the fold. Keys: S start, P pause or resume, N next step, X stop."""
    state = drawn.state if drawn else None
    is_active = state in (SessionState.RUNNING, SessionState.PAUSED)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        origin = lineage_sentence(session) if session else ""
        st.subheader(_title(session), anchor=False, width="content", help=origin or None)
        st.space("stretch")
        _start_button(preset, config)
        _runs(session)
        if session is None or drawn is None:
            return
        _pause_button(session, state)
        _step_button(session, is_active)
        _move_up_button(session, state)
        _button(
            "Stop",
            "stop",
            "X",
            session.stop,
            disabled=not (is_active or state is SessionState.QUEUED) or session.is_stopping,
        )
        _live_parameters(session, is_active)
        branch_control(session, preset, config)
        export_control(session.run_id, PLOTS, {session.run_id: session.run_id})


def _title(session: RunSession | None) -> str:
    if session is None:
        return "DEC Lab"
    return DESCRIPTIONS[session.config.data.name].title


def _start_button(preset: str, config: Config | None) -> None:
    st.button(
        "Start",
        type="primary",
        icon=":material/play_arrow:",
        shortcut="S",
        disabled=config is None,
        help="Start a run with the settings on the left",
        key="start",
        on_click=lambda: tell(lambda: start_run(config, preset)) if config else None,
    )


def _pause_button(session: RunSession, state: SessionState | None) -> None:
    is_interrupted = state is SessionState.INTERRUPTED
    goes_on = is_interrupted or state is SessionState.PAUSED
    resume = partial(resume_run, session) if is_interrupted else session.resume
    _button(
        "Resume" if goes_on else "Pause",
        "resume" if goes_on else "pause",
        "P",
        resume if goes_on else session.pause,
        disabled=not goes_on and state is not SessionState.RUNNING,
        help="Go on from the last checkpoint" if is_interrupted else None,
    )


def _move_up_button(session: RunSession, state: SessionState | None) -> None:
    """Only a run that waits behind another waiting one can be moved."""
    if state is SessionState.QUEUED and run_manager().can_move_up(session):
        _button(
            "Move up",
            "arrow_upward",
            "U",
            lambda: run_manager().move_up(session),
            disabled=False,
            help="Let this run go before the one that it waits for",
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
        "Step size",
        list(_STEPS),
        icon=":material/arrow_drop_down:",
        disabled=not is_active,
        help="How far a step goes",
        key="step_size",
    )
    if chosen:
        tell(lambda: session.step(_STEPS[chosen]))
        st.rerun()


def _button(
    label: str,
    icon: str,
    shortcut: str,
    command: Callable[[], None],
    *,
    disabled: bool,
    help: str | None = None,
) -> None:
    """One label, one command; the key depends on neither, so the row never jumps.

    A click gives the command that the person saw, whatever another tab has done meanwhile.
    """
    st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=shortcut,
        disabled=disabled,
        help=help,
        key=f"control:{shortcut}",
        on_click=tell,
        args=(command,),
    )


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
    tell(lambda: session.change(path, st.session_state[key]))


def _runs(session: RunSession | None) -> None:
    """The newest runs of the store and of this server's memory; one click shows one."""
    try:
        names = dict(_run_labels())
    except RunError as error:
        st.button("Runs", icon=":material/error:", disabled=True, help=plain(str(error)))
        return
    if not names:
        return
    chosen = st.menu_button(
        "Runs", list(names), icon=":material/list:", key="runs", help="The newest runs"
    )
    if chosen and (session is None or names[chosen] != session.run_id):
        show_run(names[chosen])
        st.rerun()


def _run_labels() -> Iterator[tuple[str, str]]:
    """What the menu says of each run, and its id, newest first."""
    manager = run_manager()
    records = [r for r in manager.store.records() if r.config is not None][:LISTED_RUNS]
    stored = {record.run_id for record in records}
    for session in reversed(manager.sessions()):
        if session.run_id not in stored:
            yield plain(_session_label(session)), session.run_id
    for record in records:
        known = manager.in_memory(record.run_id)
        label = _session_label(known) if known else _record_label(record)
        yield plain(label), record.run_id


def _session_label(session: RunSession) -> str:
    finished = session.view.finished
    outcome = session.state.value
    if finished is not None and finished.judgement.verdict is not None:
        outcome = finished.judgement.verdict.value
    elif session.view.failed is not None:
        outcome = "failed"
    return f"{session.run_id}, {session.preset} on {session.config.data.name}: {outcome}"


def _record_label(record: RunRecord) -> str:
    outcome = (record.summary or {}).get("verdict") or record.state.value
    return f"{record.run_id}, {record.preset} on {record.dataset}: {outcome}"
