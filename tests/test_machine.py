"""What numbers depend on, as a process finds it, and how two of them differ."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dec_core.machine import conditions, differences

ROOT = Path(__file__).parents[1]


def test_conditions_of_this_process() -> None:
    found = conditions()
    assert {"python", "tensorflow", "keras", "numpy", "scikit-learn"} < set(found)
    assert int(found["cores"]) >= 1
    assert found["processor"]
    assert differences(found, conditions()) == []


class Restless(list[str]):
    """What ``sys.path`` is while another thread inserts an entry: a walk along it misses some."""

    def __iter__(self) -> Iterator[str]:
        return iter(())


def test_libraries_are_found_while_sys_path_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = conditions()
    monkeypatch.setattr(sys, "path", Restless(sys.path))
    assert conditions() == expected


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs CPU affinity")
def test_cores_and_onednn_are_those_of_the_process() -> None:
    script = (
        "import json, os\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from dec_core.machine import conditions\n"
        "print(json.dumps(conditions()))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    there = json.loads(done.stdout)
    assert (there["cores"], there["oneDNN"]) == ("1", "off")
    here = {**conditions(), "cores": "2", "oneDNN": "on"}
    assert differences(here, there) == ["cores 2 to 1", "oneDNN on to off"]


def test_what_one_side_does_not_know_is_no_difference() -> None:
    assert differences({"keras": "3.0"}, {"keras": "3.1", "cores": "2"}) == ["keras 3.0 to 3.1"]
    assert differences({}, conditions()) == []
