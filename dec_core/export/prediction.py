"""New samples through the preparation and the model of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dec_core.data.columns import column_ids
from dec_core.data.preparation import Preparation
from dec_core.data.samples import Samples
from dec_core.data.sources.contents import Contents, Wanted
from dec_core.data.sources.formats import open_contents
from dec_core.errors import RunError, SettingsError
from dec_core.export.label_table import LabeledSamples
from dec_core.store.preparation_file import read_preparation
from dec_core.store.record import RunRecord
from dec_core.store.store import RunStore


class Prediction(NamedTuple):
    """Samples with their clusters, and what a person should know of them, by sentences."""

    samples: LabeledSamples
    iteration: int
    notes: Sequence[str]


def predict(
    store: RunStore,
    run_id: str,
    path: Path,
    *,
    id_column: str | None = None,
    with_embedding: bool = False,
) -> Prediction:
    """The clusters of the samples of a file, by the newest checkpoint of a run.

    Parameters
    ----------
    path : a file of any format that can be trained on; its columns are matched by name
    id_column : names the samples; that of the run where None and the file has it
    with_embedding : whether the samples have their embedding too

    Raises
    ------
    RunError
        If the run is unknown, or has no checkpoint of the clustering phase.
    SettingsError
        If the file has no such id column.
    DataError
        If the file cannot be read or does not fit the run.
    """
    from dec_core.training.assigning import assign

    checkpoint = store.checkpoint(run_id)
    preparation = preparation_of(store, run_id)
    contents = open_contents(path, _wanted(store.record(run_id), preparation))
    prepared = preparation.apply(contents)
    assigned = assign(checkpoint, Samples(prepared.x))
    id_name = _id_name(store.record(run_id), contents, id_column)
    samples = LabeledSamples(
        assigned.labels,
        prepared.rows if len(prepared.rows) < contents.n_samples else None,
        id_name or "id",
        None if id_name is None else column_ids(contents, id_name)[prepared.rows],
        q=assigned.q,
        embedding=assigned.embedding if with_embedding else None,
    )
    return Prediction(samples, checkpoint.iteration, prepared.notes)


def preparation_of(store: RunStore, run_id: str) -> Preparation:
    """How the data of a run were prepared.

    Raises
    ------
    RunError
        If that is not known: the run was made by a former version, and its data are scaled.
    """
    known = read_preparation(store.folder(run_id))
    if known is not None:
        return known
    record = store.record(run_id)
    if record.config is None or record.config.data.scaling != "none":
        raise RunError(
            f"{run_id} was made by a former version, which did not keep how its data were scaled. "
            "Train it again to assign new samples."
        )
    return Preparation(n_matrix=record.n_features)


def _wanted(record: RunRecord, preparation: Preparation) -> Wanted:
    """The part and the size of images that the run was trained on."""
    part = None if record.config is None else record.config.get("data.part")
    shape = preparation.image_shape
    if shape is None or len(shape) > 3:  # no file of images
        return Wanted(part)
    height, width, channels = shape
    return Wanted(part, (height, width), "grey" if channels == 1 else "color")


def _id_name(record: RunRecord, contents: Contents, chosen: str | None) -> str | None:
    if chosen is not None and chosen not in contents.column_names:
        there = ", ".join(contents.column_names[:10]) or "none"
        raise SettingsError(
            f"The id column must be one of the file's. Received {chosen!r}. It has {there}. "
            "Choose one of them, or none."
        )
    known = None if record.config is None else record.config.get("data.id")
    name = chosen or known
    return name if name in contents.column_names else None
