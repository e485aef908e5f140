"""Tables of text: CSV, TSV and their like, gzipped or not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dec_core.data.sources.contents import Contents, Wanted, named
from dec_core.data.sources.dialect import LAST_RESORT, MISSING, Dialect, find_dialect, undecodable
from dec_core.data.sources.limits import check_fits
from dec_core.data.sources.packed import opened
from dec_core.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

_SAMPLE, _LONGEST_LINE = 2**18, 2**26
_BLOCK, _WIDE_BLOCK, _WIDE = 2**21, 2**24, 1_000
_SMALL = 2**24
_NAMES = {",": "CSV", "\t": "TSV"}


def read_delimited(path: Path, _wanted: Wanted) -> Contents:
    """A table of text: columns with names from the first line, where that holds names.

    Delimiter (comma, semicolon, tab, bar, or space between numbers), decimal mark and encoding
    are found from the first lines. Empty cells, NA, NaN and null are missing values.

    Raises
    ------
    DataError
        If it is no table, damaged, of an unknown encoding, or has no rows.
    """
    sample, is_whole = _sample(path)
    if not sample.strip():
        raise DataError(
            f"{path.name} is empty. A table must have a line of names and at least one row. "
            "Choose another file."
        )
    dialect = find_dialect(path.name, sample, is_whole=is_whole)
    growth = _growth(sample, dialect)
    check_fits(int(growth * path.stat().st_size), path.name)
    table = _parsed(path, dialect, growth)
    if dialect.encoding == "utf8" and _is_undecoded(table):
        dialect = replace(dialect, encoding="cp1252", notes=(*dialect.notes, LAST_RESORT))
        table = _parsed(path, dialect, growth)
    return _contents(path, table, dialect)


def _contents(path: Path, table: pa.Table, dialect: Dialect) -> Contents:
    given = table.column_names
    if dialect.has_header:
        names, notes = named(given)
    else:
        names, notes = [f"column {i + 1}" for i in range(len(given))], ()
    if not len(table):
        raise DataError(
            f"{path.name} holds the names of {len(names):,} columns and no row below them. Choose "
            "a file with samples."
        )
    _check_delimited(path, table)
    return Contents(
        table.rename_columns(names),
        format=_NAMES.get(dialect.delimiter, "CSV"),
        notes=(*dialect.notes, *notes),
    )


def _check_delimited(path: Path, table: pa.Table) -> None:
    """A single column of text that holds commas was most likely meant as several."""
    import pyarrow.types as t

    if table.num_columns == 1 and t.is_string(table.schema.types[0]):
        first = next((cell for cell in table.column(0).slice(0, 100).to_pylist() if cell), "")
        if any(mark in first for mark in ",;\t|"):
            raise DataError(
                f"{path.name} has one column only, and its cells hold delimiters, as {first[:60]!r}"
                ". Expected commas, semicolons, tabs or bars between the cells, the same in all "
                "lines. Save it again without quotes around whole lines."
            )


def _sample(path: Path) -> tuple[bytes, bool]:
    """The first bytes, unpacked, up to a line's end at least, and whether they are all."""
    with opened(path) as stream:
        sample = stream.read(_SAMPLE)
        while len(sample) < _LONGEST_LINE and b"\n" not in sample and b"\r" not in sample:
            more = stream.read(len(sample))
            if not more:
                return sample, True
            sample += more
        if len(sample) >= _LONGEST_LINE:
            raise DataError(
                f"{path.name} must be a table of text with a line for each sample. Its first line "
                f"has more than {_LONGEST_LINE:,} bytes. Save it as CSV."
            )
        return sample, not stream.read(1)


def _growth(sample: bytes, dialect: Dialect) -> float:
    """Bytes of memory for each byte of text, which stays until all its numbers are known."""
    return 1 + 8 * dialect.n_columns * sample.count(b"\n") / len(sample)


def _parsed(path: Path, dialect: Dialect, growth: float) -> pa.Table:
    import pyarrow as pa

    try:
        if not dialect.may_span_lines:
            with suppress(pa.ArrowInvalid):
                return _read_csv(path, dialect, growth)
            dialect = replace(dialect, may_span_lines=True)
        return _read_csv(path, dialect, growth)
    except pa.ArrowInvalid as error:
        raise DataError(_problem(path, dialect, str(error))) from error
    except UnicodeDecodeError as error:
        raise DataError(undecodable(path.name, error)) from error
    except (MemoryError, pa.ArrowException) as error:
        raise DataError(f"{path.name} could not be read: {error}. Choose another file.") from error


def _read_csv(path: Path, dialect: Dialect, growth: float = 1.0, **parsing: Any) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    with opened(path, growth) as stream:
        # Threads that read ahead outlive an error; they must not need Python, which may end first.
        is_small = path.stat().st_size <= _SMALL
        source = pa.BufferReader(stream.read()) if is_small else pa.PythonFile(stream, mode="r")
        return csv.read_csv(
            source,
            csv.ReadOptions(
                # The number of a row is known only where rows are read one after the other.
                use_threads="invalid_row_handler" not in parsing,
                block_size=_BLOCK if dialect.n_columns < _WIDE else _WIDE_BLOCK,
                autogenerate_column_names=not dialect.has_header,
                encoding=dialect.encoding,
            ),
            csv.ParseOptions(
                delimiter=dialect.delimiter,
                newlines_in_values=dialect.may_span_lines,
                **parsing,
            ),
            csv.ConvertOptions(
                null_values=list(MISSING),
                strings_can_be_null=True,
                decimal_point=dialect.decimal,
            ),
        )


def _problem(path: Path, dialect: Dialect, error: str) -> str:
    if "Expected" not in error:
        hint = "is a quote never closed?" if "straddl" in error or "quote" in error else error
        return (
            f"{path.name} could not be read as a table: {hint} Expected one line for each sample, "
            "with the same number of cells. Correct the file."
        )
    row = _ragged_row(path, dialect)
    number = row.number - dialect.has_header
    return (
        f"{path.name}: every row must have as many cells as the first line, "
        f"{row.expected_columns:,}. Row {number:,} has {row.actual_columns:,}: "
        f"{row.text[:60]!r}. Correct this row; text that holds the delimiter stands in quotes."
    )


def _ragged_row(path: Path, dialect: Dialect) -> Any:
    """The first row with another number of cells, as pyarrow describes it."""
    import pyarrow as pa

    found: list[Any] = []

    def keep(row: Any) -> str:
        found.append(row)
        return "error"

    with suppress(pa.ArrowInvalid):
        _read_csv(path, replace(dialect, may_span_lines=True), invalid_row_handler=keep)
    return found[0]


def _is_undecoded(table: pa.Table) -> bool:
    """Columns of text that are no UTF-8 come as bytes."""
    import pyarrow.types as t

    return any(t.is_binary(type_) for type_ in table.schema.types)
