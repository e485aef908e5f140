"""Threads of OpenMP and OpenBLAS sleep while they wait, whichever way the program is entered."""

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


# Says what they would read, and ends, where the first library that brings one is asked for.
WATCH = """
import os, sys

class Watch:
    def find_spec(name, *_):
        if name.partition(".")[0] in {"numpy", "sklearn", "scipy", "numba", "tensorflow"}:
            names = "OMP_WAIT_POLICY", "OPENBLAS_THREAD_TIMEOUT"
            print("READ", *map(os.environ.get, names), flush=True)
            os._exit(0)

sys.meta_path.insert(0, Watch)
sys.argv, sys.exit = ["dec_core", "presets"], lambda *_: None
"""


def run(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A fresh process, for which nobody has set anything of this."""
    ours = ("OMP_WAIT_POLICY", "OPENBLAS_THREAD_TIMEOUT")
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=True,
        input="",
    )


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_point_lets_threads_sleep(entry: str) -> None:
    printed = run(f"{WATCH}\nimport {entry}\nimport sklearn").stdout
    assert printed.splitlines()[-1] == "READ passive 4"


@pytest.mark.parametrize(
    ("policy", "environment"), [("passive", {}), ("active", {"OMP_WAIT_POLICY": "active"})]
)
def test_openmp_reads_it_unless_the_person_has_set_another(
    policy: str, environment: dict[str, str]
) -> None:
    """By what OpenMP itself says once scikit-learn has loaded it."""
    script = "import dec_core\nimport sklearn.cluster"
    said = run(script, OMP_DISPLAY_ENV="true", **environment).stderr
    found = re.search(r"OMP_WAIT_POLICY\s*=\s*'(\w+)'", said)
    assert found, said
    assert found[1].lower() == policy
