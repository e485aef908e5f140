"""Labels and embeddings for other programs: Parquet and NumPy's own format."""

from __future__ import annotations

import io
import json
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dec_core.errors import ExportError
from dec_core.events.events import KMEANS
from dec_core.events.frames import Frames
from dec_core.events.view import View
from dec_core.export.label_table import Columns, LabeledSamples, table_of


class LabelsAt(NamedTuple):
    """(n_samples,) clusters, and the number of gradient steps before them."""

    labels: NDArray[np.integer]
    iteration: int


def newest_labels(view: View, frames: Frames) -> LabelsAt:
    """Of the last update that has kept its labels; of k-means where no update was made.

    Raises
    ------
    ExportError
        If the run has no labels.
    RunError
        If they are damaged.
    """
    if view.centers is None:
        raise ExportError(_too_early("labels"))
    newest = frames.nearest_labels(len(view.updates) - 1) if view.updates else None
    if newest is None:
        return LabelsAt(frames.labels(KMEANS), 0)
    return LabelsAt(frames.labels(newest), view.updates[newest].iteration)


def labels_parquet(view: View, frames: Frames, samples: LabeledSamples) -> bytes:
    """Every label that the run has kept, one row per sample.

    Columns: the id where there is one, by its own name; ``sample`` (its row in the data set or
    file); ``true_label`` and ``true_class`` where there are any; ``kmeans``; ``iteration_<n>`` for
    each update whose labels are kept; ``final``; ``confidence`` and ``q_<cluster>`` where the model
    is at hand. The schema's metadata hold ``dataset`` and, as a JSON list, ``class_names``.

    Parameters
    ----------
    samples : of the run, with its newest labels

    Raises
    ------
    ExportError
        If the run has no data yet.
    """
    import pyarrow.parquet as pq

    started = view.started
    if started is None:
        raise ExportError(_too_early("data"))
    table = table_of(_label_columns(view, frames, samples))
    about = {
        "dataset": started.dataset_name,
        "class_names": json.dumps(started.class_names),
    }
    stream = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(about), stream, compression="zstd")
    return stream.getvalue()


def embedding_npz(view: View, frames: Frames, final: NDArray[np.integer]) -> bytes:
    """The embedding of the run's sample at every update that has kept it; no pickle inside.

    Arrays: ``sample_ids`` (n_sampled,), places in the data set; ``iterations`` (n_kept,);
    ``embedding`` (n_kept, n_sampled, n_dimensions) float32; ``labels`` (n_sampled,), the final
    clusters; ``true_labels`` (n_sampled,) where there are any.

    Parameters
    ----------
    final : (n_samples,), the newest labels of the run

    Raises
    ------
    ExportError
        If the run has kept no embedding.
    """
    kept = frames.kept_embeddings if view.updates else ()
    if not kept:
        raise ExportError(_too_early("embedding"))
    ids, true_labels = frames.samples.sample_ids, frames.samples.true_labels
    arrays: dict[str, NDArray[np.generic]] = {
        "sample_ids": ids,
        "iterations": np.array([view.updates[update].iteration for update in kept], np.int64),
        "embedding": np.stack([frames.embedding(update) for update in kept]),
        "labels": final[ids],
    }
    if true_labels is not None:
        arrays["true_labels"] = true_labels[ids]
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def _label_columns(view: View, frames: Frames, samples: LabeledSamples) -> Columns:
    yield from samples.naming()
    if view.centers is not None:
        yield "kmeans", frames.labels(KMEANS)
    for update in frames.kept_labels:
        yield f"iteration_{view.updates[update].iteration}", frames.labels(update)
    yield "final", samples.labels
    yield from samples.assignment()


def _too_early(what: str) -> str:
    return (
        f"A run that is exported must have {what}. This one ended before it had any. "
        "Choose a run that reached clustering."
    )
