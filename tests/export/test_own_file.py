"""Runs on a file of one's own: labels that go home with their ids, and new samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from pyarrow import csv

from dec_core.errors import DataError, ExportError, RunError, SettingsError
from dec_core.export.bundle import export_run
from dec_core.export.label_table import LabeledSamples, table_bytes, table_of
from dec_core.export.prediction import predict
from dec_core.runs.execution import train_to_store
from dec_core.store.store import RunStore
from tests.own_files import COLUMNS, blobs_csv, on_file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file and the store."""
    return tmp_path_factory.mktemp("own")


@pytest.fixture(scope="module")
def run_id(folder: Path) -> str:
    config = on_file(blobs_csv(folder), label="kind", id="key", n_samples=60)
    return train_to_store(config, RunStore(folder / "runs"), "digits")


@pytest.fixture
def store(folder: Path) -> RunStore:
    return RunStore(folder / "runs")


def final_labels(store: RunStore, run_id: str) -> np.ndarray:
    view = store.view(run_id)
    return store.frames(run_id, view).labels(len(view.updates) - 1)


def test_labels_go_home_with_their_ids(store: RunStore, run_id: str, tmp_path: Path) -> None:
    export_run(store, run_id, tmp_path / "labels.csv", only=["labels"])
    table = csv.read_csv(tmp_path / "labels.csv")
    assert table.column_names == [
        *("key", "sample", "true_label", "true_class", "cluster", "confidence"),
        *("q_0", "q_1", "q_2"),
    ]
    rows = table["sample"].to_numpy()
    assert len(rows) == 60
    assert table["key"].to_pylist() == [f"s{row:04d}" for row in rows]
    assert table["true_class"].to_pylist() == ["abc"[row % 3] for row in rows]
    np.testing.assert_array_equal(table["cluster"].to_numpy(), final_labels(store, run_id))
    q = np.stack([table[f"q_{cluster}"].to_numpy() for cluster in range(3)], axis=1)
    np.testing.assert_allclose(q.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(table["confidence"].to_numpy(), q.max(axis=1), atol=1e-6)


def test_one_word_gives_both_label_files(store: RunStore, run_id: str, tmp_path: Path) -> None:
    export_run(store, run_id, tmp_path / "out", only=["labels"])
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("labels.csv", "labels.parquet", "README.txt")
    }
    table = pq.read_table(tmp_path / "out" / "labels.parquet")
    assert table.column_names[:2] == ["key", "sample"]
    assert table.column_names[-4:] == ["confidence", "q_0", "q_1", "q_2"]
    with pytest.raises(SettingsError, match="Received lables"):
        export_run(store, run_id, tmp_path / "no", only=["labels", "lables"])


def test_labels_go_home_also_when_the_file_is_gone(
    store: RunStore, run_id: str, folder: Path, tmp_path: Path
) -> None:
    path = folder / "blobs.csv"
    path.rename(folder / "elsewhere.csv")
    try:
        export_run(store, run_id, tmp_path / "labels.csv", only=["labels"])
    finally:
        (folder / "elsewhere.csv").rename(path)
    table = csv.read_csv(tmp_path / "labels.csv")
    assert "q_0" not in table.column_names
    np.testing.assert_array_equal(table["cluster"].to_numpy(), final_labels(store, run_id))


def test_the_training_file_gives_the_final_labels(
    store: RunStore, run_id: str, folder: Path
) -> None:
    found = predict(store, run_id, folder / "blobs.csv", with_embedding=True)
    view = store.view(run_id)
    samples = store.frames(run_id, view).samples
    assert samples.rows is not None
    np.testing.assert_array_equal(found.samples.labels[samples.rows], final_labels(store, run_id))
    assert found.samples.ids is not None
    assert found.samples.ids[7] == "s0007"
    names = [name for name, _ in found.samples.columns()]
    assert names[-3:] == ["embedding_0", "embedding_1", "embedding_2"]


def test_columns_are_matched_by_name(
    store: RunStore, run_id: str, folder: Path, tmp_path: Path
) -> None:
    table = csv.read_csv(folder / "blobs.csv")
    others = table.select([*reversed(COLUMNS)]).append_column("more", pa.array(["x"] * 90))
    csv.write_csv(others, tmp_path / "new.csv")
    expected = predict(store, run_id, folder / "blobs.csv").samples
    found = predict(store, run_id, tmp_path / "new.csv").samples
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_array_equal(found.q, expected.q)
    assert found.ids is None


def test_what_does_not_fit_is_said(
    store: RunStore, run_id: str, folder: Path, tmp_path: Path
) -> None:
    table = csv.read_csv(folder / "blobs.csv")
    csv.write_csv(table.drop_columns(["depth"]), tmp_path / "narrow.csv")
    with pytest.raises(DataError, match=r"depth is missing.*key, width, height, age, kind"):
        predict(store, run_id, tmp_path / "narrow.csv")
    text = table.set_column(1, "width", pa.array(["wide"] * 90))
    csv.write_csv(text, tmp_path / "text.csv")
    with pytest.raises(DataError, match=r"width must hold numbers\. Found 'wide' in row 1"):
        predict(store, run_id, tmp_path / "text.csv")
    with pytest.raises(SettingsError, match=r"Received 'name'\. It has key, width"):
        predict(store, run_id, folder / "blobs.csv", id_column="name")


def test_a_run_that_never_clustered_assigns_nothing(folder: Path, tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    config = on_file(folder / "blobs.csv", leave_out=("key", "kind"))
    run_id = store.create(config, "digits")
    with pytest.raises(RunError):
        predict(store, run_id, folder / "blobs.csv")


def test_an_id_column_may_be_called_as_one_of_ours() -> None:
    samples = LabeledSamples(np.array([0, 1]), id_name="cluster", ids=np.array(["a", "b"]))
    table = table_of(samples.columns())
    assert table.column_names == ["cluster_id", "sample", "cluster"]
    with pytest.raises(ExportError, match=r"Received \.xlsx"):
        table_bytes(table, ".xlsx")


def test_new_images_are_brought_to_the_size_of_the_run(tmp_path: Path) -> None:
    for number in range(24):
        shade = 40 + 150 * (number % 2)
        pixels = np.full((6, 9), shade + number, np.uint8)
        pixels[number % 6] = 0
        write_image(tmp_path / "seen" / f"{number:02d}.png", pixels)
        write_image(tmp_path / "new" / f"{number:02d}.png", pixels.repeat(3, 0).repeat(3, 1))
    config = on_file(tmp_path / "seen", scaling="pixels", id="file")
    store = RunStore(tmp_path / "runs")
    run_id = train_to_store(config.with_values({"clustering.n_clusters": 2}), store, "digits")
    expected = predict(store, run_id, tmp_path / "seen").samples
    np.testing.assert_array_equal(expected.labels, final_labels(store, run_id))
    found = predict(store, run_id, tmp_path / "new").samples
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found.ids is not None
    assert found.ids[0] == "00.png"


def write_image(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(path)
