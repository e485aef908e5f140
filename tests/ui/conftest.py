"""A fresh server for every test: no runs, no data folder, Streamlit as it was installed.

The first page of a server starts the UMAP process early. Here it starts when a map is asked for:
compiling UMAP takes longer than most of these tests, and most of them ask for none. And no tab
looks through all installed packages for components of Streamlit anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner

from dec_core.data.sources import built_in
from dec_core.runs.manager import RunManager
from pages.ui.parts.state import run_manager
from tests.runs.trained_runs import open_shelf


@pytest.fixture(scope="session", autouse=True)
def known_components() -> Iterator[None]:
    """What there is of installed components, found once: each new tab would take 0.1 s for it."""
    with pytest.MonkeyPatch.context() as patch:
        found = manifest_scanner.scan_component_manifests()
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture(scope="session", autouse=True)
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where runs lie that many tests look at."""
    with open_shelf(tmp_path_factory.mktemp("shelf")):
        yield


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
