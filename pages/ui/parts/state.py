"""What outlives a rerun: the server's runs, and which of them a browser tab looks at."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

import streamlit as st

from dec_core.config import Config
from dec_core.errors import DECLabError, RunError
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from pages.ui.parts.parameters import parameters
from pages.ui.parts.script_runner import (
    finish_callbacks,
    keep_keras_session,
    leave_pages_for_good,
)
from pages.ui.parts.verbatim import verbatim

RUN = "run"
_NOTICES = "notices"
# The update of that run at which the slider stands.
UPDATE = "update"
# Seconds; what a click may wait so that the page that it leads to shows labels at once.
_TO_REUSE, _TO_LABELS = 0.1, 0.5


@st.cache_resource(show_spinner=False)
def run_manager() -> RunManager:
    """The one manager of this server process."""
    keep_keras_session()
    finish_callbacks()
    leave_pages_for_good()
    return RunManager()


def current_run() -> RunHandle | None:
    """The run that the address names; None if it names none.

    Raises
    ------
    RunError
        If it names a run that this server does not know.
    """
    run_id = parameters.get(RUN)
    return None if run_id is None else run_manager().get(run_id)


def start_run(config: Config, preset: str) -> None:
    """Start or queue a run and look at it; one that need not be pretrained, from its labels on."""
    run = run_manager().start(config, preset)
    _wait_until(lambda: run.view.reused is not None, _TO_REUSE)
    if run.view.reused is not None:
        _wait_until(lambda: bool(run.view.updates) or run.view.is_over, _TO_LABELS)
    show_run(run.run_id)


def resume_run(session: RunHandle) -> None:
    """Let an interrupted run go on. Raises RunError."""
    show_run(run_manager().resume(session.run_id).run_id)


def show_run(run_id: str) -> None:
    """Make the address name this run."""
    if parameters.get(RUN) != run_id:
        # The update that the address names is one of the run before.
        parameters.change({RUN: run_id, UPDATE: None})


def tell(command: Callable[[], object]) -> None:
    """Give a command; one that no longer fits is a sentence, not an error page."""
    try:
        command()
    except DECLabError as error:
        notify(str(error), "info")


def notify(sentence: str, icon: str) -> None:
    """Say what became of a command, at the end of the next script run that is not cut short.

    A toast of a run that ends with ``st.rerun`` never reaches the screen.
    """
    st.session_state.setdefault(_NOTICES, []).append((sentence, icon))


def show_notices() -> None:
    """Show what ``notify`` was told since the last time."""
    for sentence, icon in st.session_state.pop(_NOTICES, []):
        st.toast(verbatim(sentence), icon=f":material/{icon}:")


def forget_run() -> None:
    """Make the address name no run."""
    parameters.change({RUN: None, UPDATE: None})


def run_or_explain() -> RunHandle | None:
    """``current_run``, with a sentence and a way on where the run is unknown."""
    try:
        return current_run()
    except RunError as error:
        st.warning(verbatim(str(error)), icon=":material/link_off:")
        forget_run()
        return None


def _wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so, at most that long."""
    end = monotonic() + seconds
    while not is_so() and monotonic() < end:
        sleep(0.005)
