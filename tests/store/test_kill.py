"""kill -9 at any moment loses nothing: the resumed run ends with the labels of a whole one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from dec_core.cli.main import main
from dec_core.store.array_files import STALE_SECONDS
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.experiments.test_diagnosing import HEALTHY, TOO_HIGH
from tests.store.test_store import new_run, train

ROOT = Path(__file__).parents[2]
DIGITS = (
    *("--set", "pretraining.epochs=5", "--set", "clustering.tol=0"),
    *("--set", "clustering.max_iterations=900", "--set", "autoencoder.units=32,10"),
)
FASHION = (
    *("--preset", "r-port", "--dataset", "fashion-mnist", "--set", "data.n_samples=7000"),
    *("--set", "pretraining.epochs=2", "--set", "clustering.learning_rate=0.01"),
    *("--set", "clustering.target=paper", "--set", "clustering.max_iterations=300"),
    *("--set", "clustering.kmeans_restarts=2", "--set", "clustering.tol=0"),
)
# The long version runs with ``pytest -m campaign``.
MANY = pytest.param(20, marks=pytest.mark.campaign)
COMPARED = (
    "labels_sha256 acc nmi ari loss iterations updates verdict stop_reason kmeans_nmi".split()
)
# Of a diagnosis.
EXPLAINED = ("verdict", "answer", "repairs", "remedy")


class Writer:
    """Gives commands to processes that are killed; see ``killed_writer``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def kill(self, kind: str, count: int, *arguments: str) -> None:
        """Give a command and wait until it was killed."""
        source, target = self._process.stdout, self._process.stdin
        assert source is not None and target is not None
        print(os.environ["DEC_RUNS_DIR"], kind, count, *arguments, file=target, flush=True)
        printed = []
        while not (line := source.readline()).startswith("status "):
            assert line, "The process that gives the commands has ended."
            printed.append(line.strip())
        assert line.split()[1] == str(-signal.SIGKILL), printed


@pytest.fixture(scope="module")
def writer() -> Iterator[Writer]:
    """One for all tests here: it takes seconds to load its libraries."""
    command = [sys.executable, "-m", "tests.store.killed_writer"]
    with subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:
        yield Writer(process)


def result(*arguments: str, names: Sequence[str] = COMPARED) -> dict[str, Any]:
    """Run a command to its end; the values that must not depend on an interruption.

    In this process, which has the libraries loaded.
    """
    with redirect_stdout(StringIO()) as output:
        assert main([*arguments, "--json"]) == 0
    values = json.loads(output.getvalue().splitlines()[-1])
    return {name: values[name] for name in names}


@cache
def whole_run(arguments: tuple[str, ...]) -> tuple[dict[str, Any], int]:
    """How an uninterrupted run ends, and the size of its log.

    Its folder of runs is its own, so that the next run pretrains too.
    """
    with tempfile.TemporaryDirectory() as runs_dir:
        expected = result("train", *arguments, "--runs-dir", runs_dir)
        (log,) = Path(runs_dir).glob("*/events.jsonl")
        return expected, log.stat().st_size


def kill_again_and_again(writer: Writer, arguments: tuple[str, ...], kills: int) -> None:
    """One run, killed at growing random sizes of its log and resumed after each.

    The last of them leaves time to see it before the run ends by itself.
    """
    expected, size = whole_run(arguments)
    choose = random.Random(7)
    moments = sorted(choose.randrange(1, int(0.6 * size)) for _ in range(kills))
    run_id = kill_each(writer, arguments, [("size", moment) for moment in moments])
    assert result("runs", "resume", run_id) == expected


def kill_each(writer: Writer, arguments: tuple[str, ...], kills: list[tuple[str, int]]) -> str:
    """One run that each of these kills interrupts; its id."""
    next_command, run_id = ("train", *arguments), ""
    for kind, count in kills:
        writer.kill(kind, count, *next_command, "--json")
        # It may have died before it could print the id.
        (record,) = RunStore().records()
        assert record.state is RunState.INTERRUPTED
        run_id = record.run_id
        next_command = ("runs", "resume", run_id)
    return run_id


@pytest.mark.parametrize("kills", [MANY])
def test_digits(writer: Writer, kills: int) -> None:
    kill_again_and_again(writer, DIGITS, kills)


@pytest.mark.realdata
@pytest.mark.parametrize("kills", [1, MANY])
def test_fashion_mnist(writer: Writer, real_data_dir: Path, kills: int) -> None:
    assert os.environ["DEC_DATA_DIR"] == str(real_data_dir)
    kill_again_and_again(writer, FASHION, kills)


def test_in_the_middle_of_a_write(writer: Writer, runs_dir: Path) -> None:
    expected, _ = whole_run(DIGITS)
    kills = [("checkpoint", 2), ("rename", 1), ("line", 9), ("frame", 5), ("thinning", 2)]
    run_id = kill_each(writer, DIGITS, kills)
    assert result("runs", "resume", run_id) == expected
    drafts = [path for path in (runs_dir / run_id).rglob(".*") if path.suffix == ".draft"]
    assert drafts == []


def test_a_branch_that_is_killed_half_way_is_no_run(writer: Writer) -> None:
    store = RunStore()
    parent = new_run(store)
    train(store, parent)
    writer.kill("checkpoint", 1, "runs", "branch", parent, "--at", "0")
    assert [record.run_id for record in store.records()] == [parent]
    (draft,) = store.root.glob(".*.draft")
    long_ago = draft.stat().st_mtime - 2 * STALE_SECONDS
    os.utime(draft, (long_ago, long_ago))
    new_run(store)
    assert not draft.exists()


def test_a_diagnosis_goes_on_after_a_kill(writer: Writer, runs_dir: Path, tmp_path: Path) -> None:
    values = {**HEALTHY, **TOO_HIGH}.items()
    sets = [part for path, value in values for part in ("--set", f"{path}={value}")]
    arguments = ("diagnose", "--preset", "digits", *sets)
    undisturbed = tmp_path / "undisturbed"
    expected = result(*arguments, "--runs-dir", str(undisturbed), names=EXPLAINED)
    (branch,) = [one for one in RunStore(undisturbed).records() if one.lineage is not None]
    assert branch.lineage is not None
    log = undisturbed / branch.lineage.parent / "events.jsonl"
    # So many lines later the run that is to prove the cause has begun.
    writer.kill("line", len(log.read_text().splitlines()) + 4, *arguments, "--json")
    states = {one.lineage is not None: one.state for one in RunStore(runs_dir).records()}
    assert states == {False: RunState.FINISHED, True: RunState.INTERRUPTED}
    assert result(*arguments, names=EXPLAINED) == expected
    records = RunStore(runs_dir).records()
    assert len(records) == len(RunStore(undisturbed).records()) == 2
    assert {one.state for one in records} == {RunState.FINISHED}
