"""A run as TensorBoard reads it: curves, and the files of the embedding projector.

``tensorboard --logdir FOLDER`` opens it. Written with TensorBoard's own formats, without
TensorFlow.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator

from dec_core.analysis.measures import MEASURES
from dec_core.events.events import KMEANS
from dec_core.events.frames import Frame, Frames
from dec_core.events.view import View
from dec_core.export.film import finite_updates

# Name, step and value of a curve's point, and the active seconds until then.
Point = tuple[str, int, float, float]


def tensorboard_files(
    view: View, frames: Frames, began: float = 0.0
) -> Iterator[tuple[str, str | bytes]]:
    """Names and contents of ``events.out.tfevents...`` and of the projector's files.

    The step of a curve is the iteration, of the pretraining loss the epoch.

    Parameters
    ----------
    began : when the run began, in seconds since 1970
    """
    yield f"events.out.tfevents.{int(began):010d}.dec-lab", _events(points(view), began)
    finite = finite_updates(view, frames)
    if finite:
        yield from _projector(view, frames, frames.frame(finite[-1]))


def points(view: View) -> Iterator[Point]:
    """Every finite number of every curve, in the order of time."""
    for epoch in view.pretraining:
        if math.isfinite(epoch.loss):
            of_layer = "" if epoch.layer is None else f"_of_layer_{epoch.layer}"
            yield f"pretraining/loss{of_layer}", epoch.epoch, epoch.loss, epoch.seconds
    before = view.pretraining[-1].seconds if view.pretraining else 0.0
    before += view.centers.seconds if view.centers else 0.0
    for update in view.updates:
        for name, measure in MEASURES.items():
            value = update.value(name)
            if math.isfinite(value):
                yield measure.curve_tag, update.iteration, value, before + update.seconds


def _events(numbers: Iterable[Point], began: float) -> bytes:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    stream = io.BytesIO()
    writer = RecordWriter(stream)
    writer.write(Event(wall_time=began, file_version="brain.Event:2").SerializeToString())
    for name, step, value, seconds in numbers:
        summary = Summary(value=[Summary.Value(tag=name, simple_value=value)])
        event = Event(wall_time=began + seconds, step=step, summary=summary)
        writer.write(event.SerializeToString())
    return stream.getvalue()


def _projector(view: View, frames: Frames, newest: Frame) -> Iterator[tuple[str, str]]:
    """The newest embedding that is kept and finite, with a name for every sample."""
    yield "embedding.tsv", "".join("\t".join(row.astype(str)) + "\n" for row in newest.embedding)
    metadata = io.StringIO()
    csv.writer(metadata, "excel-tab", lineterminator="\n").writerows(
        _metadata(view, frames, newest)
    )
    yield "metadata.tsv", metadata.getvalue()
    iteration = view.updates[newest.update].iteration
    yield (
        "projector_config.pbtxt",
        (
            f'embeddings {{\n  tensor_name: "embedding at iteration {iteration}"\n'
            '  tensor_path: "embedding.tsv"\n  metadata_path: "metadata.tsv"\n}\n'
        ),
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
