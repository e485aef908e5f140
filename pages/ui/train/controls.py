"""The run's name and its buttons: start, pause, step, stop, and what may change while it trains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import streamlit as st

from dec_core.errors import RunError, SettingsError
from dec_core.experiments.counterfactuals import is_counterfactual
from dec_core.runs.commands import Pause, Resume, Step, StepSize, Stop
from dec_core.runs.handle import RunHandle
from dec_core.runs.listing import ListedRun
from dec_core.store.record import RunState
from dec_core.words import counted
from pages.ui.export.dialog import export_control
from pages.ui.parts.run_label import run_words
from pages.ui.parts.state import resume_run, run_manager, show_run, start_run, tell
from pages.ui.parts.verbatim import verbatim
from pages.ui.train.adjusting import adjust_control
from pages.ui.train.branching import branch_control, checkpoints, lineage_sentence
from pages.ui.train.naming import title_control
from pages.ui.train.panels import PLOTS
from pages.ui.train.settings_form import Chosen, chosen_settings

# More than this make the menu of runs unreadable; the store keeps them all.
LISTED_RUNS = 20

_RUNS = "runs"
_STEPS = {
    StepSize.UPDATE: ("Next update", "skip_next", "N"),
    StepSize.ITERATION: ("One iteration", "exposure_plus_1", "I"),
}


@dataclass(frozen=True)
class ControlState:
    """What the buttons of a run depend on."""

    state: RunState
    can_branch: bool
    is_stopping: bool
    live_values: Mapping[str, float]


def control_state(session: RunHandle) -> ControlState:
    """How the run stands now."""
    can_branch = bool(checkpoints(session))
    return ControlState(session.state, can_branch, session.is_stopping, session.live_values)


def controls(session: RunHandle | None, drawn: ControlState | None, chosen: Chosen) -> None:
    """The row above the fold. Keys: S start, P pause or resume, N and I step, X stop."""
    state = drawn.state if drawn else None
    runs = _listed()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="bar"):
        if session is None:
            st.subheader("DEC Lab", anchor=False, width="content")
        else:
            title_control(session, _given_name(session, runs), lineage_sentence(session))
        st.space("stretch")
        _start_button(chosen, is_main=state is None or not state.is_active)
        _runs(runs)
        if session is not None and drawn is not None:
            _run_buttons(session, state, chosen)
    _waiting_offer(runs)


def _run_buttons(session: RunHandle, state: RunState | None, chosen: Chosen) -> None:
    is_active = state is not None and state.is_active
    _pause_button(session, state)
    if state is RunState.QUEUED and run_manager().can_move_up(session):
        _step_button(session, StepSize.UPDATE, is_active)
        _move_up_button(session)
    else:
        for size in StepSize:
            _step_button(session, size, is_active)
    _button(
        session,
        "Stopping ..." if session.is_stopping and is_active else "Stop",
        "stop",
        "X",
        partial(run_manager().send, session, Stop()),
        disabled=not (is_active or state is RunState.QUEUED) or session.is_stopping,
    )
    adjust_control(session, is_active)
    branch_control(session, chosen.preset, chosen.config)
    export_control(session.run_id, PLOTS, {session.run_id: session.run_id})


def _waiting_offer(listed: Sequence[ListedRun] | RunError) -> None:
    """Runs that an earlier server had queued begin when a person says so."""
    states = [] if isinstance(listed, RunError) else [one.record.state for one in listed]
    count = states.count(RunState.WAITING)
    if not count:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="waiting"):
        st.markdown(
            f"{counted(count, 'run')} waited in the queue when the server ended.", width="content"
        )
        st.button(
            f"Start the {count} that waited",
            icon=":material/playlist_play:",
            help="Queue them again, in their order",
            key="start_waiting",
            on_click=tell,
            args=(run_manager().start_waiting,),
        )


def _start_button(chosen: Chosen, *, is_main: bool) -> None:
    """While the run on the page trains, Pause is the main button; where one trains, another run
    waits its turn."""
    problem = ". ".join(chosen.problems.values())
    is_next = run_manager().is_busy
    waits = ": it begins when the runs before it have ended" if is_next else ""
    st.button(
        "Start next" if is_next else "Start",
        type="primary" if is_main else "secondary",
        icon=":material/play_arrow:",
        shortcut="S",
        disabled=bool(problem),
        help=verbatim(problem) or f"A run with the settings on the left{waits}",
        key="start",
        on_click=tell,
        args=(_start,),
    )


def _start() -> None:
    """With the form as it is at the click: a field may have been left by that very click."""
    chosen = chosen_settings()
    if chosen.config is None or chosen.problems:
        raise SettingsError(". ".join(chosen.problems.values()))
    start_run(chosen.config, chosen.preset)


def _pause_button(session: RunHandle, state: RunState | None) -> None:
    is_at_rest = state is not None and state.can_be_resumed
    goes_on = is_at_rest or state is RunState.PAUSED
    label, help = "Resume" if goes_on else "Pause", None
    if state is RunState.INTERRUPTED:
        help = "Go on from the last checkpoint"
    elif state is RunState.WAITING:
        label, help = "Begin", "Put this run into the queue again"
    send = partial(run_manager().send, session)
    resume = partial(resume_run, session) if is_at_rest else partial(send, Resume())
    _button(
        session,
        label,
        "resume" if goes_on else "pause",
        "P",
        resume if goes_on else partial(send, Pause()),
        disabled=not goes_on and state is not RunState.RUNNING,
        help=help,
        is_main=state is not None and state.is_active,
    )


def _move_up_button(session: RunHandle) -> None:
    """In the place of a step, which a run that waits cannot make."""
    _button(
        session,
        "Move up",
        "arrow_upward",
        "U",
        lambda: run_manager().move_up(session),
        disabled=False,
        help="Let this run go before the one that it waits for",
    )


def _step_button(session: RunHandle, size: StepSize, is_active: bool) -> None:
    label, icon, shortcut = _STEPS[size]
    _button(
        session,
        label,
        icon,
        shortcut,
        partial(run_manager().send, session, Step(size)),
        disabled=not is_active,
        help="Go on by this much, then pause",
    )


def _button(
    session: RunHandle,
    label: str,
    icon: str,
    shortcut: str,
    command: Callable[[], None],
    *,
    disabled: bool,
    help: str | None = None,
    is_main: bool = False,
) -> None:
    """One label, one command; the key depends on neither, so the row never jumps.

    A click gives the command that the person saw, whatever another tab has done meanwhile; and it
    never reaches another run that the page has come to show.
    """
    st.button(
        label,
        type="primary" if is_main else "secondary",
        icon=f":material/{icon}:",
        shortcut=shortcut,
        disabled=disabled,
        help=help,
        key=f"control:{shortcut}:{session.run_id}",
        on_click=tell,
        args=(command,),
    )


def _listed() -> Sequence[ListedRun] | RunError:
    """Every run, newest first, or why they cannot be listed."""
    try:
        return run_manager().list_runs()
    except RunError as error:
        return error


def _given_name(session: RunHandle, runs: Sequence[ListedRun] | RunError) -> str | None:
    """See ``title_control``; None too where the runs cannot be listed."""
    listed = () if isinstance(runs, RunError) else runs
    saved = (one.record for one in listed if one.is_saved)
    return next((record.title for record in saved if record.run_id == session.run_id), None)


def _runs(runs: Sequence[ListedRun] | RunError) -> None:
    """The newest runs of the store and of this server's memory; one click shows one."""
    if isinstance(runs, RunError):
        st.button("Runs", icon=":material/error:", disabled=True, help=verbatim(str(runs)))
        return
    labels = dict(_run_labels(runs))
    if not labels:
        return
    # In a callback the choice is looked up in what the person saw, whatever the runs do meanwhile.
    st.menu_button(
        "Runs",
        list(labels),
        icon=":material/list:",
        key=_RUNS,
        help="The newest runs",
        on_click=_choose_run,
        args=(labels,),
    )


def _choose_run(labels: Mapping[str, str]) -> None:
    run_id = labels.get(st.session_state[_RUNS])
    if run_id is not None:
        show_run(run_id)


def _run_labels(runs: Sequence[ListedRun]) -> Iterator[tuple[str, str]]:
    """What the menu says of each run, and its id, newest first.

    What this server trains is listed however old it is; of the runs that explain another one
    only those that train.
    """
    shown = [one for one in runs if not is_counterfactual(one.record) or _is_at_work(one)]
    stored = [one for one in shown if one.is_saved and one.record.config is not None]
    newest = stored[:LISTED_RUNS]
    others = [one for one in shown if one.handle is not None and one not in newest]
    for one in (*others, *newest):
        yield verbatim(_label(one)), one.record.run_id


def _is_at_work(one: ListedRun) -> bool:
    return one.handle is not None and one.handle.state.is_at_work


def _label(one: ListedRun) -> str:
    """Name, what differs from its preset, how it stands, its score, and when it was made."""
    parts, numbers = run_words(one)
    nmi, began = numbers.get("nmi"), numbers.get("kmeans_nmi")
    if nmi is not None:
        parts.append(f"NMI {nmi:.3f}" + (f" ({nmi - began:+.3f})" if began is not None else ""))
    if one.record.created:
        parts.append(f"{datetime.fromisoformat(one.record.created).astimezone():%d %b, %H:%M}")
    return " \N{MIDDLE DOT} ".join(parts)
