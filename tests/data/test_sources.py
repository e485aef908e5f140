"""Which source wins, how images become rows, and what is said when something is missing."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from dec_core.data import Dataset, available
from dec_core.data.sources import built_in, download
from dec_core.data.sources.built_in import read_source
from dec_core.errors import DataError, DataUnavailableError
from tests.data.conftest import WriteFolder, idx_bytes, write_idx


def check_small_set(dataset: Dataset) -> None:
    """The four test images come first, divided by 255 in float32."""
    assert dataset.x.shape == (10, 784)
    assert dataset.x.dtype == np.float32
    expected = np.repeat(np.array([51, 102], dtype=np.uint8), [4, 6]).astype(np.float32) / 255
    np.testing.assert_array_equal(dataset.x[:, 0], expected.astype(np.float32))
    assert dataset.y is not None
    assert dataset.y.tolist() == [9, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert dataset.image_shape == (28, 28, 1)


def test_digits_are_built_in() -> None:
    digits = read_source("digits")
    assert digits.x.shape == (1_797, 64)
    assert (float(digits.x.min()), float(digits.x.max())) == (0.0, 1.0)
    assert digits.y is not None
    assert np.unique(digits.y).tolist() == list(range(10))
    assert digits.image_shape == (8, 8, 1)
    assert digits.class_names == tuple("0123456789")
    assert available("digits") == "built in"


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_data_dir(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write_folder: WriteFolder,
    name: str,
    suffix: str,
) -> None:
    folder = write_folder(tmp_path / name, suffix=suffix)
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path))
    dataset = read_source(name)
    check_small_set(dataset)
    assert dataset.name == name
    assert dataset.source == available(name) == str(folder)
    assert dataset.class_names is not None
    assert len(dataset.class_names) == 10


def test_every_pixel_keeps_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_folder: WriteFolder
) -> None:
    folder = write_folder(tmp_path / "mnist")
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28), dtype=np.uint8)
    write_idx(folder / "t10k-images-idx3-ubyte.gz", images)
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path))
    expected = images.reshape(4, 784).astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(read_source("mnist").x[:4], expected)


def test_data_dir_may_be_relative_and_comes_before_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_folder: WriteFolder
) -> None:
    system = write_folder(built_in.SYSTEM_FOLDER / "mnist")
    assert read_source("mnist").source == available("mnist") == str(system)
    write_folder(tmp_path / "own" / "mnist")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEC_DATA_DIR", "own")
    assert read_source("mnist").source == available("mnist") == str(Path("own/mnist"))


def test_data_dir_without_the_folder_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_folder: WriteFolder
) -> None:
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path))
    system = write_folder(built_in.SYSTEM_FOLDER / "fashion-mnist")
    assert available("fashion-mnist") == str(system)


def test_a_missing_file_is_named_and_nothing_else_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_folder: WriteFolder
) -> None:
    write_folder(built_in.SYSTEM_FOLDER / "mnist")
    folder = write_folder(tmp_path / "mnist")
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path))
    with pytest.raises(
        DataError, match="expected train-labels-idx1-ubyte or train-labels"
    ) as error:
        read_source("mnist")
    assert str(folder) in str(error.value)
    assert "found t10k-images-idx3-ubyte.gz, t10k-labels" in str(error.value)


def test_an_empty_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mnist").mkdir()
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match=r"expected t10k-images-idx3-ubyte.*found no file"):
        read_source("mnist")


@pytest.mark.parametrize(
    ("file", "array", "message"),
    [
        ("t10k-labels-idx1-ubyte.gz", [1, 2, 3], r"expected 4 labels.*found 3"),
        ("train-labels-idx1-ubyte.gz", [1, 2, 3, 4, 5, 10], "labels from 0 to 9, found 10"),
        ("t10k-images-idx3-ubyte.gz", np.zeros((4, 8, 8)), "28 x 28 pixels, found 8 x 8"),
        ("t10k-images-idx3-ubyte.gz", np.zeros(4), "wrong magic number: expected 0x00000803"),
    ],
)
def test_a_file_that_does_not_fit_is_named(
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write_folder: WriteFolder,
    file: str,
    array: np.ndarray | list[int],
    message: str,
) -> None:
    folder = write_folder(tmp_path / "mnist")
    write_idx(folder / file, np.asarray(array))
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match=message) as error:
        read_source("mnist")
    assert str(error.value).startswith(str(folder / file))


def test_a_truncated_file_in_a_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_folder: WriteFolder
) -> None:
    file = write_folder(tmp_path / "mnist") / "train-images-idx3-ubyte.gz"
    file.write_bytes(gzip.compress(idx_bytes(np.zeros((6, 28, 28)))[:-100]))
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match=r"is truncated: expected 4,720 bytes .* found 4,620"):
        read_source("mnist")


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("fashion-mnist", "install Debian's package dataset-fashion-mnist"),
        ("mnist", "put the four IDX files in "),
    ],
)
def test_without_any_source_the_three_ways_out_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, way_out: str
) -> None:
    cause = OSError("no route to host")

    def fail() -> None:
        raise cause

    monkeypatch.setattr(download, f"fetch_{name.replace('-', '_')}", fail)
    assert available(name) is None
    with pytest.raises(DataUnavailableError) as error:
        read_source(name)
    message = str(error.value)
    assert "no route to host" in message
    assert f"set DEC_DATA_DIR to a folder that contains {name}/" in message
    assert way_out in message
    assert "connect to the internet once" in message
    assert error.value.__cause__ is cause


def test_a_copy_of_mnist_from_keras_is_put_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    test = np.full((4, 28, 28), 51, np.uint8), np.array([9, 0, 1, 2], np.uint8)
    train = np.full((6, 28, 28), 102, np.uint8), np.arange(3, 9, dtype=np.uint8)
    monkeypatch.setattr(download, "fetch_mnist", lambda: (test, train))
    dataset = read_source("mnist")
    check_small_set(dataset)
    assert "Keras" in dataset.source
