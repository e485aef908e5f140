"""Which format a path has: its first bytes before its name, and paths that are no file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from dec_core.data.sources.formats import open_contents, state_of
from tests.data.small_files import (
    columns,
    image_bytes,
    npy_bytes,
    picture,
    rejected,
    write,
    write_h5ad,
    write_images,
    write_zip,
)


def test_the_first_bytes_decide_and_it_is_said(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"a": [1, 2]}), tmp_path / "wine.csv")
    contents = open_contents(tmp_path / "wine.csv")
    assert columns(contents) == {"a": [1, 2]}
    said = "By its first bytes wine.csv is Parquet, and was read as that."
    assert contents.notes == (said,)
    write(tmp_path / "x", npy_bytes(np.ones((2, 2))))
    assert open_contents(tmp_path / "x").format == "NPY"
    write_h5ad(tmp_path / "x.parquet", np.ones((3, 2)))
    assert open_contents(tmp_path / "x.parquet").format == "AnnData"
    write_zip(tmp_path / "y.zip", {"x.npy": npy_bytes(np.ones((2, 2)))})
    assert open_contents(tmp_path / "y.zip").format == "NPZ"


@pytest.mark.parametrize("first", ["PK", "PAR1", "GIF8", "%PDF", "€"])
def test_a_table_may_begin_with_any_word(tmp_path: Path, first: str) -> None:
    encoding = "cp1252" if first == "€" else "utf8"
    path = write(tmp_path / "t.csv", f"{first},and another name\n1,2\n".encode(encoding))
    assert open_contents(path).column_names[0] == first


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.parquet", b"a,b\n1,2\n", "is named as Parquet, but it begins with 0x612c620a"),
        ("a.zip", b"", "is named as zip archive of images, but it is empty"),
        ("a.csv", image_bytes(picture((2, 2), 0)), "is one image. Choose the folder"),
        ("a.csv", b"\xfd7zXZ\0\0", "is packed with xz. Unpack it"),
        ("a.dat", b"1,2", "must end in one of .csv, .csv.gz, .tsv"),
    ],
)
def test_what_cannot_be_read_is_called_by_its_name(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    rejected(write(tmp_path / name, content), words)


def test_paths_that_are_no_ordinary_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    rejected(tmp_path / "pipe.csv", "pipe.csv could not be opened: it is no ordinary file")
    (tmp_path / "null.csv").symlink_to("/dev/null")
    rejected(tmp_path / "null.csv", "it is no ordinary file")
    (tmp_path / "link.csv").symlink_to("gone.csv")
    rejected(tmp_path / "link.csv", "it is a link to a file that is not there")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    rejected(tmp_path / "loop.csv", "loop.csv could not be opened")
    rejected(tmp_path / "none.csv", "No such file or directory")
    # Reading this file always fails, as that of one without permission does.
    (tmp_path / "m.csv").symlink_to("/proc/self/mem")
    rejected(tmp_path / "m.csv", "m.csv could not be opened: Input/output error")


def test_a_state_changes_with_each_file_that_is_read(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "a", {"b/1.png": picture((2, 2), 0)})
    before = state_of(folder)
    os.utime(folder / "b/1.png", (1, 1))
    assert state_of(folder) != before
    images = write(tmp_path / "x-images-idx3-ubyte", "")
    alone = state_of(images)
    write(tmp_path / "x-labels-idx1-ubyte", "")
    assert state_of(images) != alone
