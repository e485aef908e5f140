"""What Streamlit must not do around a script run: touch Keras, or break off what a click does."""

from __future__ import annotations

from streamlit.runtime.scriptrunner import get_script_run_ctx, script_runner

_HANDLER = "_maybe_handle_execution_control_request"
_handle_request = getattr(script_runner.ScriptRunner, _HANDLER)


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
    setattr(script_runner.ScriptRunner, _HANDLER, _handle_request_later)


def _leave_keras_alone() -> None:
    """Keras' state belongs to the runs."""


def _handle_request_later(runner: script_runner.ScriptRunner) -> None:
    """Callbacks come before the script starts; a request that has come by then waits for it."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or context.has_script_started:
        _handle_request(runner)
