"""Uploads: kept once by what they hold, found by runs, removed when a person says so."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from dec_core.data import load
from dec_core.data.files import file_place
from dec_core.errors import DataError, DataUnavailableError, SettingsError
from dec_core.runs.execution import execute, train_to_store
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from dec_core.store.uploads import Uploads, safe_name
from tests.own_files import blobs_csv, on_file


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    first = uploads.keep(io.BytesIO(b"a,b\n1,2\n"), "one.csv")
    assert first == uploads.keep(io.BytesIO(b"a,b\n1,2\n"), "one.csv")
    fingerprint = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert first.file == f"upload:{fingerprint}/one.csv"
    other = uploads.keep(io.BytesIO(b"a,b\n1,3\n"), "one.csv")
    assert uploads.all() == sorted([first, other], key=lambda upload: upload.file)
    assert first.n_bytes == 8


def test_removing_frees_the_place(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    kept = uploads.keep(io.BytesIO(b"x"), "one.csv")
    uploads.remove(kept.file)
    uploads.remove(kept.file)
    assert uploads.all() == []
    assert list((tmp_path / "uploads").iterdir()) == []
    with pytest.raises(ValueError, match="Received '/etc/passwd'"):
        uploads.remove("/etc/passwd")


class Broken(io.BytesIO):
    """A stream that ends in the middle."""

    def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002
        if self.tell():
            raise OSError("connection lost")
        return super().read(4)


def test_nothing_stays_of_an_upload_that_breaks_off(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    with pytest.raises(OSError, match="connection lost"):
        uploads.keep(Broken(b"a,b\n1,2\n"), "one.csv")
    with pytest.raises(DataError, match=r"empty\.csv must hold data\. Received 0 bytes"):
        uploads.keep(io.BytesIO(), "empty.csv")
    assert list((tmp_path / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\wine.csv", "wine.csv"),
        ("..", "file"),
        (".hidden.csv", "hidden.csv"),
        ("a\nb\x00.csv", "ab.csv"),
        ("x" * 500 + ".csv.gz", "x" * 113 + ".csv.gz"),
        ("", "file"),
    ],
)
def test_a_name_is_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("name", ["..", ".", "a/../../b", ""])
def test_no_reference_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    RunStore(tmp_path)
    config = on_file(f"upload:{'0' * 64}/{name}")
    assert file_place(config.data) is None  # type: ignore[arg-type]
    with pytest.raises((DataUnavailableError, SettingsError)):
        load(config.data, 0)


def test_a_run_on_an_upload_goes_on_in_another_process(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    path = blobs_csv(tmp_path)
    with path.open("rb") as stream:
        kept = store.uploads.keep(stream, path.name)
    path.unlink()
    config = on_file(kept.file, label="kind", id="key")
    whole = RunStore(tmp_path / "runs")
    expected = whole.view(train_to_store(config, whole, "digits"))

    broken_off = Recorder(store, store.create(config, "digits"))
    for advance in execute(broken_off):
        if len(advance.view.updates) == 2:
            broken_off.write_checkpoint(advance.trainer)
            break
    broken_off.close()
    store.uploads.keep(io.BytesIO(b"other"), "other.csv")
    again = Recorder(store, broken_off.run_id)
    for _ in execute(again):
        pass
    again.close()
    of_last = again.view.updates[-1].measures, expected.updates[-1].measures
    assert of_last[0] == of_last[1]
    assert len(again.view.updates) == len(expected.updates)
    store.uploads.remove(kept.file)
    with pytest.raises(DataUnavailableError, match="Upload it again"):
        train_to_store(config, store, "digits")
