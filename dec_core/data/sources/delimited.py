"""CSV and TSV, gzipped or not."""

from __future__ import annotations

from pathlib import Path

from dec_core.data.sources.contents import Contents, Wanted
from dec_core.errors import DataError


def read_delimited(path: Path, _wanted: Wanted) -> Contents:
    """Columns with names from the first line.

    Raises
    ------
    DataError
        If it is no table.
    """
    import pyarrow as pa
    from pyarrow import csv

    try:
        return Contents(csv.read_csv(path), format="CSV")
    except pa.ArrowInvalid as error:
        raise DataError(f"{path.name} could not be read: {error}.") from error
