"""A data set from a file: rows, labels and ids lined up, and files that change or are gone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from scipy import sparse

from dec_core.config import FileData, Scaling
from dec_core.data import Dataset
from dec_core.data.files import contents_of, file_place, load_file
from dec_core.errors import DataError, DataUnavailableError, SettingsError
from tests.data.conftest import write_idx
from tests.data.small_files import picture, write, write_h5ad, write_images

N = 40
RANDOM = np.random.default_rng(3)
VALUES = RANDOM.gamma(2, 3, (N, 4))
KINDS = np.array(list("abbc" * (N // 4)))
NAMES = np.array([f"s{i}" for i in range(N)])


def gap_at(place: int) -> np.ndarray:
    values = VALUES[:, 0].copy()
    values[place] = np.nan
    return values


TABLE = pa.table(
    {
        "x": pa.array(gap_at(3), from_pandas=True),
        "y": VALUES[:, 1],
        "word": KINDS,
        "name": NAMES,
        "n": np.arange(N),
    }
)


def a_csv(folder: Path) -> Path:
    text = TABLE.to_pandas().to_csv(index=False)
    return write(folder / "t.csv", text)


def a_parquet(folder: Path) -> Path:
    parquet.write_table(TABLE, folder / "t.parquet", row_group_size=7)
    return folder / "t.parquet"


def an_npy(folder: Path) -> Path:
    np.save(folder / "t.npy", np.asfortranarray(np.column_stack([VALUES, gap_at(3)])))
    return folder / "t.npy"


def an_npz(folder: Path) -> Path:
    np.savez(folder / "t.npz", x=VALUES.astype(np.float32), word=KINDS, name=NAMES)
    return folder / "t.npz"


def an_h5ad(folder: Path) -> Path:
    return write_h5ad(folder / "t.h5ad", sparse.csr_array(VALUES[:3, :2]))


def an_idx(folder: Path) -> Path:
    images = RANDOM.integers(0, 256, (N, 3, 3))
    write_idx(folder / "t-labels-idx1-ubyte", np.arange(N) % 3)
    return write_idx(folder / "t-images-idx3-ubyte", images)


def a_folder(folder: Path) -> Path:
    images = {f"{i % 2}/{i}.png": picture((3, 2), (i, 2 * i, 5)) for i in range(N)}
    return write_images(folder / "pictures", images)


@pytest.mark.parametrize("make", [a_csv, a_parquet, an_npy, an_npz, an_h5ad, an_idx, a_folder])
@pytest.mark.parametrize(
    "settings",
    [
        {"missing": "median"},
        {"missing": "drop", "scaling": "standard"},
        {"missing": "median", "scaling": "norm", "text_columns": "one-hot"},
        {"missing": "drop", "scaling": "unit", "log1p": True, "n_samples": 3},
        {"missing": "drop", "scaling": "features", "text_columns": "one-hot"},
    ],
)
def test_what_was_trained_on_is_prepared_alike_when_it_comes_again(
    tmp_path: Path, make: Callable[[Path], Path], settings: dict[str, Any]
) -> None:
    leave_out = ["name"] if make in {a_csv, a_parquet} else []
    chosen = FileData(file=str(make(tmp_path)), leave_out=leave_out, **settings)
    dataset = load_file(chosen, 0)
    assert dataset.preparation is not None
    rows = np.arange(dataset.n_samples) if dataset.rows is None else dataset.rows
    again = dataset.preparation.apply(contents_of(chosen))
    places = np.searchsorted(again.rows, rows)
    assert np.array_equal(again.rows[places], rows)
    assert np.array_equal(again.x[places], dataset.x)
    assert dataset.n_features == len(dataset.preparation.feature_names)


@pytest.mark.parametrize("scaling", ["none", "standard"])
def test_a_subset_is_drawn_class_by_class_with_rows_and_ids_lined_up(
    tmp_path: Path, scaling: Scaling
) -> None:
    settings = FileData(
        file=str(a_csv(tmp_path)),
        label="word",
        id="name",
        missing="drop",
        n_samples=13,
        scaling=scaling,
    )
    dataset = load_file(settings, 5)
    rows = dataset.rows
    assert rows is not None
    assert dataset.y is not None
    assert dataset.ids is not None
    assert dataset.class_names is not None
    assert (dataset.n_samples, dataset.class_names) == (13, ("a", "b", "c"))
    assert np.bincount(dataset.y).tolist() == [3, 7, 3]
    assert 3 not in rows  # its x is missing
    assert (np.diff(rows) > 0).all()
    assert dataset.ids.tolist() == NAMES[rows].tolist()
    assert [dataset.class_names[i] for i in dataset.y] == KINDS[rows].tolist()
    n = dataset.x[:, 2].astype(np.float64)
    assert np.allclose(n, rows if scaling == "none" else (rows - rows.mean()) / rows.std())
    assert np.array_equal(load_file(settings, 5).x, dataset.x)
    assert not np.array_equal(load_file(settings, 6).x, dataset.x)


def load_text(folder: Path, text: str, **settings: Any) -> Dataset:
    return load_file(FileData(file=str(write(folder / "t.csv", text)), **settings), 0)


def test_missing_labels_are_refused_or_left_out(tmp_path: Path) -> None:
    text = "x,kind\n1,a\n2,\n3,b\n"
    with pytest.raises(DataError, match=r"kind lacks 1 of 3, the first in row 2"):
        load_text(tmp_path, text, label="kind")
    dataset = load_text(tmp_path, text, label="kind", missing="drop")
    assert dataset.x.tolist() == [[1], [3]]
    assert dataset.y is not None
    assert dataset.y.tolist() == [0, 1]


def test_missing_ids_are_empty(tmp_path: Path) -> None:
    dataset = load_text(tmp_path, "x,id\n1,a\n2,\n", id="id")
    assert dataset.ids is not None
    assert dataset.ids.tolist() == ["a", ""]


@pytest.mark.parametrize(
    ("text", "settings", "words"),
    [
        ("x,y\n,1\n2,\n", {"missing": "drop"}, "2 rows and none has"),
        ("x\n1\n", {}, "x have one value only"),
        ("x\n1\n2\n", {"n_samples": 5}, "between 1 and 2"),
        ("x,y\n1,2\n3,inf\n", {}, "column y, row 2"),
        ("x,y\n1,2\n3,1e39\n", {}, "3.4e38"),
        ("x,k\n" + "".join(f"{i},{i}\n" for i in range(5_000)), {"label": "k"}, "has 5,000"),
        ("a\nx\ny\n", {}, "none holds numbers"),
        ("a,b\n1,2\n3,4\n", {"label": "c"}, "Received 'c'"),
    ],
)
def test_what_cannot_be_trained_on_is_said(
    tmp_path: Path, text: str, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises((DataError, SettingsError)) as caught:
        load_text(tmp_path, text, **settings)
    assert words in str(caught.value)


def test_an_array_without_its_labels_is_not_trained_on_them(tmp_path: Path) -> None:
    for make, n_features in ((an_idx, 9), (an_npz, 4), (an_h5ad, 2), (a_folder, 18)):
        settings = FileData(file=str(make(tmp_path)), text_columns="one-hot")
        assert load_file(settings, 0).n_features == n_features


def test_one_row_and_one_column_are_enough_where_pixels_may_be_constant(tmp_path: Path) -> None:
    assert load_text(tmp_path, "x\n1\n2\n").x.tolist() == [[1], [2]]
    write_images(tmp_path / "a", {"1.png": picture((1, 1), 9, "L")})
    dataset = load_file(FileData(file=str(tmp_path / "a"), scaling="pixels"), 0)
    assert dataset.x.tolist() == [[np.float32(9 / 255)]]


def test_a_file_is_read_anew_when_it_changes(tmp_path: Path) -> None:
    settings = FileData(file=str(a_folder(tmp_path)))
    before = contents_of(settings)
    assert contents_of(settings) is before
    picture((3, 2), "red").save(tmp_path / "pictures/1/1.png")
    os.utime(tmp_path / "pictures/1/1.png", ns=(1, 1))
    changed = contents_of(settings)
    assert not np.array_equal(np.asarray(changed.matrix), np.asarray(before.matrix))


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    settings = FileData(file=str(tmp_path / "t.csv"))
    assert file_place(settings) is None
    with pytest.raises(DataUnavailableError, match=r"t.csv could not be opened: No such file"):
        load_file(settings, 0)
    (tmp_path / "t.csv").symlink_to("gone")
    with pytest.raises(DataUnavailableError, match="a link to a file that is not there"):
        load_file(settings, 0)
    with pytest.raises(SettingsError, match=r"data.file must name a file"):
        load_file(FileData(), 0)
