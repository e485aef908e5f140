"""Disks that refuse, for real: a small one that fills up, one that is read-only.

Each command runs in a mount namespace of its own, with a file system in memory as its store.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

from dec_core.runs.execution import execute
from dec_core.store.record import RunState
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from tests.runs.short_runs import small_config

ROOT = Path(__file__).parents[2]
UNSHARE = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
# Of more epochs a slow machine keeps a second checkpoint, for which the small disk has no room.
SETTINGS = (
    *("--set", "pretraining.epochs=1", "--set", "clustering.kmeans_restarts=2"),
    *("--set", "clustering.max_iterations=200", "--set", "clustering.update_interval=10"),
    *("--set", "clustering.tol=0"),
)
# What the scripts below can call.
PRELUDE = f"""
import os, subprocess
from dec_core.cli.main import main

RUNS = os.environ["DEC_RUNS_DIR"]
TRAIN = ["train", "--json", *{SETTINGS}]


def shell(command):
    subprocess.run(["sh", "-ec", command], check=True)

"""


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    command = [*UNSHARE, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not can_mount(), reason="no mount namespaces on this system")


def on_disk(runs_dir: Path, script: str) -> list[str]:
    """Run a Python script whose ``RUNS`` is a folder to mount a disk at; what it printed."""
    runs_dir.mkdir(exist_ok=True)
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-u", "-c", PRELUDE + dedent(script)],
        cwd=ROOT,
        env={**os.environ, "DEC_RUNS_DIR": str(runs_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


def outcome(lines: list[str]) -> list[dict[str, Any]]:
    """The JSON objects among the lines."""
    return [json.loads(line) for line in lines if line.startswith("{")]


class Told(NamedTuple):
    """What training printed, and what the full disk held."""

    on_full_disk: list[str]
    in_read_only_folder: list[str]
    copy: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """In one process: it takes seconds to load its libraries."""
    folder = tmp_path_factory.mktemp("disks")
    lines = on_disk(
        folder / "runs",
        f"""
        shell("mount -t tmpfs -o size=1500k tmpfs $DEC_RUNS_DIR")
        assert main(TRAIN) == 0
        assert main(["runs", "list"]) == 0
        shell("cp -r $DEC_RUNS_DIR {folder / "copy"}; mount -o remount,size=50m $DEC_RUNS_DIR")
        (run_id,) = [name for name in os.listdir(RUNS) if not name.startswith(".")]
        assert main(["runs", "resume", "--json", run_id]) == 0
        print("ANOTHER DISK")
        shell("mount -t tmpfs -o ro tmpfs $DEC_RUNS_DIR")
        assert main(TRAIN) == 0
        """,
    )
    end = lines.index("ANOTHER DISK")
    return Told(lines[:end], lines[end:], folder / "copy")


def test_a_full_disk_costs_the_saving_and_nothing_else(told: Told) -> None:
    lines, copy = told.on_full_disk, told.copy
    trained, resumed = outcome(lines)
    assert (trained["stored"], trained["run_dir"]) == (False, None)
    assert "No space left on device" in trained["problem"]
    assert resumed["stored"] and resumed["run_dir"] and resumed["problem"] is None
    assert trained["labels_sha256"] == resumed["labels_sha256"]
    assert resumed["iterations"] == 200
    (warning,) = [line for line in lines if line.startswith("warning: The run is no longer saved")]
    assert "No space left on device" in warning
    assert "trains on in memory" in warning
    # What the full disk held was whole, and not listed as more than it was.
    (record,) = RunStore(copy).records()
    assert record.state is RunState.INTERRUPTED
    sentence = "Not saved to its end: No space left on device. Resume it to train again what is"
    assert record.problem.startswith(sentence)
    (listed,) = [line for line in lines if line.startswith(f"{record.run_id} ")]
    assert sentence in listed
    view = RunStore(copy).view(record.run_id)
    assert 0 < len(view.updates) < trained["updates"]
    assert RunStore(copy).frames(record.run_id, view).kept() == list(range(len(view.updates)))


def test_a_read_only_folder_is_said_before_training(told: Told) -> None:
    lines = told.in_read_only_folder
    (trained,) = outcome(lines)
    assert trained["run_id"] is None and trained["iterations"] == 200
    assert not trained["stored"] and "Read-only file system" in trained["problem"]
    (warning,) = [line for line in lines if line.startswith("warning: This run cannot be saved")]
    assert "Read-only file system" in warning
    assert "DEC_RUNS_DIR" in warning


def test_a_read_only_store_is_read_and_refuses_with_a_sentence(
    runs_dir: Path, tmp_path: Path
) -> None:
    elsewhere = RunStore(tmp_path / "elsewhere")
    recorder = Recorder(elsewhere, elsewhere.create(small_config(), "digits"))
    for _ in execute(recorder):
        pass
    recorder.close()
    lines = on_disk(
        runs_dir,
        f"""
        shell("mount -t tmpfs -o size=50m tmpfs $DEC_RUNS_DIR")
        shell("cp -r {elsewhere.root}/* $DEC_RUNS_DIR; mount -o remount,ro $DEC_RUNS_DIR")
        (run_id,) = os.listdir(RUNS)
        assert main(["runs", "list"]) == 0
        print("status", main(["runs", "delete", run_id]))
        print("status", main(["runs", "branch", run_id, "--at", "0"]))
        """,
    )
    assert [line for line in lines if line.startswith("status")] == ["status 1", "status 1"]
    assert "finished" in lines[0]
    refusals = [line for line in lines if line.startswith("error: ")]
    assert len(refusals) == 2
    assert all("Read-only file system" in line for line in refusals)
