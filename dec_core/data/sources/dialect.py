"""How a table of text is written: encoding, delimiter, decimal mark, names of columns or none."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from dec_core.errors import DataError

Rows = list[list[str]]

MISSING = (
    *("", " ", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("NULL", "Null", "null", "None"),
)
_MOST_ROWS = 1_000
_BOMS = {
    codecs.BOM_UTF8: "utf8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE)
_WITH_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_WITH_POINT = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Dialect:
    """How a table of text is written.

    Attributes
    ----------
    encoding : a codec's name; "utf8" also with a byte order mark
    delimiter, decimal : one character each
    has_header : whether the first line holds the names of the columns
    n_columns : cells of the first line
    may_span_lines : whether a cell may hold a line's end, which costs a third of the speed
    notes : what a person should know of it, sentence by sentence
    """

    encoding: str
    delimiter: str
    decimal: str
    has_header: bool
    n_columns: int
    may_span_lines: bool
    notes: tuple[str, ...] = ()


def find_dialect(name: str, sample: bytes, *, is_whole: bool) -> Dialect:
    """The dialect of a file, from its first bytes.

    Parameters
    ----------
    name : of the file, for errors
    is_whole : whether ``sample`` is all that the file holds

    Raises
    ------
    DataError
        If it is no text, or of an encoding that cannot be told.
    """
    encoding, text = _decoded(name, sample, is_whole=is_whole)
    candidates = {mark: _rows(text, mark, is_whole=is_whole) for mark in ",;\t| "}
    scores = {mark: score for mark, rows in candidates.items() if (score := _score(mark, rows))}
    delimiter = max(scores, key=lambda mark: scores[mark], default=",")
    rows = candidates[delimiter]
    decimal = "," if delimiter != "," and _has_decimal_comma(rows) else "."
    has_header = not rows or not _holds_values(rows[0])
    notes = [_NO_HEADER] * (not has_header) + [LAST_RESORT] * (encoding == "cp1252")
    n_columns = len(rows[0]) if rows else 1
    # Without one in the first rows the rest is tried without; of a single column nobody would know.
    may_span_lines = b'"' in sample or n_columns == 1
    return Dialect(
        encoding, delimiter, decimal, has_header, n_columns, may_span_lines, tuple(notes)
    )


_NO_HEADER = "The first line holds numbers, not names, so the columns are called by their place."
LAST_RESORT = "The text is no UTF-8 and was read as Windows-1252 (Latin-1); check its letters."


def _decoded(name: str, sample: bytes, *, is_whole: bool) -> tuple[str, str]:
    encoding = next((found for bom, found in _BOMS.items() if sample.startswith(bom)), None)
    if encoding is None:
        encoding = _without_bom(name, sample)
    for codec in dict.fromkeys((encoding, "cp1252")) if encoding == "utf8" else (encoding,):
        decoder = codecs.getincrementaldecoder("utf-8-sig" if codec == "utf8" else codec)()
        try:
            return codec, decoder.decode(sample, is_whole)
        except UnicodeDecodeError as error:
            problem = error
    raise DataError(undecodable(name, problem))


def undecodable(name: str, error: UnicodeDecodeError) -> str:
    """What is said of text in an unknown encoding."""
    found = error.object[error.start : error.start + 1].hex()
    return (
        f"{name} must be text in UTF-8, UTF-16 or Windows-1252 (Latin-1). Found the byte "
        f"0x{found} where a letter should be. Save it as UTF-8."
    )


def _without_bom(name: str, sample: bytes) -> str:
    """UTF-16 has a zero in every second byte of a table of numbers."""
    if b"\0" not in sample:
        return "utf8"
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        others = sample[1 - first :: 2]
        if sample[first::2].count(0) > 0.9 * len(others) and not others.count(0):
            return encoding
    raise DataError(
        f"{name} must be a table of text, as CSV is. Found the byte 0x00 at position "
        f"{sample.index(0) + 1:,}, which text does not have. Save it as CSV, or give it the name "
        "of its own format."
    )


def _rows(text: str, delimiter: str, *, is_whole: bool) -> Rows:
    """The first rows; none where the delimiter leads to cells of more than 128 KiB."""
    found: Rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(found) == _MOST_ROWS:
                return found
            if row:
                found.append(row)
    except csv.Error:
        return []
    return found if is_whole or len(found) < 2 else found[:-1]


def _score(delimiter: str, rows: Rows) -> tuple[float, float, int] | None:
    """How well a delimiter suits: equal numbers of cells, then numbers in them; None: not at all.

    Spaces delimit numbers only, as text holds them too.
    """
    if not rows:
        return None
    n_cells, n_rows = Counter(len(row) for row in rows).most_common(1)[0]
    cells = [cell for row in (rows[1:] or rows) for cell in row]
    share = sum(_is_number(cell) for cell in cells) / len(cells)
    if n_cells < 2 or n_rows <= len(rows) / 2 or (delimiter == " " and share < 0.9):
        return None
    return round(n_rows / len(rows), 1), share, n_cells


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell.strip()) is not None


def _has_decimal_comma(rows: Rows) -> bool:
    cells = [cell.strip() for row in rows for cell in row]
    return any(map(_WITH_COMMA.fullmatch, cells)) and not any(map(_WITH_POINT.fullmatch, cells))


def _holds_values(row: list[str]) -> bool:
    """Whether a first line holds values: numbers only, or one with a fraction.

    The numbers from 0 or 1 on are names, as pandas gives them to the columns of an array.
    """
    cells = [cell.strip() for cell in row]
    counted = cells if cells[0] else cells[1:]
    if len(counted) >= 5 and any(
        counted == [str(first + i) for i in range(len(counted))] for first in (0, 1)
    ):
        return False
    numbers = [cell for cell in cells if _is_number(cell)]
    if any(_WITH_POINT.fullmatch(cell) or _WITH_COMMA.fullmatch(cell) for cell in numbers):
        return True
    return bool(numbers) and all(_is_number(cell) or cell in MISSING for cell in cells)
