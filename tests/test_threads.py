"""OpenMP's threads sleep while they wait, whichever way the program is entered."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.browser.server import ROOT

ENTRIES = (
    "app",
    "dec_core.__main__",
    "dec_core.processes.projector_process",
    "dec_core.processes.job_process",
    "tests.benchmarks.start",
)


def policy_that_openmp_read(imports: str, **environment: str) -> str:
    """What OpenMP itself says of its policy when scikit-learn has loaded it."""
    inherited = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    finished = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.exit = lambda *_: None\n{imports}"],
        cwd=ROOT,
        env={**inherited, "OMP_DISPLAY_ENV": "true", **environment},
        capture_output=True,
        text=True,
        check=True,
        input="",
    )
    found = re.search(r"OMP_WAIT_POLICY\s*=\s*'(\w+)'", finished.stderr)
    assert found, finished.stderr
    return found[1].lower()


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_point_lets_openmp_sleep(entry: str) -> None:
    imports = f"sys.argv = ['dec_core', 'presets']\nimport {entry}\nimport sklearn.cluster"
    assert policy_that_openmp_read(imports) == "passive"


def test_a_policy_that_the_person_has_set_stays() -> None:
    imports = "import dec_core\nimport sklearn.cluster"
    assert policy_that_openmp_read(imports, OMP_WAIT_POLICY="active") == "active"
