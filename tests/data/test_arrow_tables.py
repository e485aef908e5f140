"""Parquet and Arrow files: columns as they are, nested ones left out, damage named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from dec_core.data.columns import n_values
from dec_core.data.sources.formats import open_contents
from tests.data.small_files import columns, rejected, write

TABLE = pa.table(
    {
        "a": [1.5, None, float("nan")],
        " kind": pa.array(["x", "y", "x"]).dictionary_encode(),
        "list": [[1], [2, 3], []],
        "raw": [b"1", b"2", b"3"],
        "n": pa.array([1, 2, 3], pa.uint8()),
    }
)


def write_stream(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def write_uncompressed(table: pa.Table, path: Path) -> None:
    feather.write_feather(table, path, compression="uncompressed")


WRITERS: dict[str, Callable[..., Any]] = {
    "t.parquet": parquet.write_table,
    "t.feather": feather.write_feather,
    "u.feather": write_uncompressed,
    "t.arrows": write_stream,
}


@pytest.mark.parametrize("name", list(WRITERS))
def test_columns_are_read_and_lists_are_left_out(tmp_path: Path, name: str) -> None:
    WRITERS[name](TABLE, tmp_path / name)
    contents = open_contents(tmp_path / name)
    assert contents.column_names == ("a", "kind", "n")
    assert columns(contents)["a"][:2] == [1.5, None]
    assert columns(contents)["kind"] == ["x", "y", "x"]
    assert contents.notes == ("Columns of lists, records or bytes are left out: list, raw.",)


@pytest.mark.parametrize("name", list(WRITERS))
def test_a_truncated_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    WRITERS[name](TABLE, path)
    whole = path.read_bytes()
    rejected(write(path, whole[: len(whole) * 2 // 3]), f"{name} is damaged: expected a complete")


@pytest.mark.parametrize("name", list(WRITERS))
def test_what_would_not_fit_and_what_is_empty(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    WRITERS[name](TABLE.slice(0, 0), path)
    rejected(path, "at least one row")
    WRITERS[name](TABLE.select(["list"]), path)
    rejected(path, "Found 3 rows of 0 columns")
    WRITERS[name](pa.table({"a": [0.0] * 10_000}), path)
    monkeypatch.setattr("dec_core.data.sources.limits.memory_bytes", lambda: 70_000)
    rejected(path, "would need 80,0")


def test_offsets_that_lead_outside_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.arrow"
    write_uncompressed(pa.table({"a": ["aaaa", "bbbb", "cccc"]}), path)
    offsets = b"".join(i.to_bytes(4, "little") for i in (0, 4, 8, 12))
    content = path.read_bytes()
    assert content.count(offsets) == 1
    write(path, content.replace(offsets, offsets[:-4] + (10**9).to_bytes(4, "little")))
    rejected(path, "t.arrow is damaged")


def test_types_of_new_kinds(tmp_path: Path) -> None:
    made = pa.table({"v": pa.array(["x", None], pa.string_view()), "u": pa.array([b"0" * 16] * 2)})
    feather.write_feather(made, tmp_path / "t.feather")
    contents = open_contents(tmp_path / "t.feather")
    assert (n_values(contents, "v"), contents.column_names) == (1, ("v",))
