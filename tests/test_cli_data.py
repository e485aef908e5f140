"""``python -m dec_core`` on files: training, exporting labels, new samples."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from pyarrow import csv

from dec_core.cli.main import main
from dec_core.export.reproduce import command_line
from dec_core.store.store import RunStore
from tests.own_files import blobs_csv, on_file
from tests.test_cli import KEYS


def arguments(path: Path) -> list[str]:
    """The command of a short run on a file."""
    return shlex.split(command_line(on_file(path, label="kind", id="key")))[3:]


@pytest.fixture
def trained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main([*arguments(blobs_csv(tmp_path)), "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def test_a_file_is_trained_on_like_a_known_data_set(trained: dict[str, Any]) -> None:
    assert list(trained) == KEYS
    assert trained["dataset"] == "blobs.csv"
    assert trained["n_samples"] == 90
    assert trained["verdict"] == "converged"
    assert trained["nmi"] == 1


def test_the_training_file_gets_its_final_labels(
    trained: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = trained["run_id"]
    final, new = str(tmp_path / "final.csv"), str(tmp_path / "new.csv")
    assert main(["runs", "export", run_id, "--only", "labels", "--to", final]) == 0
    predicting = ["predict", run_id, "--data", str(tmp_path / "blobs.csv"), "--to", new]
    assert main([*predicting, "--embedding", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["n_samples"], said["path"], said["notes"]) == (90, new, [])
    expected, found = csv.read_csv(final), csv.read_csv(new)
    for column in ("key", "sample", "cluster", "confidence", "q_2"):
        assert found[column].to_pylist() == expected[column].to_pylist()
    assert found.column_names[-1] == "embedding_2"


def test_an_ending_that_is_no_table_is_refused_first(
    trained: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "missing.csv")
    command = ["predict", trained["run_id"], "--data", missing, "--to", "new.xlsx"]
    assert main(command) == 2
    assert "--to must end in .parquet or .csv. Received new.xlsx" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--data", "nowhere.csv"], 1, "nowhere.csv could not be opened: No such file"),
        (["--data", "blobs.csv", "--label", "knid"], 2, "Received 'knid'.*Did you mean kind?"),
        (["--data", "blobs.csv", "--dataset", "digits"], 2, "Received both"),
        (["--label", "kind"], 2, "data.label belongs to data.name=file"),
        (["--data", "blobs.csv", "--id", "key", "--label", "key"], 2, "A column has one role"),
        # Known only once the values are there.
        (["--data", "blobs.csv", "--set", "data.log1p=true"], 2, "needs numbers from 0 on"),
        (["--data", "blobs.csv", "--set", "autoencoder.kind=conv"], 2, "are no images"),
    ],
)
def test_what_is_wrong_is_said(  # noqa: PLR0917 - three are parameters
    options: list[str],
    status: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(blobs_csv(tmp_path).parent)
    assert main(["train", *options]) == status
    said = capsys.readouterr().err
    for part in words.split(".*"):
        assert part in said
    assert not RunStore().records()


def test_a_branch_whose_file_is_gone_is_refused_before_it_is_made(
    trained: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "blobs.csv").unlink()
    assert main(["runs", "branch", trained["run_id"], "--at", "0"]) == 1
    printed = capsys.readouterr()
    assert "blobs.csv could not be opened" in printed.err
    assert not printed.out
    assert [record.run_id for record in RunStore().records()] == [trained["run_id"]]


def test_what_is_no_run_id_is_said_without_a_word_of_links(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["predict", "nope", "--data", "new.csv", "--to", "labels.csv"]) == 1
    said = capsys.readouterr().err
    assert "A run id looks like quiet-otter-3f2a" in said
    assert "link" not in said
    assert "address" not in said


def test_the_command_of_a_run_names_its_file() -> None:
    command = command_line(on_file("/data/my blobs.csv", label="kind", leave_out=("a", "b, c")))
    assert "--data '/data/my blobs.csv' --label kind" in command
    assert "--dataset" not in command
    assert """--set 'data.leave_out=a,"b, c"'""" in command


def test_rows_that_lack_a_value_are_said(
    trained: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = blobs_csv(tmp_path, name="gaps.csv")
    path.write_text(path.read_text().replace("\ns0003,", "\ns0003,,,,,a\ns0003b,", 1))
    new = str(tmp_path / "new.parquet")
    assert main(["predict", trained["run_id"], "--data", str(path), "--to", new]) == 1
    assert "in column width, row 4" in capsys.readouterr().err
    assert not Path(new).exists()
