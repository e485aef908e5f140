"""Keras' own download, with its network replaced: what is asked for, checked and kept."""

from __future__ import annotations

import hashlib
import os
import urllib.error
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dec_core.data import DESCRIPTIONS, available
from dec_core.data.sources import built_in, download
from dec_core.data.sources.built_in import read_source
from dec_core.errors import DataUnavailableError
from tests.data.conftest import WriteFolder


@pytest.fixture
def keras_home(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty cache folder, also for a Keras that was imported before this test."""
    from keras.src.backend import config  # type: ignore[import-untyped]

    home = Path(os.environ["KERAS_HOME"])
    monkeypatch.setattr(config, "_KERAS_DIR", str(home))
    return home


def replace_network(monkeypatch: pytest.MonkeyPatch, folder: Path | None) -> list[str]:
    """Let Keras "download" from ``folder``, or fail without one; returns the names asked for."""
    from keras.src.utils import file_utils  # type: ignore[import-untyped]

    asked: list[str] = []

    def urlretrieve(origin: str, target: str, _report: Any) -> None:
        asked.append(origin.rpartition("/")[2])
        if folder is None:
            raise urllib.error.URLError("name resolution failed")
        Path(target).write_bytes((folder / asked[-1]).read_bytes())

    monkeypatch.setattr(file_utils, "urlretrieve", urlretrieve)
    return asked


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
@pytest.mark.usefixtures("keras_home")
def test_offline(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    asked = replace_network(monkeypatch, None)
    with pytest.raises(DataUnavailableError, match="name resolution failed") as error:
        read_source(name)
    assert len(asked) == 1
    assert error.value.__cause__ is not None
    assert available(name) is None


def test_downloads_four_files_once_and_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keras_home: Path, write_folder: WriteFolder
) -> None:
    published = write_folder(tmp_path / "published")
    hashes = {
        file: hashlib.sha256((published / file).read_bytes()).hexdigest()
        for file in DESCRIPTIONS["fashion-mnist"].files
    }
    described = replace(DESCRIPTIONS["fashion-mnist"], files=hashes)
    monkeypatch.setattr(download, "DESCRIPTIONS", {described.name: described})
    asked = replace_network(monkeypatch, published)
    first = read_source("fashion-mnist")
    assert first.n_samples == 10
    assert sorted(asked) == sorted(hashes)
    assert available("fashion-mnist") == str(keras_home / "datasets/fashion-mnist")
    assert read_source("fashion-mnist").fingerprint == first.fingerprint
    assert len(asked) == 4


@pytest.mark.usefixtures("keras_home")
def test_a_download_with_another_checksum_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_folder: WriteFolder
) -> None:
    replace_network(monkeypatch, write_folder(tmp_path / "published"))
    with pytest.raises(DataUnavailableError, match="corrupted file"):
        read_source("fashion-mnist")


def test_cached_files_are_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = Path(os.environ["KERAS_HOME"]) / "datasets"
    assert download.cached_folder("mnist") is None
    datasets.mkdir()
    (datasets / "mnist.npz").touch()
    assert download.cached_folder("mnist") == datasets
    assert download.cached_folder("fashion-mnist") is None
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(datasets.parent.parent))
    assert download.cached_folder("mnist") is None
    datasets.parent.rename(datasets.parent.parent / ".keras")
    assert available("mnist") == str(datasets.parent.parent / ".keras" / "datasets")


def test_a_folder_of_files_comes_before_the_cache(write_folder: WriteFolder) -> None:
    datasets = Path(os.environ["KERAS_HOME"]) / "datasets"
    datasets.mkdir()
    (datasets / "mnist.npz").touch()
    folder = write_folder(built_in.SYSTEM_FOLDER / "mnist")
    assert available("mnist") == str(folder)
