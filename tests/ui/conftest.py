"""A fresh server for every test: no runs, no data folder, Streamlit as it was installed.

The first page of a server starts the UMAP process early. Here it starts when a map is asked for:
compiling UMAP takes longer than most of these tests, and most of them ask for none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import script_runner

from dec_core.data.sources import built_in
from dec_core.runs.manager import RunManager
from pages.ui.parts.state import run_manager


@pytest.fixture(autouse=True)
def manager(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RunManager]:
    """The server's runs; whatever still trains at the end of the test is stopped."""
    monkeypatch.delenv("DEC_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(built_in, "SYSTEM_FOLDER", tmp_path / "system")
    # The page replaces it; this puts it back.
    monkeypatch.setattr(
        script_runner, "_clean_problem_modules", script_runner._clean_problem_modules
    )
    monkeypatch.setattr(RunManager, "warm_up", lambda _: None)
    st.cache_resource.clear()
    manager = run_manager()
    yield manager
    manager.close()
    for session in manager.handles():
        manager.join(session, timeout=60)
    st.cache_resource.clear()
