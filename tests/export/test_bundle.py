"""A run as a zip file, a folder or one part alone."""

from __future__ import annotations

import io
import json
import pickle
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from dec_core.cli.main import main
from dec_core.config import Config
from dec_core.errors import ExportError, RunError, SettingsError
from dec_core.events.events import KMEANS
from dec_core.export.bundle import export_run
from dec_core.export.bundle_parts import PARTS, Part
from dec_core.export.figures import FigureFormat
from dec_core.export.metrics_csv import updates_csv
from dec_core.export.mp4 import find_ffmpeg
from dec_core.export.reproduce import Reproduction
from dec_core.machine import conditions
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from tests.export.conftest import Finished
from tests.runs.short_runs import small_config

ROOT = Path(__file__).parents[2]
TEXTS = (FigureFormat.HTML, FigureFormat.CSV)
# What this machine cannot make.
NEEDS_FFMPEG = [] if find_ffmpeg() else ["movie.mp4"]


@pytest.fixture(scope="session")
def folder(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole run in a folder, without the figures' images."""
    target = tmp_path_factory.mktemp("bundle") / "run"
    exported = export_run(finished.store, finished.run_id, target, formats=TEXTS)
    assert [sentence.partition(": ")[0] for sentence in exported.left_out] == NEEDS_FFMPEG
    assert exported.path == target
    return target


def test_a_folder_holds_every_part(folder: Path) -> None:
    files = {path.name for path in folder.iterdir()}
    assert files == {*PARTS, "README.txt"} - {*NEEDS_FFMPEG}
    figures = {path.name for path in (folder / "figures").iterdir()}
    names = (
        "scores successive sizes labels classes learning embedding_pca embedding_pca_true_labels "
        "embedding_umap embedding_umap_true_labels"
    ).split()
    assert figures == {f"{name}.{ending}" for name in names for ending in ("html", "csv")}


def test_a_zip_file_has_one_folder_at_its_top(finished: Finished, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    only = ("metrics.csv", "config.json", "tensorboard")
    export_run(
        finished.store,
        finished.run_id,
        tmp_path / "a" / "run.zip",
        only=only,
        progress=lambda *step: steps.append(step),
    )
    with zipfile.ZipFile(tmp_path / "a" / "run.zip") as bundle:
        names = bundle.namelist()
        assert bundle.testzip() is None
    assert {name.split("/")[0] for name in names} == {finished.run_id}
    assert {name.split("/")[1] for name in names} == {*only, "README.txt"}
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["run.zip"]
    assert steps == [
        ("config.json", 0, 3),
        ("metrics.csv", 1, 3),
        ("tensorboard", 2, 3),
        ("done", 3, 3),
    ]


def test_settings_and_numbers_are_those_of_the_run(finished: Finished, folder: Path) -> None:
    config = Config.from_dict(json.loads((folder / "config.json").read_text("utf-8")))
    assert config == finished.view.config
    assert (folder / "metrics.csv").read_text("utf-8") == updates_csv(finished.view)


def test_labels_of_every_update(finished: Finished, folder: Path) -> None:
    table = pq.read_table(folder / "labels.parquet")
    assert table.column_names == [
        "sample",
        "true_label",
        "true_class",
        "kmeans",
        *(f"iteration_{update.iteration}" for update in finished.view.updates),
        "final",
        "confidence",
        *(f"q_{cluster}" for cluster in range(10)),
    ]
    expected = {
        "true_label": finished.frames.samples.true_labels,
        "kmeans": finished.frames.labels(KMEANS),
        "iteration_20": finished.frames.labels(2),
        "final": finished.frames.labels(4),
    }
    for name, labels in expected.items():
        np.testing.assert_array_equal(table[name].to_numpy(), labels)
    assert table.schema.metadata[b"dataset"] == b"digits"


def test_the_embedding_of_every_update(finished: Finished, folder: Path) -> None:
    with np.load(io.BytesIO((folder / "embedding.npz").read_bytes()), allow_pickle=False) as stored:
        assert stored["embedding"].shape == (5, 300, 4)
        np.testing.assert_array_equal(stored["iterations"], [0, 10, 20, 30, 40])
        np.testing.assert_array_equal(stored["embedding"][3], finished.frames.embedding(3))
        np.testing.assert_array_equal(stored["labels"], finished.frames.labels(4))


# As a person runs the script and loads the model; one process, as TensorFlow takes seconds to load.
REPEATS = """
import json, runpy, sys

try:
    runpy.run_path("reproduce.py", run_name="__main__")
except SystemExit as ending:
    print("status", ending.code)
import keras, dec_core.model
from dec_core import Config, load

config = Config.from_dict(json.load(open("config.json")))
model = keras.models.load_model("model.keras")
print(*model.predict(load(config.data, config.seed).x, verbose=0).argmax(1))
"""


def test_in_a_fresh_process_the_script_repeats_the_run_and_the_model_gives_its_labels(
    finished: Finished, folder: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REPEATS],
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *printed, status, labels = done.stdout.splitlines()
    assert printed[-1] == "The same labels, bit for bit."
    assert status == "status 0"
    np.testing.assert_array_equal(np.array(labels.split(), int), finished.frames.labels(4))


def test_every_line_of_a_note_is_a_comment() -> None:
    text = Reproduction("python -m dec_core train", ("One\nrm -rf ~", "Two\r\nx\n")).text()
    assert text.split("\n") == [
        "# One",
        "# rm -rf ~",
        "# Two",
        "# x",
        "python -m dec_core train",
        "",
    ]


def test_the_command_repeats_the_run(
    finished: Finished, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "command.txt").read_text("utf-8")
    assert f"cores {conditions()['cores']}" in text
    command = shlex.split(text, comments=True)
    assert command[:4] == ["python", "-m", "dec_core", "train"]
    assert main([*command[3:], "--json"]) == 0
    run_id = capsys.readouterr().out.splitlines()[0]
    view = RunStore().view(run_id)
    assert len(view.updates) == len(finished.view.updates) == 5
    repeated = RunStore().frames(run_id, view).labels(4)
    np.testing.assert_array_equal(repeated, finished.frames.labels(4))


def test_one_part_alone_is_not_packed(finished: Finished, tmp_path: Path) -> None:
    target = tmp_path / "film.gif"
    export_run(finished.store, finished.run_id, target, only=["movie.gif"])
    assert target.read_bytes()[:6] == b"GIF89a"


def test_what_cannot_be_made_is_left_out_with_the_reason(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEC_CHROMIUM", str(tmp_path / "nowhere"))
    exported = export_run(
        finished.store, finished.run_id, tmp_path / "run", only=["figures", "metrics.csv"]
    )
    (sentence,) = exported.left_out
    assert sentence.startswith("figures: PNG, SVG and PDF need a Chrome or Chromium.")
    assert sentence in (tmp_path / "run" / "README.txt").read_text("utf-8")
    endings = {path.suffix for path in (tmp_path / "run" / "figures").iterdir()}
    assert endings == {".html", ".csv"}


def breaking(error: Exception) -> Callable[..., Any]:
    """What fails whatever it is called with."""

    def breaks(*_: object) -> None:
        raise error

    return breaks


@pytest.mark.parametrize("error", [KeyError("x"), OSError(28, "No space left"), MemoryError("y")])
def test_a_part_that_fails_costs_no_other(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setitem(PARTS, "labels.parquet", Part("", breaking(error)))
    monkeypatch.setattr(RunStore, "checkpoint", breaking(error))
    target = tmp_path / "run"
    only = ["config.json", "labels.parquet", "metrics.csv", "model.keras"]
    exported = export_run(finished.store, finished.run_id, target, only=only)
    reason = f"It failed on an unexpected error: {type(error).__name__}: {error}"
    assert exported.left_out == (f"labels.parquet: {reason}", f"model.keras: {reason}")
    assert {path.name for path in target.iterdir()} == {"config.json", "metrics.csv", "README.txt"}
    with pytest.raises(ExportError, match="unexpected error"):
        export_run(finished.store, finished.run_id, tmp_path / "a.parquet", only=["labels.parquet"])


@pytest.mark.parametrize("name", ["run.zip", "run", "run.gif"])
def test_an_export_of_nothing_is_refused(tmp_path: Path, name: str) -> None:
    store, target = RunStore(), tmp_path / "exports" / name
    run_id = store.create(small_config(), "digits")
    with pytest.raises(ExportError, match="A film needs the embedding of at least one update"):
        export_run(store, run_id, target, only=["movie.gif"])
    only = ["movie.gif", "labels.parquet", "figures"]
    reasons = r"labels.parquet: .* movie.gif: .* figures: A figure needs at least one epoch"
    with pytest.raises(ExportError, match=rf"^Nothing of what was chosen .*{reasons}"):
        export_run(store, run_id, target.with_suffix(".zip"), only=only, formats=TEXTS)
    assert list(target.parent.iterdir()) == []


def test_the_command_line_refuses_to_export_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    run_id = RunStore().create(small_config(), "digits")
    assert main(["runs", "export", run_id, "--only", "movie.gif"]) == 1
    assert "error: Nothing of what was chosen can be exported." in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_nothing_half_written_is_left(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks = breaking(OSError(28, "No space left on device"))
    monkeypatch.setattr(zipfile.ZipFile, "writestr", breaks)
    monkeypatch.setattr(Path, "write_bytes", breaks)
    monkeypatch.setattr("dec_core.export.targets.write_whole", breaks)
    for target in (tmp_path / "run.zip", tmp_path / "run", tmp_path / "run.json"):
        with pytest.raises(ExportError, match=r"needs room at .*No space left on device"):
            export_run(finished.store, finished.run_id, target, only=["config.json"])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_not_touched(finished: Finished, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match="There is something at"):
        export_run(finished.store, finished.run_id, tmp_path, only=["config.json"])
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_part_is_named(finished: Finished, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Received figurines\."):
        export_run(finished.store, finished.run_id, tmp_path / "x", only=["figurines"])
    with pytest.raises(SettingsError, match=r"Received 900\."):
        export_run(finished.store, finished.run_id, tmp_path / "x", film_width=900)


def test_a_run_that_trains_is_not_exported(tmp_path: Path) -> None:
    store = RunStore()
    recorder = Recorder(store, store.create(small_config(), "digits"))
    with pytest.raises(ExportError, match=f"{recorder.run_id} is queued. Stop it first"):
        export_run(store, recorder.run_id, tmp_path / "x.zip")
    recorder.close()


def test_an_interrupted_run_without_labels_gives_what_it_has(tmp_path: Path) -> None:
    store = RunStore()
    run_id = store.create(small_config(), "digits")
    exported = export_run(store, run_id, tmp_path / "run", formats=TEXTS)
    written = {path.name for path in (tmp_path / "run").iterdir()}
    assert written >= {"config.json", "report.html", "command.txt", "README.txt"}
    assert any(sentence.startswith("labels.parquet: ") for sentence in exported.left_out)


def test_the_command_line_exports(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--runs-dir", str(finished.store.root), "--to", str(tmp_path / "figures")]
    arguments = ["runs", "export", finished.run_id, *where, "--only", "figures"]
    assert main([*arguments, "--formats", "csv,html", "--no-title", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values == {
        "run_id": finished.run_id,
        "path": str(tmp_path / "figures"),
        "left_out": [],
    }
    page = (tmp_path / "figures" / "figures" / "sizes.html").read_text("utf-8")
    assert "Plotly.newPlot" in page and "Do the clusters survive?" not in page
    assert main([*arguments, "--formats", "bmp"]) == 2
    assert "--formats needs some of png,svg,pdf,html,csv. Received 'bmp'" in capsys.readouterr().err
    assert main([*arguments, "--width", "80"]) == 2
    assert main([*arguments, "--width", "5", "--height", "50"]) == 1
    assert "width of a figure must be between 20 and 1000" in capsys.readouterr().err


SEES = """
import os, sys
from dec_core.export import bundle, bundle_parts
from dec_core.processes import job_process

def see(view):
    is_early = "tensorflow" not in sys.modules
    print(os.nice(0), os.environ["CUDA_VISIBLE_DEVICES"], is_early, file=sys.stderr)
    return ""

bundle.PARTS["metrics.csv"] = bundle_parts.Part("", lambda run: see(run.view))
"""


def test_both_ways_step_back_and_see_no_gpu(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEC_STEP_BACK")
    target = tmp_path / "one.csv"
    work = partial(export_run, finished.store, finished.run_id, target=target, only=["metrics.csv"])
    line = ["runs", "export", finished.run_id, "--runs-dir", str(finished.store.root)]
    arguments = [*line, "--to", str(tmp_path / "two.csv"), "--only", "metrics.csv"]
    for call in ("job_process.main()", f"from dec_core.cli.main import main; main({arguments!r})"):
        done = subprocess.run(
            [sys.executable, "-c", f"{SEES}\n{call}"],
            input=pickle.dumps(work),
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        assert done.stderr.splitlines()[-1] == b"19 -1 True", done.stderr
    assert (tmp_path / "one.csv").exists() and (tmp_path / "two.csv").exists()


def test_an_unknown_run_is_refused(finished: Finished, tmp_path: Path) -> None:
    for run_id in ("../x", "quiet-otter-0000"):
        with pytest.raises(RunError):
            export_run(finished.store, run_id, tmp_path / "x.zip")
