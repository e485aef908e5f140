"""Tables of Apache Arrow: Parquet, and Feather or Arrow IPC as file and as stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dec_core.data.ordinary_files import open_ordinary
from dec_core.data.sources.contents import Contents, Wanted, listed, named
from dec_core.data.sources.limits import check_fits
from dec_core.data.sources.packed import damage_named
from dec_core.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

ARROW_MAGIC = b"ARROW1"
_NUMBER_BYTES = 8


def read_parquet(path: Path, _wanted: Wanted) -> Contents:
    """The columns of a Parquet file; those that hold lists or records are left out.

    Raises
    ------
    DataError
        If it is damaged, or needs more memory than there is.
    """
    from pyarrow import parquet

    with _damage_named(path, "Parquet"), closing(open_ordinary(path)) as stream:
        file = parquet.ParquetFile(stream)
        stated, schema = file.metadata, file.schema_arrow
        unpacked = sum(stated.row_group(i).total_byte_size for i in range(stated.num_row_groups))
        n_numbers = stated.num_rows * len(schema)
        check_fits(
            max(unpacked, _NUMBER_BYTES * n_numbers),
            f"{path.name} with {stated.num_rows:,} rows of {len(schema):,} columns",
        )
        plain = [field.name for field in schema if not _is_nested(field.type)]
        table = file.read(columns=None if len(plain) == len(schema) else plain)
    return _contents(path, table, "Parquet", [f.name for f in schema if _is_nested(f.type)])


def read_arrow(path: Path, _wanted: Wanted) -> Contents:
    """The columns of a Feather or Arrow IPC file, or of a stored Arrow stream.

    Raises
    ------
    DataError
        If it is damaged, or needs more memory than there is.
    """
    import pyarrow as pa

    with _damage_named(path, "Arrow"), closing(open_ordinary(path)) as stream:
        is_file = stream.read(len(ARROW_MAGIC)) == ARROW_MAGIC
        stream.seek(0)
        if is_file:
            file = pa.ipc.open_file(stream)
            schema = file.schema
            batches = _fitting(path, (file.get_batch(i) for i in range(file.num_record_batches)))
        else:
            reader = pa.ipc.open_stream(stream)
            schema, batches = reader.schema, _fitting(path, reader)
        table = pa.Table.from_batches(batches, schema)
        # Wrong offsets within the file would otherwise lead outside of its memory.
        table.validate(full=True)
    nested = [field.name for field in schema if _is_nested(field.type)]
    places = [i for i, field in enumerate(schema) if not _is_nested(field.type)]
    return _contents(path, table.select(places), "Arrow", nested)


def _fitting(path: Path, batches: Any) -> Iterator[pa.RecordBatch]:
    """Batch after batch, as long as they fit the memory."""
    n_bytes = 0
    for batch in batches:
        n_bytes += batch.nbytes
        check_fits(n_bytes, f"{path.name}, unpacked,")
        yield batch


def _contents(path: Path, table: pa.Table, format_: str, nested: list[str]) -> Contents:
    names, notes = named(table.column_names)
    if not names or not len(table):
        what = f"{len(table):,} rows of {len(names):,} columns that are no lists or records"
        raise DataError(
            f"{path.name} must hold at least one row and one column of numbers or text. Found "
            f"{what}. Choose another file."
        )
    if nested:
        notes += (f"Columns of lists or records are left out: {listed(nested)}.",)
    return Contents(table.rename_columns(names), format=format_, notes=notes)


def _is_nested(type_: pa.DataType) -> bool:
    import pyarrow.types as t

    return bool(t.is_nested(type_) or t.is_binary(type_) or t.is_large_binary(type_))


def _damage_named(path: Path, format_: str) -> AbstractContextManager[None]:
    import pyarrow as pa

    raised = (pa.ArrowException, OSError, MemoryError, UnicodeDecodeError)
    return damage_named(path, format_, *raised)
