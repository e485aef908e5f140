"""What loads while pages are drawn: nothing that another thread may be loading meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser.server import ROOT
from tests.store.test_golden import RUNS

# The screens' own. TensorFlow, Keras and scikit-learn, which load in the background, use none.
OF_SCREENS = {"streamlit", "plotly", "_plotly_utils", "narwhals", "packaging", "dec_core", "pages"}

# As a server does before its first page; then the pages, without the background.
SCRIPT = """
import sys
import app
from pages.ui.parts.libraries import load_shared_libraries
load_shared_libraries()
from dec_core.runs.manager import RunManager
from tests.ui.screens import ROUTER, intact, new_screen
RunManager.warm_up = lambda self: None
before = set(sys.modules)
new_screen()
new_screen(run="ready-ferret-57d4")
screen = new_screen(runs="ready-ferret-57d4,steady-puffin-cbfc")
intact(screen.switch_page(str(ROUTER.with_name("compare.py"))).run())
print("MODULES", *sorted(set(sys.modules) - before))
"""


def test_pages_load_only_libraries_of_their_own(runs_dir: Path) -> None:
    shutil.copytree(RUNS, runs_dir)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ, "DEC_RUNS_DIR": str(runs_dir)},
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("MODULES")]
    packages = {name.partition(".")[0] for name in line.split()[1:]}
    assert "plotly" in packages
    assert packages - set(sys.stdlib_module_names) <= OF_SCREENS
