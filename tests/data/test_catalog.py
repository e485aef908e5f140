"""The one door: loading by settings, the memory of two data sets, the list, a light import."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dec_core.config import SOURCES, DataSettings
from dec_core.data import DESCRIPTIONS, catalog, describe, load
from dec_core.data.sources.built_in import read_source
from dec_core.errors import SettingsError
from tests.data.conftest import WriteFolder


def test_names_agree_with_the_settings() -> None:
    described = tuple(description.name for description in describe())
    assert (*DESCRIPTIONS, "file") == (*described, "file") == SOURCES.names


def test_load_whole_and_subset() -> None:
    whole = load(DataSettings(name="digits"), seed=0)
    subset = load(DataSettings(name="digits", n_samples=200), seed=0)
    assert whole is load(DataSettings(name="digits", n_samples=1_797), seed=5)
    assert (subset.name, subset.n_samples) == ("digits", 200)
    described = DESCRIPTIONS["digits"]
    assert (whole.n_samples, whole.n_features) == (described.n_samples, described.n_features)
    assert (whole.image_shape, whole.class_names) == (described.image_shape, described.class_names)
    with pytest.raises(SettingsError, match=r"between 1 and 1,797.*Received 5,000"):
        load(DataSettings(name="digits", n_samples=5_000), seed=0)


def test_two_data_sets_are_remembered_and_a_new_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_folder: WriteFolder
) -> None:
    for folder in ("one", "two"):
        write_folder(tmp_path / folder / "mnist")
    mnist = DataSettings(name="mnist")
    loaded = []
    for folder in ("one", "two", "one"):
        monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path / folder))
        loaded.append(load(mnist, seed=0))
    assert loaded[0] is loaded[2]
    assert loaded[1].source == str(tmp_path / "two" / "mnist")
    load(DataSettings(name="digits"), seed=0)  # pushes out "two", the longest unused
    assert load(mnist, seed=0) is loaded[0]
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path / "two"))
    assert load(mnist, seed=0) is not loaded[1]
    assert catalog._read_at.cache_info().currsize == 2


def test_threads_share_one_load(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(name: str) -> object:
        calls.append(name)
        return read_source(name)

    monkeypatch.setattr(catalog, "read_source", counted)
    settings = DataSettings(name="digits")
    threads = [threading.Thread(target=load, args=(settings, 0)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == ["digits"]


def test_describe_says_where_each_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_folder: WriteFolder
) -> None:
    folder = write_folder(tmp_path / "mnist")
    monkeypatch.setenv("DEC_DATA_DIR", str(tmp_path))
    places = {description.name: description.available_from for description in describe()}
    assert places == {"digits": "built in", "fashion-mnist": None, "mnist": str(folder)}


def test_importing_the_room_loads_no_library_but_numpy() -> None:
    program = (
        "import sys, dec_core.data; dec_core.data.describe(); "
        "print(*{m.partition('.')[0] for m in sys.modules})"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"sklearn", "keras", "tensorflow", "streamlit", "scipy"} & set(result.stdout.split())
