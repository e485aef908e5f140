"""What is replaced in Streamlit: private names that an upgrade may take away."""

from __future__ import annotations

import ast
import inspect
import threading
from pathlib import Path
from unittest.mock import MagicMock

import keras
import pytest
import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData, script_runner
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

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


class Visits:
    """Two pages; the first stays until it is let go."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.hashes: dict[str, str] = {}
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def show(self) -> None:
        pages = [
            st.Page(self.first, url_path="first", default=True),
            st.Page(self.second, url_path="second"),
        ]
        self.hashes = {page.url_path or "first": page._script_hash for page in pages}
        st.navigation(pages).run()

    def first(self) -> None:
        self.shown.append("first")
        self.has_begun.set()
        assert self.may_end.wait(60)

    def second(self) -> None:
        self.shown.append("second")


visits = Visits()


@pytest.mark.usefixtures("manager")
def test_a_timer_of_the_page_that_is_left_does_not_lead_back_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Runtime, "_instance", MagicMock())
    script = tmp_path / "app.py"
    script.write_text(f"from {__name__} import visits\nvisits.show()\n")
    session = SafeSessionState(SessionState(), lambda: None)
    runner = LocalScriptRunner(str(script), session, PagesManager(str(script)))
    runner.start()
    assert visits.has_begun.wait(60)
    first, second = visits.hashes["first"], visits.hashes["second"]
    assert runner.request_rerun(RerunData(page_script_hash=second, is_history_navigation=True))
    tick = RerunData(page_script_hash=first, fragment_id="timer", is_auto_rerun=True)
    assert runner.request_rerun(tick)
    visits.may_end.set()
    runner.join()
    assert visits.shown == ["first", "second"]
