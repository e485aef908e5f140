"""A run as TensorBoard reads it: curves, and the files of the embedding projector.

``tensorboard --logdir FOLDER`` opens it. Written with TensorBoard's own formats, without
TensorFlow.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from dec_core.analysis.measures import MEASURES
from dec_core.events.events import KMEANS
from dec_core.events.frames import Frame, Frames
from dec_core.events.view import View
from dec_core.export.film import finite_updates

# Name, step and value of a curve's point, and the active seconds until then.
Point = tuple[str, int, float, float]


def write_tensorboard(view: View, frames: Frames, folder: Path, began: float = 0.0) -> None:
    """Write ``events.out.tfevents...`` and the projector's files into ``folder``.

    The step of a curve is the iteration, of the pretraining loss the epoch.

    Parameters
    ----------
    began : when the run began, in seconds since 1970
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_events(folder / f"events.out.tfevents.{int(began):010d}.dec-lab", points(view), began)
    _write_projector(view, frames, folder)


def points(view: View) -> Iterator[Point]:
    """Every finite number of every curve, in the order of time."""
    for epoch in view.pretraining:
        if math.isfinite(epoch.loss):
            yield "pretraining/loss", epoch.epoch, epoch.loss, epoch.seconds
    before = view.pretraining[-1].seconds if view.pretraining else 0.0
    before += view.centers.seconds if view.centers else 0.0
    for update in view.updates:
        for name, measure in MEASURES.items():
            value = update.value(name)
            if math.isfinite(value):
                yield measure.curve_tag, update.iteration, value, before + update.seconds


def _write_events(path: Path, numbers: Iterable[Point], began: float) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    with path.open("wb") as stream:
        writer = RecordWriter(stream)
        writer.write(Event(wall_time=began, file_version="brain.Event:2").SerializeToString())
        for name, step, value, seconds in numbers:
            summary = Summary(value=[Summary.Value(tag=name, simple_value=value)])
            event = Event(wall_time=began + seconds, step=step, summary=summary)
            writer.write(event.SerializeToString())


def _write_projector(view: View, frames: Frames, folder: Path) -> None:
    """The newest embedding that is kept and finite, with a name for every sample."""
    finite = finite_updates(view, frames)
    if not finite:
        return
    newest = frames.frame(finite[-1])
    with (folder / "embedding.tsv").open("w", encoding="ascii", newline="") as stream:
        stream.writelines("\t".join(row.astype(str)) + "\n" for row in newest.embedding)
    with (folder / "metadata.tsv").open("w", encoding="utf-8", newline="") as stream:
        rows = _metadata(view, frames, newest)
        csv.writer(stream, "excel-tab", lineterminator="\n").writerows(rows)
    iteration = view.updates[newest.update].iteration
    (folder / "projector_config.pbtxt").write_text(
        f'embeddings {{\n  tensor_name: "embedding at iteration {iteration}"\n'
        '  tensor_path: "embedding.tsv"\n  metadata_path: "metadata.tsv"\n}\n',
        encoding="utf-8",
    )


def _metadata(view: View, frames: Frames, newest: Frame) -> Iterator[list[str]]:
    """A row for each sample of the embedding, after the names of the columns."""
    ids, truth = frames.samples.sample_ids, frames.samples.true_labels
    names = view.started.class_names if view.started else None
    columns = {
        "sample": ids.tolist(),
        "cluster": newest.labels[ids].tolist(),
        "kmeans": frames.labels(KMEANS)[ids].tolist(),
    }
    if truth is not None:
        columns["true_label"] = [names[i] if names else i for i in truth[ids].tolist()]
    yield list(columns)
    # A tab or a line break in a name would be another column or row.
    for row in zip(*columns.values(), strict=True):
        yield [" ".join(str(value).split()) for value in row]
