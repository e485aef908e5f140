"""One row per sample: what it is called, its cluster, how sure the model is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dec_core.errors import ExportError

if TYPE_CHECKING:
    import pyarrow as pa

Columns = Iterator[tuple[str, NDArray[Any]]]
# What the name of a file may end in.
TABLE_SUFFIXES = (".parquet", ".csv")


@dataclass(frozen=True, eq=False)
class LabeledSamples:
    """Samples with their clusters.

    Attributes
    ----------
    labels : (n_samples,) clusters from 0
    rows : (n_samples,) rows in the file or data set, from 0; None for all of them
    id_name, ids : the column of ids as its file calls it, and (n_samples,) texts; None without
    true_labels : (n_samples,) from 0, with their names, or None
    q : (n_samples, n_clusters) soft assignment, or None where no model is at hand
    embedding : (n_samples, n_dimensions), or None
    """

    labels: NDArray[np.integer]
    rows: NDArray[np.integer] | None = None
    id_name: str = "id"
    ids: NDArray[np.str_] | None = None
    true_labels: NDArray[np.integer] | None = None
    class_names: tuple[str, ...] | None = None
    q: NDArray[np.floating] | None = None
    embedding: NDArray[np.floating] | None = None

    def naming(self) -> Columns:
        """The columns that say which sample a row is, and its true label."""
        if self.ids is not None:
            yield self.id_name, self.ids
        rows = np.arange(len(self.labels)) if self.rows is None else self.rows
        yield "sample", rows.astype(np.int64)
        if self.true_labels is not None:
            yield "true_label", self.true_labels
            if self.class_names is not None:
                yield "true_class", np.asarray(self.class_names)[self.true_labels]

    def assignment(self) -> Columns:
        """The columns that the model gives: confidence, q of every cluster, the embedding."""
        if self.q is not None:
            yield "confidence", self.q[np.arange(len(self.labels)), self.labels]
            for cluster in range(self.q.shape[1]):
                yield f"q_{cluster}", self.q[:, cluster]
        if self.embedding is not None:
            for dimension in range(self.embedding.shape[1]):
                yield f"embedding_{dimension}", self.embedding[:, dimension]

    def columns(self) -> Columns:
        """All columns."""
        yield from self.naming()
        yield "cluster", self.labels
        yield from self.assignment()


def table_of(columns: Columns) -> pa.Table:
    """Columns as a table; a column of ids that is called as another one has ``_id`` added."""
    import pyarrow as pa

    named = list(columns)
    (first, ids), *rest = named
    if first in {name for name, _ in rest}:
        named = [(f"{first}_id", ids), *rest]
    return pa.table([pa.array(values) for _, values in named], names=[name for name, _ in named])


def table_bytes(table: pa.Table, suffix: str) -> bytes:
    """A table as a file of that kind.

    Parameters
    ----------
    suffix : one of ``TABLE_SUFFIXES``

    Raises
    ------
    ExportError
        For another one.
    """
    import pyarrow.parquet as pq
    from pyarrow import csv

    stream = io.BytesIO()
    match suffix:
        case ".parquet":
            pq.write_table(table, stream, compression="zstd")
        case ".csv":
            csv.write_csv(table, stream)
        case _:
            raise ExportError(
                f"Labels are written as {' or '.join(TABLE_SUFFIXES)}. Received "
                f"{suffix or 'a name without an ending'}. Choose one of these endings."
            )
    return stream.getvalue()
