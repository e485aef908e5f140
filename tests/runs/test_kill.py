"""kill -9 at any moment loses nothing: the resumed run ends with the labels of a whole one."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DIGITS = ("--set", "pretraining.epochs=10", "--set", "clustering.max_iterations=900")
FASHION = (
    *("--preset", "r-port", "--dataset", "fashion-mnist", "--set", "data.n_samples=7000"),
    *("--set", "pretraining.epochs=2", "--set", "clustering.learning_rate=0.01"),
    *("--set", "clustering.target=paper", "--set", "clustering.max_iterations=300"),
    *("--set", "clustering.kmeans_restarts=2", "--set", "clustering.tol=0"),
)
COMPARED = (
    "labels_sha256 acc nmi ari loss iterations updates verdict stop_reason kmeans_nmi".split()
)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dec_core", *arguments, "--json"]


def finish(*arguments: str) -> dict[str, Any]:
    """Run a command to its end; the values that must not depend on an interruption."""
    done = subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, check=True)
    values = json.loads(done.stdout.splitlines()[-1])
    return {name: values[name] for name in COMPARED}


def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """A training process and the id that it prints first."""
    process = subprocess.Popen(
        command(*arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def kill_and_resume(runs_dir: Path, arguments: tuple[str, ...], kills: int) -> None:
    """Kill one run after another at random sizes of its log, resume each, compare the end."""
    whole = finish("train", *arguments)
    (run_id,) = [path.name for path in runs_dir.iterdir() if not path.name.startswith(".")]
    last = (runs_dir / run_id / "events.jsonl").stat().st_size
    choose = random.Random(7)
    for _ in range(kills):
        process, run_id = start("train", *arguments)
        log = runs_dir / run_id / "events.jsonl"
        wait_for_size(process, log, choose.randrange(last))
        time.sleep(choose.random() * 0.02)
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        state = json.loads(
            subprocess.check_output(command("runs", "show", run_id), cwd=ROOT, text=True)
        )["state"]
        if state == "interrupted":
            assert finish("runs", "resume", run_id) == whole
        else:
            assert state == "finished"


def wait_for_size(process: subprocess.Popen[str], log: Path, size: int) -> None:
    while process.poll() is None:
        if log.exists() and log.stat().st_size >= size:
            return
        time.sleep(0.001)


def test_digits(runs_dir: Path) -> None:
    kill_and_resume(runs_dir, DIGITS, kills=10)


@pytest.mark.realdata
def test_fashion_mnist(runs_dir: Path, real_data_dir: Path) -> None:
    assert os.environ["DEC_DATA_DIR"] == str(real_data_dir)
    kill_and_resume(runs_dir, FASHION, kills=10)
