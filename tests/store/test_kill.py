"""kill -9 at any moment loses nothing: the resumed run ends with the labels of a whole one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from dec_core.cli.main import main
from dec_core.store.record import RunState
from dec_core.store.store import RunStore

ROOT = Path(__file__).parents[2]
DIGITS = (
    *("--set", "pretraining.epochs=5", "--set", "clustering.tol=0"),
    *("--set", "clustering.max_iterations=900"),
)
FASHION = (
    *("--preset", "r-port", "--dataset", "fashion-mnist", "--set", "data.n_samples=7000"),
    *("--set", "pretraining.epochs=2", "--set", "clustering.learning_rate=0.01"),
    *("--set", "clustering.target=paper", "--set", "clustering.max_iterations=300"),
    *("--set", "clustering.kmeans_restarts=2", "--set", "clustering.tol=0"),
)
# Each kill costs the start of a process; the long version runs with ``pytest -m campaign``.
MANY = pytest.param(20, marks=pytest.mark.campaign)
COMPARED = (
    "labels_sha256 acc nmi ari loss iterations updates verdict stop_reason kmeans_nmi".split()
)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dec_core", *arguments, "--json"]


def start(command: list[str]) -> tuple[subprocess.Popen[str], str]:
    """A training process and the id that it prints first.

    It yields to this one, which would otherwise miss the moments on a busy machine.
    """
    process = subprocess.Popen(
        ["nice", *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def result(*arguments: str) -> dict[str, Any]:
    """Run a command to its end; the values that must not depend on an interruption.

    In this process, which has the libraries loaded.
    """
    with redirect_stdout(StringIO()) as output:
        assert main([*arguments, "--json"]) == 0
    values = json.loads(output.getvalue().splitlines()[-1])
    return {name: values[name] for name in COMPARED}


def assert_interrupted(status: int, run_id: str) -> None:
    """Its process died by SIGKILL, and the store says so."""
    assert status == -signal.SIGKILL
    assert RunStore().record(run_id).state is RunState.INTERRUPTED


def wait_for_size(process: subprocess.Popen[str], log: Path, size: int) -> None:
    while process.poll() is None:
        if log.exists() and log.stat().st_size >= size:
            return
        time.sleep(0.001)


@cache
def whole_run(arguments: tuple[str, ...]) -> tuple[dict[str, Any], int]:
    """How an uninterrupted run ends, and the size of its log.

    Its folder of runs is its own, so that the next run pretrains too.
    """
    with tempfile.TemporaryDirectory() as runs_dir:
        expected = result("train", *arguments, "--runs-dir", runs_dir)
        (log,) = Path(runs_dir).glob("*/events.jsonl")
        return expected, log.stat().st_size


def kill_again_and_again(runs_dir: Path, arguments: tuple[str, ...], kills: int) -> None:
    """One run, killed at growing random sizes of its log and resumed after each.

    The last of them leaves time to see it before the run ends by itself.
    """
    expected, size = whole_run(arguments)
    choose = random.Random(7)
    run_id, next_command = "", ("train", *arguments)
    for moment in sorted(choose.randrange(int(0.6 * size)) for _ in range(kills)):
        process, name = start(command(*next_command))
        run_id = run_id or name
        wait_for_size(process, runs_dir / run_id / "events.jsonl", moment)
        time.sleep(choose.random() * 0.02)
        with process:
            process.kill()
        assert_interrupted(process.wait(), run_id)
        next_command = ("runs", "resume", run_id)
    assert result(*next_command) == expected


@pytest.mark.parametrize("kills", [MANY])
def test_digits(runs_dir: Path, kills: int) -> None:
    kill_again_and_again(runs_dir, DIGITS, kills)


@pytest.mark.realdata
@pytest.mark.parametrize("kills", [1, MANY])
def test_fashion_mnist(runs_dir: Path, real_data_dir: Path, kills: int) -> None:
    assert os.environ["DEC_DATA_DIR"] == str(real_data_dir)
    kill_again_and_again(runs_dir, FASHION, kills)


def test_in_the_middle_of_a_write(runs_dir: Path) -> None:
    expected, _ = whole_run(DIGITS)
    arguments: tuple[str, ...] = ("train", *DIGITS)
    run_id = ""
    kills = "checkpoint-2 rename-1 line-9 frame-5 thinning-2".split()
    writer = [sys.executable, "-m", "tests.store.killed_writer"]
    with subprocess.Popen(writer, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        for kind, _, count in (kill.partition("-") for kill in kills):
            print(kind, count, *arguments, "--json", file=process.stdin, flush=True)
            run_id = process.stdout.readline().strip()
            assert_interrupted(int(process.stdout.readline()), run_id)
            arguments = ("runs", "resume", run_id)
        process.stdin.close()
    assert result(*arguments) == expected
    drafts = [path for path in (runs_dir / run_id).rglob(".*") if path.suffix == ".draft"]
    assert drafts == []
