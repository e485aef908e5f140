"""The parts of a bundle: each makes one file or one folder of a run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dec_core.config import Config, DataSettings
from dec_core.errors import DECLabError, ExportError, RunError
from dec_core.events.frames import Frames
from dec_core.events.view import View
from dec_core.export.arrays import LabelsAt, embedding_npz, labels_parquet, newest_labels
from dec_core.export.browser import DrawnSoFar
from dec_core.export.figures import FigureFormat, all_plots, render_many
from dec_core.export.film import Film, film_of
from dec_core.export.label_table import LabeledSamples, table_bytes, table_of
from dec_core.export.metrics_csv import updates_csv
from dec_core.export.model_file import save_autoencoder, save_model
from dec_core.export.paper import FigureSize
from dec_core.export.player import player_page
from dec_core.export.report import report_page
from dec_core.export.reproduce import reproduction
from dec_core.export.script import reproduce_script
from dec_core.export.tensorboard import tensorboard_files
from dec_core.store.earlier_autoencoder import pretrained_of
from dec_core.store.lineage import legs_of
from dec_core.store.record import RunRecord
from dec_core.store.store import RunStore
from dec_core.training.checkpoint import Checkpoint

# A file's name in the bundle and its content.
File = tuple[str, str | bytes]


@dataclass(frozen=True)
class StoredRun:
    """A stored run, read once for all parts.

    ``formats``, ``size`` and ``has_title`` are those of the figures; ``film_width`` is in pixels;
    ``drawn`` is called as by ``draw_images``.
    """

    store: RunStore
    record: RunRecord
    view: View
    frames: Frames
    formats: tuple[FigureFormat, ...]
    size: FigureSize | None
    has_title: bool
    film_width: int
    drawn: DrawnSoFar

    @cached_property
    def film(self) -> Film:
        """Its film. Raises DECLabError where there is none."""
        return film_of(self.view, self.frames)

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """Its newest one. Raises RunError where there is none."""
        return self.store.checkpoint(self.record.run_id)

    @property
    def iteration(self) -> int:
        """Gradient steps before the last update."""
        return self.view.updates[-1].iteration if self.view.updates else 0

    @cached_property
    def labels(self) -> LabelsAt:
        """Its newest labels. Raises ExportError where there are none.

        Those of the last update of an interrupted run may have been thinned out; then the
        checkpoint may have them, or at least newer ones than the updates have kept.
        """
        found = newest_labels(self.view, self.frames)
        if found.iteration < self.iteration:
            with suppress(RunError):
                labels, iteration = self.checkpoint.labels, self.checkpoint.last_update_at
                if labels is not None and iteration > found.iteration:
                    return LabelsAt(labels, iteration)
        return found

    @cached_property
    def samples(self) -> LabeledSamples:
        """Its samples with the newest labels, and with q where model and data are at hand.

        Raises
        ------
        ExportError
            If it has no labels.
        """
        labels, iteration = self.labels
        known = self.frames.samples
        settings = self.record.config.data if self.record.config else None
        q = None
        with suppress(DECLabError):
            if self.checkpoint.iteration == iteration and settings is not None:
                q = self._assigned(settings)
        return LabeledSamples(
            labels,
            known.rows,
            (settings.value_of("id") if settings else None) or "id",
            known.ids,
            known.true_labels,
            self.view.started.class_names if self.view.started else None,
            q=q,
        )

    def _assigned(self, settings: DataSettings) -> NDArray[np.float32]:
        """(n_samples, n_clusters) q. Raises DECLabError where the data cannot be had."""
        from dec_core.data import load
        from dec_core.training.assigning import assign

        return assign(self.checkpoint, load(settings, self.checkpoint.config.seed).samples).q


class Part(NamedTuple):
    """What it is, in words, and what makes its one file's content, or all of its files.

    ``make`` raises DECLabError where the run or the machine lacks what it needs.
    """

    about: str
    make: Callable[[StoredRun], str | bytes | Iterator[File]]


def _config(run: StoredRun) -> str:
    config = run.view.started.config if run.view.started else run.record.config
    return (config or Config()).to_json() + "\n"


def _labels_csv(run: StoredRun) -> bytes:
    return table_bytes(table_of(run.samples.columns()), ".csv")


def _script(run: StoredRun) -> str:
    labels, iteration = run.labels
    if iteration != run.iteration:
        raise ExportError(
            "A script that repeats the run needs the labels of its last update, to compare its own "
            f"with them. Those of iteration {run.iteration:,} were thinned out. Resume the run."
        )
    legs = legs_of(run.store, run.record.run_id)
    return reproduce_script(run.record.run_id, legs, labels, run.record.versions)


def _tensorboard(run: StoredRun) -> Iterator[File]:
    began = datetime.fromisoformat(run.record.created).timestamp() if run.record.created else 0.0
    for name, content in tensorboard_files(run.view, run.frames, began):
        yield f"tensorboard/{name}", content


def _figures(run: StoredRun) -> Iterator[File]:
    """Those that need no browser first, so that they are there where it fails."""
    plots = all_plots(run.view, run.frames, run.store.maps(run.record.run_id, run.view))
    if not plots:
        raise ExportError(
            "A figure needs at least one epoch or update. This run ended before it had any. "
            "Choose a run that went on."
        )
    for are_images in (False, True):
        formats = [format for format in run.formats if format.is_image is are_images]
        wanted = [(plot, format) for plot in plots for format in formats]
        names = (f"figures/{plot.name}.{format.value}" for plot, format in wanted)
        contents = render_many(wanted, run.size, run.drawn, has_title=run.has_title)
        yield from zip(names, contents, strict=True)


def _movie(run: StoredRun) -> bytes:
    # Pages load this file; Pillow they need only here.
    from dec_core.export.gif import movie_gif

    return movie_gif(run.film, run.film_width)


def _video(run: StoredRun) -> bytes:
    from dec_core.export.mp4 import movie_mp4

    return movie_mp4(run.film, run.film_width)


def _model(run: StoredRun) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        return save_model(run.checkpoint, run.record.n_features, path).read_bytes()


def _autoencoder(run: StoredRun) -> bytes:
    checkpoint, n_features = run.checkpoint, run.record.n_features
    pretrained = pretrained_of(run.store, run.record.run_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "autoencoder.keras"
        return save_autoencoder(checkpoint, pretrained, n_features, path).read_bytes()


# Every part by its name, the slowest last. One with an ending is one file of that name.
PARTS: dict[str, Part] = {
    "config.json": Part("its settings", _config),
    "metrics.csv": Part(
        "scores, losses and cluster sizes at every update", lambda run: updates_csv(run.view)
    ),
    "labels.csv": Part("id, cluster, confidence and q of every sample", _labels_csv),
    "labels.parquet": Part(
        "the same, with the clusters after k-means and at every update kept",
        lambda run: labels_parquet(run.view, run.frames, run.samples),
    ),
    "embedding.npz": Part(
        "the embedding of the sample at every update kept",
        lambda run: embedding_npz(run.view, run.frames, run.labels.labels),
    ),
    "command.txt": Part(
        "how to run it again", lambda run: reproduction(run.record, run.view).text()
    ),
    "reproduce.py": Part("runs it again and compares the labels", _script),
    "tensorboard": Part("tensorboard --logdir tensorboard", _tensorboard),
    "movie.gif": Part("the map and the cluster sizes over time", _movie),
    "movie.mp4": Part("the same as a video", _video),
    "player.html": Part(
        "the same with play, pause and a slider",
        lambda run: player_page(run.record.name, run.view, run.film),
    ),
    "report.html": Part(
        "the run on one page", lambda run: report_page(run.record, run.view, run.frames)
    ),
    "model.keras": Part('import dec_core.model; keras.models.load_model("model.keras")', _model),
    "autoencoder.keras": Part(
        "samples to reconstructions; of IDEC as clustering left it, of DEC as pretraining did",
        _autoencoder,
    ),
    "figures": Part("every figure; its numbers as CSV", _figures),
}
