"""What Streamlit must not do around a script run: touch Keras, break off what a click does, or turn
back to a page that a person has left."""

from __future__ import annotations

from streamlit.runtime.scriptrunner import (
    RerunData,
    ScriptRunner,
    get_script_run_ctx,
    script_runner,
)
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

_HANDLER = "_maybe_handle_execution_control_request"
_handle_request = getattr(ScriptRunner, _HANDLER)
_REQUEST = "request_rerun"
_request_rerun = getattr(ScriptRunner, _REQUEST)


def keep_keras_session() -> None:
    """Stop Streamlit from clearing Keras' session after every script run.

    It does so whenever Keras is loaded: drops TensorFlow's kernel cache and collects garbage
    over all of TensorFlow's objects, which takes longer than the tick of a live page. Training
    on another thread came to a tenth of its speed.
    """
    script_runner._clean_problem_modules = _leave_keras_alone


def finish_callbacks() -> None:
    """Let the callback of a click come to its end before Streamlit takes up the next click.

    It would end the callback at the next message or look at the session's state, and what was
    clicked first would be lost. That a click is not dropped before its callback begins, where
    another comes within milliseconds, takes ``runner.fastReruns = false``.
    """
    setattr(ScriptRunner, _HANDLER, _handle_request_later)


def leave_pages_for_good() -> None:
    """Let no timer of a page turn back to it once another page was asked for.

    Until the browser hears of the new page, whatever a fragment of the old one sends names the
    old. Streamlit makes one request of two that wait, with the page of the later.
    """
    setattr(ScriptRunner, _REQUEST, _request_of_the_page_asked_for)


def _leave_keras_alone() -> None:
    """Keras' state belongs to the runs."""


def _handle_request_later(runner: ScriptRunner) -> None:
    """Callbacks come before the script starts; a request that has come by then waits for it."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or context.has_script_started:
        _handle_request(runner)


def _request_of_the_page_asked_for(runner: ScriptRunner, request: RerunData) -> bool:
    """Take no request of a fragment for another page; it is answered as if it were taken."""
    is_fragment = bool(request.fragment_id)
    if is_fragment and request.page_script_hash != _page_asked_for(runner):
        return True
    is_taken: bool = _request_rerun(runner, request)
    return is_taken


def _page_asked_for(runner: ScriptRunner) -> str:
    """Of the request that waits for the script to end; else of the script that runs."""
    requests = runner._requests
    if requests._state == ScriptRequestType.RERUN:
        return requests._rerun_data.page_script_hash
    return runner._pages_manager.current_page_script_hash
