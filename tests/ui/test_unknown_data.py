"""A stored run on a data set that is not known here is shown by that name, and not trained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dec_core.cli.main import main
from dec_core.config import UnknownSource
from dec_core.store.array_files import read_arrays, write_arrays
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.runs.short_runs import wait_until
from tests.store.test_golden import BY_SCHEMA, RUNS
from tests.ui.screens import (
    ROUTER,
    button,
    click,
    enabled,
    menu,
    new_screen,
    plots,
    preset_choice,
    problems,
    refresh,
    sentences,
    setting,
)

NAME = "my-table"
DATA = {"name": NAME, "n_samples": 120, "file": "/elsewhere/my-table.csv"}


@pytest.fixture
def run_id() -> str:
    """A finished run as it would come from another machine."""
    store = RunStore()
    run_id = BY_SCHEMA[2]
    folder = store.root / run_id
    shutil.copytree(RUNS / run_id, folder)
    record = json.loads((folder / "run.json").read_text())
    record["config"]["data"], record["dataset"] = DATA, NAME
    (folder / "run.json").write_text(json.dumps(record))
    log = folder / "events.jsonl"
    first, *others = log.read_text().splitlines()
    started = json.loads(first)
    started["config"]["data"], started["dataset_name"] = DATA, NAME
    log.write_text("\n".join([json.dumps(started), *others]) + "\n")
    for path in (folder / "checkpoints").iterdir():
        arrays = read_arrays(path)
        numbers = json.loads(arrays["numbers"].tobytes())
        numbers["config"]["data"] = DATA
        arrays["numbers"] = np.frombuffer(json.dumps(numbers).encode(), np.uint8)
        write_arrays(path, arrays)
    return run_id


def interrupt(run_id: str) -> None:
    """Let the run have been interrupted after its first checkpoint."""
    folder = RunStore().folder(run_id)
    record, log = folder / "run.json", folder / "events.jsonl"
    record.write_text(record.read_text().replace('"finished"', '"running"'))
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    (folder / "checkpoints" / "clustering-00000060.npz").unlink()


def title(screen: AppTest) -> str:
    return str(screen.subheader[0].value)


def test_it_opens_with_what_is_stored_of_its_data(run_id: str) -> None:
    record = RunStore().record(run_id)
    assert record.state is RunState.FINISHED
    assert record.config is not None
    assert isinstance(record.config.data, UnknownSource)
    assert record.config.to_dict()["data"] == {**DATA, "scaling": "none", "log1p": False}
    assert RunStore().view(run_id).config == record.config


def test_the_train_page_shows_it_by_its_name(run_id: str) -> None:
    screen = new_screen(run=run_id)
    assert title(screen) == NAME
    assert "sizes" in plots(screen)
    assert any(NAME in option for option in menu(screen, "runs").options)
    # The form holds the run's settings, and says why they cannot be trained here.
    assert setting(screen, "data.name").value == NAME
    assert setting(screen, "clustering.update_interval").value == "20"
    said = [sentence.replace("\\", "") for sentence in problems(screen)]
    assert any(one.startswith("Data set: ") and f"Received '{NAME}'" in one for one in said)
    assert button(screen, "Start").disabled
    assert enabled(screen)["Export"]
    setting(screen, "data.name").set_value("digits").run()
    assert not screen.exception
    assert not button(screen, "Start").disabled
    assert title(screen) == NAME


def test_it_cannot_be_resumed_here_and_stays_as_it_is(
    run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupt(run_id)
    assert RunStore().record(run_id).state is RunState.INTERRUPTED
    assert main(["runs", "resume", run_id]) == 1
    assert f"Received '{NAME}'" in capsys.readouterr().err
    screen = new_screen(run=run_id)
    click(screen, "Resume")
    wait_until(lambda: any(NAME in said for said in sentences(refresh(screen))))
    assert RunStore().record(run_id).state is RunState.INTERRUPTED


def test_another_preset_leaves_its_data_behind(run_id: str) -> None:
    screen = new_screen(run=run_id)
    preset_choice(screen).set_value("r-port").run()
    assert not screen.exception
    assert setting(screen, "data.name").value == "digits"
    assert not button(screen, "Start").disabled


def test_compare_shows_it_beside_another_run(run_id: str) -> None:
    other = BY_SCHEMA[1]
    shutil.copytree(RUNS / other, RunStore().root / other)
    screen = AppTest.from_file(str(ROUTER), default_timeout=120)
    screen.query_params["runs"] = f"{run_id},{other}"
    screen.switch_page("compare.py")
    refresh(screen)
    shown = " ".join(str(element.proto) for element in screen.get("html"))
    assert NAME in shown


def test_the_command_line_lists_shows_and_exports_it(
    run_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", "list"]) == 0
    assert f"digits on {NAME}" in capsys.readouterr().out
    assert main(["runs", "show", run_id]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["data"] == {
        **DATA,
        "scaling": "none",
        "log1p": False,
    }
    parts = ["report.html", "reproduce.py"]
    only = [word for part in parts for word in ("--only", part)]
    assert main(["runs", "export", run_id, "--to", str(tmp_path / "run"), *only]) == 0
    for part in parts:
        assert NAME in (tmp_path / "run" / part).read_text()
    capsys.readouterr()
    assert main(["runs", "branch", run_id, "--set", "clustering.max_iterations=80"]) != 0
    assert f"Received '{NAME}', which this installation does not know" in capsys.readouterr().err
    assert [record.run_id for record in RunStore().records()] == [run_id]
