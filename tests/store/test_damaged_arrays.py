"""Arrays of a run that are damaged: found where they are looked at, and harmful to nothing else."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.events.events import KMEANS
from dec_core.export.bundle import export_run
from dec_core.export.figures import FigureFormat
from dec_core.runs.execution import execute
from dec_core.store.array_files import read_arrays, write_arrays
from dec_core.store.frame_files import read_index
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from tests.store.former_files import write_z
from tests.store.test_damage import replace_in_line
from tests.store.test_golden import GOLDEN
from tests.store.test_recovery import whole_and_interrupted
from tests.store.test_store import same, stored, train


@pytest.fixture
def store(golden_store: RunStore) -> RunStore:
    """With one finished run, which each test may damage."""
    return golden_store


@pytest.fixture
def folder(store: RunStore) -> Path:
    return store.root / GOLDEN.name


def test_a_frame_that_is_thinned_before_it_is_read_is_a_dropped_one(
    store: RunStore, folder: Path
) -> None:
    view, frames = stored(store, folder.name)
    assert list(frames.kept_labels) == [0, 1, 2, 3]
    (folder / "arrays" / "labels-000001.z").unlink()
    with pytest.raises(RunError, match="The arrays of update 1 are not kept"):
        frames.labels(1)
    assert list(store.frames(folder.name, view).kept_labels) == [0, 2, 3]


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("labels-000001.z", np.zeros(119, np.uint8)),
        ("labels-kmeans.z", np.zeros(120, np.float32)),
        ("labels-000001.z", np.full(120, 10, np.uint8)),
        ("labels-000001.z", np.full(120, -1, np.int8)),
        ("embedding_sample-000001.z", np.zeros((119, 3), np.float32)),
        ("embedding_sample-kmeans.z", np.zeros((120, 2), np.float32)),
        ("embedding_sample-000001.z", np.zeros((120, 3), np.uint8)),
        ("embedding_sample-000001.z", np.full((120, 3), np.nan, np.float32)),
        ("embedding_sample-kmeans.z", np.full((120, 3), np.inf, np.float32)),
    ],
)
def test_frames_that_do_not_fit_their_run_are_damage(
    store: RunStore, folder: Path, name: str, array: np.ndarray
) -> None:
    write_z(folder / "arrays" / name, array)
    _, frames = stored(store, folder.name)
    kind = name.partition("_")[0].partition("-")[0]
    looks = {"labels": frames.labels, "embedding": frames.embedding}
    harmed = KMEANS if "kmeans" in name else 1
    with pytest.raises(RunError, match=rf"{kind}\S+ is damaged \(its {kind}"):
        looks[kind](harmed)
    # All else can be looked at.
    assert frames.kept() == [0, 1, 2, 3]
    for what, look in looks.items():
        for update in {KMEANS, 0, 1, 2, 3} - ({harmed} if what == kind else set()):
            assert len(look(update)) == 120


@pytest.mark.parametrize(
    "arrays",
    [
        {"sample_ids": np.full(120, 120)},
        {"sample_ids": np.zeros(120)},
        {"true_labels": np.zeros(120)},
        {"true_labels": np.zeros(119, np.uint8)},
        {"true_labels": np.full(120, 10, np.uint8)},
    ],
)
def test_a_start_that_does_not_fit_is_damage(
    store: RunStore, folder: Path, arrays: dict[str, np.ndarray]
) -> None:
    path = folder / "arrays" / "start.npz"
    write_arrays(path, {**read_arrays(path), **arrays})
    _, frames = stored(store, folder.name)
    for _ in range(2):
        with pytest.raises(RunError, match=rf"start.npz is damaged \(its {next(iter(arrays))}"):
            _ = frames.samples
    assert len(frames.labels(0)) == 120


@pytest.mark.parametrize(
    ("name", "array", "reason"),
    [
        ("sample_ids", None, "start.npz is damaged .it has no sample_ids"),
        ("sample_ids", np.zeros(0, np.uint8), "n_sampled: .* or equal to 1"),
    ],
)
def test_an_old_log_without_its_samples_is_damage(
    store: RunStore, folder: Path, name: str, array: np.ndarray | None, reason: str
) -> None:
    path = folder / "arrays" / "start.npz"
    arrays = {key: value for key, value in read_arrays(path).items() if key != name}
    write_arrays(path, arrays if array is None else {**arrays, name: array})
    with pytest.raises(RunError, match=rf"Line 1 of events.jsonl.*{reason}"):
        store.view(folder.name)


def test_true_labels_must_be_there_as_the_log_says(store: RunStore, folder: Path) -> None:
    replace_in_line(folder, 0, {"n_sampled": 120, "has_true_labels": False})
    view, frames = stored(store, folder.name)
    assert not view.has_labels
    with pytest.raises(RunError, match="its true labels are not as the log says"):
        _ = frames.samples


def test_classes_must_have_their_names(store: RunStore, folder: Path) -> None:
    replace_in_line(folder, 0, {"class_names": ["0", "1"]})
    _, frames = stored(store, folder.name)
    with pytest.raises(RunError, match="its true_labels go from 0 to 9, not from 0 to 1"):
        _ = frames.samples


@pytest.mark.parametrize(
    ("damaged", "parts"),
    [
        ("labels-000002.z", {"labels.parquet", "movie.gif", "player.html"}),
        ("embedding_sample-000002.z", {"embedding.npz", "movie.gif", "player.html"}),
    ],
)
def test_an_export_names_what_a_damaged_frame_costs(
    store: RunStore, folder: Path, tmp_path: Path, damaged: str, parts: set[str]
) -> None:
    path = folder / "arrays" / damaged
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    only = ["metrics.csv", "labels.parquet", "embedding.npz", "movie.gif", "player.html"]
    only += ["report.html", "tensorboard", "figures"]
    exported = export_run(
        store, folder.name, tmp_path / "run", only=only, formats=[FigureFormat.CSV]
    )
    assert {sentence.partition(": ")[0] for sentence in exported.left_out} == parts
    for sentence in exported.left_out:
        assert f"{damaged} is damaged" in sentence
    written = {path.name for path in (tmp_path / "run").iterdir()}
    assert written == {*only, "README.txt"} - parts
    with pytest.raises(RunError, match=f"{damaged} is damaged"):
        export_run(store, folder.name, tmp_path / "a.gif", only=["movie.gif"])


def test_classes_without_names_need_not_all_occur(store: RunStore, folder: Path) -> None:
    replace_in_line(folder, 0, {"class_names": None})
    path = folder / "arrays" / "start.npz"
    for label, is_sound in ((1_000, True), (2**31 - 1, False)):
        write_arrays(path, {**read_arrays(path), "true_labels": np.full(120, label)})
        _, frames = stored(store, folder.name)
        with nullcontext() if is_sound else pytest.raises(RunError, match="its true_labels"):
            _ = frames.samples


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["labels", "embedding_sample"])
def test_damage_before_every_checkpoint_refuses_and_touches_nothing(
    store: RunStore, name: str
) -> None:
    whole, run_id = whole_and_interrupted(store)
    path = store.folder(run_id) / "arrays" / f"{name}-000000.frames"
    place = read_index(path, name).places[0].end - 1
    flip(path, place)
    assert len(store.view(run_id).updates) == 3
    before = {path: path.read_bytes() for path in store.folder(run_id).rglob("*.[njf]*")}
    with pytest.raises(RunError, match="needs a checkpoint that fits its log"):
        train(store, run_id)
    assert {path: path.read_bytes() for path in before} == before
    flip(path, place)
    same(whole, train(store, run_id))


@pytest.mark.parametrize("is_of_the_line", [False, True])
def test_from_before_a_damaged_frame_a_run_goes_on(store: RunStore, is_of_the_line: bool) -> None:
    whole, run_id = whole_and_interrupted(store)
    path = store.folder(run_id) / "arrays" / "labels-000000.frames"
    newest = read_index(path, "labels").places[2]
    flip(path, newest.begin if is_of_the_line else newest.end - 1)
    recorder = Recorder(store, run_id)
    moments = execute(recorder)
    assert len(next(moments).view.updates) == 2
    recorder.close()
    same(whole, train(store, run_id))
