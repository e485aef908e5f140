"""What Streamlit must not do after a script run while a run trains in the same process."""

from __future__ import annotations

from streamlit.runtime.scriptrunner import script_runner


def keep_keras_session() -> None:
    """Stop Streamlit from clearing Keras' session after every script run.

    It does so whenever Keras is loaded: drops TensorFlow's kernel cache and collects garbage
    over all of TensorFlow's objects, which takes longer than the tick of a live page. Training
    on another thread came to a tenth of its speed.
    """
    script_runner._clean_problem_modules = _leave_keras_alone


def _leave_keras_alone() -> None:
    """Keras' state belongs to the runs."""
