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
    """The columns of a Parquet file; those of lists, records or bytes are left out.

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
        usable = [field.name for field in schema if _is_usable(field.type)]
        table = file.read(columns=None if len(usable) == len(schema) else usable)
    return _contents(path, table, "Parquet", schema)


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
    usable = [i for i, field in enumerate(schema) if _is_usable(field.type)]
    return _contents(path, table.select(usable), "Arrow", schema)


def _fitting(path: Path, batches: Any) -> Iterator[pa.RecordBatch]:
    """Batch after batch, as long as they fit the memory."""
    n_bytes = 0
    for batch in batches:
        n_bytes += batch.nbytes
        check_fits(n_bytes, f"{path.name}, unpacked,")
        yield batch


def _contents(path: Path, table: pa.Table, format_: str, schema: pa.Schema) -> Contents:
    import pyarrow as pa
    import pyarrow.types as t

    names, notes = named(table.column_names)
    if not names or not len(table):
        what = f"{len(table):,} rows of {len(names):,} columns of numbers or text"
        raise DataError(
            f"{path.name} must hold at least one row and one column that can be used. Found "
            f"{what}. Choose another file."
        )
    others = [field.name for field in schema if not _is_usable(field.type)]
    if others:
        notes += (f"Columns of lists, records or bytes are left out: {listed(others)}.",)
    for place, field in enumerate(table.schema):
        if t.is_string_view(field.type):
            # pyarrow can do little with this type yet.
            text = table.column(place).cast(pa.large_string())
            table = table.set_column(place, field.name, text)
    return Contents(table.rename_columns(names), format=format_, notes=notes)


def _is_usable(type_: pa.DataType) -> bool:
    """Numbers, text, dates, and categories of them."""
    import pyarrow.types as t

    if t.is_dictionary(type_):
        return _is_usable(type_.value_type)
    return bool(
        (t.is_primitive(type_) and not t.is_interval(type_))
        or t.is_decimal(type_)
        or t.is_null(type_)
        or t.is_string(type_)
        or t.is_large_string(type_)
        or t.is_string_view(type_)
    )


def _damage_named(path: Path, format_: str) -> AbstractContextManager[None]:
    import pyarrow as pa

    raised = (pa.ArrowException, OSError, MemoryError, UnicodeDecodeError)
    return damage_named(path, format_, *raised)
