"""``python -m dec_core``: what it prints, its JSON and its exit status."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dec_core.analysis.measures import MEASURES
from dec_core.analysis.verdict import Verdict
from dec_core.cli.main import main
from dec_core.cli.training import summary
from dec_core.config import PRESETS, SETTINGS, Config
from dec_core.data import catalog
from dec_core.errors import DECLabError
from dec_core.events.view import View
from dec_core.store.store import RunStore

ROOT = Path(__file__).parents[1]
# What programs that read the result have always found in it.
ALWAYS = (
    "run_id run_dir stored problem preset dataset n_samples seed verdict stop_reason sentence "
    "iterations updates occupied_clusters effective_clusters largest_share acc nmi ari kmeans_acc "
    "kmeans_nmi loss labels_sha256 seconds"
).split()
KEYS = [
    *ALWAYS[: ALWAYS.index("updates") + 1],
    *MEASURES,
    *(f"kmeans_{name}" for name, one in MEASURES.items() if one.at_start),
    "labels_sha256",
    "seconds",
]
LOG_LINE = re.compile(
    r"Itr \d+ \(out of \d+\): loss = (nan|[\d.e+-]+), deltaLabel = [\d.e+-]+, "
    r"ACC = [\d.e+-]+, NMI = (nan|[\d.e+-]+)"
)
SHORT = {
    "data.n_samples": 400,
    "pretraining.epochs": 2,
    "pretraining.optimizer": "adam",
    "pretraining.learning_rate": 0.002,
    "clustering.max_iterations": 60,
    "clustering.kmeans_restarts": 2,
}


def train(*arguments: str, **values: Any) -> list[str]:
    """The arguments of a short training run on digits."""
    named = SHORT | {name.replace("__", "."): value for name, value in values.items()}
    sets = [part for path, value in named.items() for part in ("--set", f"{path}={value}")]
    return ["train", "--dataset", "digits", *sets, *arguments]


def last_json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON object on the last line of standard output."""
    values = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(values, dict)
    return values


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_runs_on_digits(preset: str, capsys: pytest.CaptureFixture[str]) -> None:
    layer_epochs = PRESETS[preset].config.has("pretraining.layer_epochs")
    # Some have two million weights.
    short = {"clustering.max_iterations": 20, "pretraining.epochs": 1}
    short |= {"pretraining.layer_epochs": 1} if layer_epochs else {}
    assert main(train("--preset", preset, "--seed", "3", "--json", **short)) == 0
    values = last_json(capsys)
    assert list(values) == KEYS
    assert values.keys() >= set(ALWAYS)
    assert Path(values["run_dir"]).name == values["run_id"]
    assert list(values["seconds"]) == ["data", "pretraining", "kmeans", "clustering"]
    assert (values["preset"], values["dataset"], values["seed"]) == (preset, "digits", 3)
    assert values["n_samples"] == 400
    assert values["verdict"] in set(Verdict)
    assert 0 < values["iterations"] <= 20
    assert 1 <= values["occupied_clusters"] <= 10
    assert 1 <= values["effective_clusters"] <= values["occupied_clusters"] + 1e-9
    assert 0 < values["largest_share"] <= 1
    assert 0 < values["acc"] <= 1
    assert 0 < values["kmeans_nmi"] <= 1
    assert re.fullmatch("[0-9a-f]{64}", values["labels_sha256"])
    assert values["sentence"].endswith(".")


def test_same_seed_same_labels(capsys: pytest.CaptureFixture[str]) -> None:
    digests = []
    for seed in ("0", "0", "1"):
        assert main(train("--seed", seed, "--json")) == 0
        digests.append(last_json(capsys)["labels_sha256"])
    assert digests[0] == digests[1] != digests[2]


def test_numbers_that_do_not_exist_are_null(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = train(
        "--json",
        pretraining__optimizer="sgd",
        pretraining__learning_rate=10,
        pretraining__momentum=0.999,
        pretraining__epochs=20,
        autoencoder__units="64,64,64,10",
    )
    assert main(arguments) == 0
    values = last_json(capsys)
    assert list(values) == KEYS
    assert (values["verdict"], values["stop_reason"]) == ("diverged", "not_finite")
    for key in ("acc", "loss", "labels_sha256", "occupied_clusters", "kmeans_nmi"):
        assert values[key] is None
    assert values["updates"] == 0


def test_log_lines(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = train(
        pretraining__epochs=40,
        clustering__max_iterations=20_000,
        clustering__update_interval=10,
        clustering__tol=0.5,
    )
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines.pop(0).startswith("Run ")
    assert lines[0].startswith("k-means start: true ACC 0.")
    assert LOG_LINE.match(lines[1])
    assert lines[1].startswith("Itr 1 (out of 20000): loss = nan, deltaLabel = 0, ACC = 1, NMI = 1")
    assert LOG_LINE.match(lines[2])
    assert lines[2].startswith("Itr 11 (out of 20000): loss = ")
    assert "nan" not in lines[2]
    assert re.search(r"NMI = [\d.]+   true ACC 0\.\d{4}, true NMI 0\.\d{4}$", lines[2])
    assert lines[-1].startswith("Converged at iteration 10")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--preset", "no-such"), "Unknown preset 'no-such'"),
        (("--dataset", "no-such"), "data.name"),
        (("--seed", "many"), "seed"),
        (("--set", "clustering.rate=1"), "Unknown setting 'clustering.rate'"),
        (("--set", "clustering.learning_rate=0"), "clustering.learning_rate"),
        (("--set", "clustering.learning_rate"), "--set needs section.field=value"),
        (("--set", "clustering.n_clusters=ten"), "clustering.n_clusters"),
        (("--set", "clustering.n_clusters=50", "--set", "data.n_samples=20"), "n_clusters must be"),
        (("--set", "data.n_samples=1798"), "data.n_samples must be between 1 and 1,797"),
    ],
)
def test_wrong_settings_exit_with_2(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert message in captured.err
    assert "k-means" not in captured.out
    assert not RunStore().records()


@pytest.mark.parametrize("arguments", [[], ["dance"], ["train", "--no-such-option"]])
def test_wrong_arguments_exit_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_damaged_data_exit_with_1_and_leave_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog._read_at.cache_clear()
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path))
    (tmp_path / "fashion-mnist").mkdir()
    (tmp_path / "fashion-mnist" / "t10k-images-idx3-ubyte").write_bytes(b"damaged")
    assert main(["train", "--preset", "r-port"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert "t10k-images-idx3-ubyte" in captured.err
    assert not RunStore().records()


def test_a_start_that_is_none_is_a_dead_embedding(capsys: pytest.CaptureFixture[str]) -> None:
    # Five layers of one unit each: ReLU lets nothing through.
    assert main(train("--json", autoencoder__units="1,1,1,1,1,1", pretraining__epochs=0)) == 0
    run_id, text = capsys.readouterr().out.splitlines()
    result = json.loads(text)
    assert (result["verdict"], result["stop_reason"]) == ("dead_embedding", "nothing_to_cluster")
    assert "all samples in one point" in result["sentence"]
    assert result["updates"] == result["iterations"] == 0
    assert main(["runs", "list"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split()[:2] == [run_id, "finished"]
    assert line.endswith(result["sentence"])
    for action in ("resume", "branch"):
        assert main(["runs", action, run_id]) == 1
    assert "is over and never changes" in capsys.readouterr().err


@pytest.mark.parametrize("budget", ["0", "-1", "nan", "text"])
def test_a_budget_is_a_number_of_seconds(budget: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "quiet-otter-3f2a", "--budget", budget]) == 2
    assert f"seconds above 0. Received {budget}. Leave" in capsys.readouterr().err


def test_a_reader_that_has_enough_ends_a_command_quietly() -> None:
    command = [sys.executable, "-m", "dec_core", "presets", "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == b""
    assert started.returncode == 1


def test_list_of_presets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS)
    assert main(["presets", "--json"]) == 0
    listed = last_json(capsys)
    assert {name: Config.from_dict(values) for name, values in listed.items()} == {
        name: preset.config for name, preset in PRESETS.items()
    }


def test_list_of_data_sets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["digits", "fashion-mnist", "mnist"]
    assert "1,797 x 64" in lines[0]
    assert lines[0].endswith("(built in)")
    assert main(["datasets", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["available_from"] == "built in"
    assert [row["n_samples"] for row in rows] == [1_797, 70_000, 70_000]


def test_help_loads_neither_tensorflow_nor_streamlit() -> None:
    script = (
        "import runpy, sys\n"
        "sys.argv = ['dec_core', '--help']\n"
        "try:\n"
        "    runpy.run_module('dec_core', run_name='__main__')\n"
        "except SystemExit as ending:\n"
        "    assert ending.code == 0, ending.code\n"
        "print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *shown, loaded = done.stdout.splitlines()
    assert "python -m dec_core" in shown[0]
    modules = set(loaded.split()[1:])
    assert "dec_core" in modules
    assert not modules & {"tensorflow", "keras", "streamlit", "sklearn", "plotly"}


def test_help_of_train_names_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    shown = "".join(capsys.readouterr().out.split())
    assert all(path in shown for path in SETTINGS)


def test_summary_needs_a_finished_run() -> None:
    with pytest.raises(DECLabError, match="finished run"):
        summary("digits", View())
