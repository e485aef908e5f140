"""Streamlit leaves Keras alone: a private name of Streamlit that an upgrade may take away."""

from __future__ import annotations

import ast
import inspect

import keras
import pytest
from streamlit.runtime.scriptrunner import script_runner

from dec_core.runs.manager import RunManager
from pages.ui.parts.script_runner import _leave_keras_alone
from tests.ui.screens import new_screen


def test_streamlit_still_calls_what_is_replaced() -> None:
    tree = ast.parse(inspect.getsource(script_runner))
    defined = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert "_clean_problem_modules" in defined
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    assert "_clean_problem_modules" in used


def test_the_manager_replaces_it(manager: RunManager) -> None:
    assert manager.handles() == ()
    assert script_runner._clean_problem_modules is _leave_keras_alone


def test_a_script_run_does_not_clear_the_session_of_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[bool] = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda: cleared.append(True))
    new_screen()
    assert not cleared
