"""Tables of text: what is found from their first lines, and what is said of those that are none."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from dec_core.config import FileData
from dec_core.data.columns import Role, roles
from dec_core.data.files import load_file
from dec_core.data.sources.formats import open_contents
from tests.data.small_files import columns, rejected, write

EXPECTED = {"a": [1.5, 2.0], "b": ["ä", "y"]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "a,b\n1.5,ä\n2,y\n"),
        ("t.csv.gz", "a,b\n1.5,ä\n2,y\n"),
        ("t.csv", "a,b\r\n1.5,ä\r\n2,y"),
        ("t.csv", "a;b\n1,5;ä\n2;y\n"),
        ("t.csv", "a;b\n1.5;ä\n2;y\n"),
        ("t.tsv", "a\tb\n1,5\tä\n2\ty\n"),
        ("t.txt", "a|b\n1.5|ä\n2|y\n"),
        ("t.csv", "\ufeffa,b\n1.5,ä\n2,y\n"),
        ("t.csv", "a,b\n1.5,ä\n2,y\n".encode("utf-16")),
        ("t.csv", "\ufeffa,b\n1.5,ä\n2,y\n".encode("utf-16-be")),
        ("t.csv", "a,b\n1.5,ä\n2,y\n".encode("utf-16-le")),
        ("t.csv", "a,b\n1.5,ä\n2,y\n".encode("cp1252")),
    ],
)
def test_the_dialect_is_found(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert columns(open_contents(write(tmp_path / name, content))) == EXPECTED


def test_quoted_cells_hold_delimiters_and_newlines(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", 'a,b\n"x, 1\ny",1\n"he said ""no""",2\n')
    assert columns(open_contents(path)) == {"a": ["x, 1\ny", 'he said "no"'], "b": [1, 2]}


def test_semicolons_in_text_delimit_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a,b,c\n1,2,x; y\n3,4,z; y\n")
    assert columns(open_contents(path))["c"] == ["x; y", "z; y"]


@pytest.mark.parametrize(
    ("first", "has_names"),
    [
        ("1,2,3,x", True),
        ("0,1,2,3,4", True),
        (",1,2,3,4,5", True),
        ("1,2", False),
        ("1,NA,3", False),
        ("5.1,3.5,setosa", False),
        ("1e3,-2,inf", False),
    ],
)
def test_a_first_line_of_numbers_is_no_header(
    tmp_path: Path, first: str, *, has_names: bool
) -> None:
    n_columns = first.count(",") + 1
    contents = open_contents(
        write(tmp_path / "t.csv", f"{first}\n{','.join(['7.5'] * n_columns)}\n")
    )
    assert contents.n_samples == (1 if has_names else 2)
    numbered = tuple(f"column {i + 1}" for i in range(n_columns))
    assert (contents.column_names == numbered) is not has_names
    assert any("called by their place" in note for note in contents.notes) or has_names


def test_missing_values_and_infinity(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a,b,c\n1,NA,\nNaN,inf,null\n,-1e400, \n")
    found = columns(open_contents(path))
    assert found == {"a": [1, None, None], "b": [None, math.inf, -math.inf], "c": [None] * 3}


def test_mixed_types_are_text_and_a_late_letter_turns_numbers_into_it(tmp_path: Path) -> None:
    rows = "1,2\n" * 300_000
    found = open_contents(write(tmp_path / "t.csv", f"a,b\n{rows}x,2.5\n"))
    assert [str(type_) for type_ in found.columns.schema.types] == ["string", "double"]
    assert columns(found)["a"][-2:] == ["1", "x"]


def test_names_are_trimmed_numbered_and_given(tmp_path: Path) -> None:
    contents = open_contents(write(tmp_path / "t.csv", "a, a ,,a\n1,2,3,4\n"))
    assert contents.column_names == ("a", "a (2)", "column 3", "a (3)")
    assert contents.notes == (
        "Columns without a name (1) are called by their place.",
        "Columns with the same name are numbered: a, a.",
    )


def test_bytes_beyond_utf8_late_in_the_file_are_read_whole(tmp_path: Path) -> None:
    rows = "1,x\n" * 100_000
    contents = open_contents(write(tmp_path / "t.csv", f"a,b\n{rows}1,ü\n".encode("cp1252")))
    assert columns(contents)["b"][-1] == "ü"
    assert "Windows-1252" in contents.notes[0]


def test_ten_thousand_columns(tmp_path: Path) -> None:
    names = ",".join(f"f{i}" for i in range(10_000))
    row = ",".join(f"{i % 7}.5" for i in range(10_000))
    path = write(tmp_path / "wide.csv", f"{names}\n{row}\n{row.replace('.5', '.25')}\n")
    dataset = load_file(FileData(file=str(path)), 0)
    assert dataset.x.shape == (2, 10_000)
    assert np.array_equal(dataset.x[0], np.arange(10_000) % 7 + np.float32(0.5))


def test_a_column_without_values_is_left_out_by_name(tmp_path: Path) -> None:
    contents = open_contents(write(tmp_path / "t.csv", "a,b\n1,\n2,NaN\n"))
    assert [(c.role, c.why) for c in roles(contents, FileData())] == [
        (Role.FEATURE, ""),
        (Role.LEFT_OUT, "nothing"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "t.csv is empty"),
        (b" \n\n", "t.csv is empty"),
        (b"a,b\n", "names of 2 columns and no row"),
        (b"a,b\n1,2\n\n1,2,3\n", "as many cells as the first line, 2. Row 2 has 3: '1,2,3'"),
        (b"1,2\n1,2\n3\n", "Row 3 has 1: '3'"),
        (b"x,y\n1;2;3\n4;5;6\n", "first line, 1. Row 1 has 3"),
        (b'"a,b"\n"1,2"\n', "one column only, and its cells hold delimiters, as '1,2'"),
        (b"a,b\n1,\x81\n", "Found the byte 0x81"),
        (b"a,b\n" + b"1,x\n" * 100_000 + b"1,\x81\n", "Found the byte 0x81"),
        (b"a,b\n1,\0\n", "Found the byte 0x00 at position 7"),
        (
            gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9],
            "is damaged: expected a complete gzip file",
        ),
        (b"a,b\n" + b'1,"' + b"x,y\n" * 2_000_000, "a quote never closed?"),
    ],
)
def test_what_is_no_table_is_said_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    rejected(write(tmp_path / "t.csv", content), words)


def test_a_gzip_bomb_stops_at_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "t.csv.gz", "a,b\n" + "1,2\n" * 500_000)
    assert path.stat().st_size < 10_000
    monkeypatch.setattr("dec_core.data.sources.limits.memory_bytes", lambda: 1_000_000)
    rejected(path, "t.csv.gz, unpacked, would need", "This machine has 1,000,000 bytes")
    plain = write(tmp_path / "t.csv", "a,b\n" + "1,2\n" * 100_000)
    rejected(plain, "t.csv would need 2,000,")


def test_a_line_break_within_quotes_far_down_is_part_of_its_cell(tmp_path: Path) -> None:
    rows = [f"{i},{i}.5,word" for i in range(40_000)]
    rows[39_000] = '39000,1.5,"two\nlines"'
    path = tmp_path / "long.csv"
    path.write_text("a,b,c\n" + "\n".join(rows) + "\n")
    contents = open_contents(path)
    assert contents.n_samples == 40_000
    assert contents.columns["c"][39_000].as_py() == "two\nlines"
