"""``python -m dec_core runs``: what it prints of stored runs and does with them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dec_core.cli.main import main
from dec_core.config import DataSettings
from dec_core.data import Dataset, load
from dec_core.errors import RunError
from dec_core.export.targets import Exported
from dec_core.runs.execution import execute
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from tests.store.test_golden import GOLDEN
from tests.test_cli import KEYS, train

Say = Callable[..., list[str]]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one finished run, to be copied."""
    root = tmp_path_factory.mktemp("store")
    assert main([*train(), "--runs-dir", str(root)]) == 0
    return root


@pytest.fixture
def run_id(finished: Path, runs_dir: Path) -> str:
    """The finished run in this test's own store."""
    shutil.copytree(finished, runs_dir)
    (record,) = RunStore().records()
    return record.run_id


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Iterator[Say]:
    """Give a command that must succeed; the lines that it prints."""

    def lines(*arguments: str) -> list[str]:
        capsys.readouterr()
        assert main(["runs", *arguments]) == 0
        return capsys.readouterr().out.splitlines()

    yield lines


def as_json(lines: list[str]) -> Any:
    return json.loads(lines[-1])


def test_list(run_id: str, say: Say) -> None:
    (line,) = say("list")
    assert line.split()[:5] == [run_id, "finished", "digits", "on", "digits"]
    (record,) = as_json(say("list", "--json"))
    assert record["run_id"] == run_id
    assert record["summary"]["iterations"] == 60


def test_show(run_id: str, say: Say) -> None:
    values = as_json(say("show", run_id, "--json"))
    assert Path(values["run_dir"]) == RunStore().folder(run_id)
    assert values["config"]["clustering"]["max_iterations"] == 60
    assert 0 in values["checkpoints"]
    assert json.loads("\n".join(say("show", run_id))) == values


def test_no_text_of_a_run_commands_the_terminal(
    runs_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(GOLDEN, runs_dir / GOLDEN.name)
    file = runs_dir / GOLDEN.name / "run.json"
    record = json.loads(file.read_text("utf-8"))

    def refuse(*_: object) -> None:
        raise RunError(evil)

    evil = "a\x1b[2J\x9bb\nquiet-otter-0000"
    record["summary"]["sentence"] = record["dataset"] = evil
    file.write_text(json.dumps(record), encoding="utf-8")
    commands = [["list"], ["list", "--json"], ["show", GOLDEN.name], ["export", GOLDEN.name]]
    monkeypatch.setattr(
        "dec_core.export.bundle.export_run", lambda *_, **__: Exported(runs_dir, (evil,))
    )
    assert [main(["runs", *command]) for command in commands] == [0, 0, 0, 0]
    file.write_text(json.dumps({**record, evil: 1}), encoding="utf-8")
    assert main(["runs", "show", GOLDEN.name]) == 1
    monkeypatch.setattr(RunStore, "record", refuse)
    assert main(["runs", "show", GOLDEN.name]) == 1
    printed = "".join(capsys.readouterr())
    assert printed.count("quiet-otter-0000") >= len(commands) + 2
    assert not set(printed) & {"\x1b", "\x9b"}
    assert not [line for line in printed.splitlines() if line.startswith("quiet-otter")]


def test_branch(run_id: str, say: Say) -> None:
    lines = say("branch", run_id, "--at", "0", "--set", "clustering.tol=0.4", "--json")
    values = as_json(lines)
    assert lines[0] == values["run_id"] != run_id
    assert list(values) == KEYS
    lineage = RunStore().record(values["run_id"]).lineage
    assert lineage is not None
    assert (lineage.parent, lineage.iteration) == (run_id, 0)
    assert list(lineage.changes) == ["clustering.tol"]


def test_resume_prints_what_train_prints(run_id: str, say: Say) -> None:
    parent = RunStore().record(run_id)
    assert parent.config is not None
    interrupted = RunStore().create(parent.config, "digits")
    recorder = Recorder(RunStore(), interrupted)
    for moment in execute(recorder):
        if moment.view.updates:
            break
    recorder.close()
    lines = say("resume", interrupted, "--json")
    values = as_json(lines)
    assert lines[0] == interrupted
    assert list(values) == KEYS
    assert Path(values["run_dir"]) == RunStore().folder(interrupted)
    assert parent.summary is not None
    assert values["nmi"] == dict(parent.summary)["nmi"]


@pytest.mark.parametrize("wrong", [("--only", "lables"), ("--film-width", "900")])
def test_a_wrong_part_or_size_exits_with_2(
    run_id: str, wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", "export", run_id, *wrong]) == 2
    assert f"Received {wrong[1]}" in capsys.readouterr().err


def test_delete(run_id: str, say: Say) -> None:
    assert as_json(say("delete", run_id, "--json")) == {"deleted": run_id}
    assert RunStore().records() == []


def test_a_folder_that_goes_while_it_trains_does_not_cost_the_result(
    runs_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write = Recorder.write

    def gone_half_way(recorder: Recorder, event: Any, view: Any, trainer: Any) -> None:
        if len(view.updates) == 2:
            shutil.rmtree(runs_dir, ignore_errors=True)
        write(recorder, event, view, trainer)

    monkeypatch.setattr(Recorder, "write", gone_half_way)
    assert main([*train(clustering__update_interval=10), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out.splitlines()[-1])["iterations"] == 60
    assert "warning: The run is no longer saved" in captured.err


def test_a_branch_that_is_refused_leaves_nothing_behind(
    run_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def other_data(settings: DataSettings, seed: int) -> Dataset:
        return load(settings, seed + 1)

    # Known only once the data are there: they are not those of the parent.
    monkeypatch.setattr("dec_core.data.load", other_data)
    assert main(["runs", "branch", run_id, "--at", "0"]) == 1
    assert "Bring back the first data" in capsys.readouterr().err
    assert [record.run_id for record in RunStore().records()] == [run_id]
