"""Every figure of a run as PNG, SVG, PDF, HTML or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.projection import run_map
from dec_core.events.events import KMEANS
from dec_core.events.frames import Frames, MapFrame
from dec_core.events.view import View
from dec_core.export.browser import DrawnSoFar, Image, draw_images
from dec_core.export.figure_csv import figure_csv
from dec_core.export.film import finite_updates
from dec_core.export.paper import Drawing, FigureSize, on_paper, on_white
from dec_core.export.targets import Exported, OnProgress, opened, refused, write_alone
from dec_core.export.web_page import figure_page
from dec_core.plots.agreement import draw_classes
from dec_core.plots.embedding import doubt_about, draw_embedding
from dec_core.plots.labels import draw_labels
from dec_core.plots.learning import draw_learning
from dec_core.plots.scores import draw_scores, draw_silhouette, draw_successive
from dec_core.plots.sizes import draw_sizes
from dec_core.plots.style import Plot


class FigureFormat(StrEnum):
    """What a figure can be saved as; the images need a browser."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    HTML = "html"
    CSV = "csv"

    @property
    def is_image(self) -> bool:
        """Whether a browser must draw it."""
        return self in (FigureFormat.PNG, FigureFormat.SVG, FigureFormat.PDF)


def all_plots(view: View, frames: Frames, maps: Sequence[MapFrame] = ()) -> list[Plot]:
    """Every figure that the run has numbers for, in the order in which they are read.

    Parameters
    ----------
    maps : the UMAP maps that were made of its updates
    """
    return list(_plots(view, frames, maps))


def _plots(view: View, frames: Frames, maps: Sequence[MapFrame]) -> Iterator[Plot]:
    if any("acc" in update.measures for update in view.updates):
        yield draw_scores(view)
    elif any("data_silhouette" in update.measures for update in view.updates):
        yield draw_silhouette(view)
    if view.updates:
        yield draw_successive(view)
    if view.centers is not None:
        yield draw_sizes(view)
        yield from _maps(view, frames, maps)
        last = len(view.updates) - 1 if view.updates else None
        yield draw_labels(view, frames, last)
        if view.has_labels:
            yield draw_classes(view, frames, last)
    if view.pretraining or len(view.updates) > 1:
        yield draw_learning(view)


def _maps(view: View, frames: Frames, maps: Sequence[MapFrame]) -> Iterator[Plot]:
    """The newest map of each kind, by cluster and by true label."""
    for update in reversed(finite_updates(view, frames)):
        found = run_map(frames.embedding(update), frames.embedding(KMEANS))
        if found:
            yield from _colored(view, frames, update, *found)
            break
    kept = set(frames.kept_labels if maps else ())
    drawn = [one for one in maps if one.update in kept]
    if drawn:
        yield from _colored(view, frames, drawn[-1].update, drawn[-1].points)


def _colored(
    view: View,
    frames: Frames,
    update: int,
    points: NDArray[np.float32],
    start: NDArray[np.float32] | None = None,
) -> Iterator[Plot]:
    """A map by cluster and by true label; PCA's where that of the start is given."""
    samples, method = frames.samples, "UMAP" if start is None else "PCA"
    clusters = frames.labels(update)[samples.sample_ids]
    draw = partial(
        draw_embedding,
        points,
        method=method,
        iteration=view.updates[update].iteration,
        start=start,
        sample_ids=samples.sample_ids,
        clusters=clusters,
        update=update,
        doubt=doubt_about(view, update),
    )
    name = f"embedding_{method.lower()}"
    yield replace(draw(clusters), name=name)
    if samples.true_labels is not None and view.started is not None:
        truth = samples.true_labels[samples.sample_ids]
        plot = draw(truth, class_names=view.started.class_names, is_true_label=True)
        yield replace(plot, name=f"{name}_true_labels")


def export_figures(
    plots: Sequence[Plot],
    target: Path,
    *,
    formats: Sequence[FigureFormat],
    size: FigureSize | None = None,
    has_title: bool = True,
    progress: OnProgress = lambda *_: None,
) -> Exported:
    """Write figures into a zip file or a folder; a single one becomes ``target`` itself.

    Parameters
    ----------
    size, has_title : see ``render_many``

    Raises
    ------
    ExportError
        If an image is wanted and there is no browser, or the target cannot be written.
    """
    wanted = [(plot, format) for plot in plots for format in formats]
    names = [f"{plot.name}.{format.value}" for plot, format in wanted]
    contents = render_many(
        wanted,
        size,
        lambda done, total: progress(f"image {done + 1} of {total}", done, total),
        has_title=has_title,
    )
    try:
        if len(contents) == 1:
            write_alone(target, contents[0])
        else:
            with opened(target, target.stem) as add:
                for name, content in zip(names, contents, strict=True):
                    add(name, content)
    except OSError as error:
        raise refused(target, error) from error
    progress("done", len(wanted), len(wanted))
    return Exported(target)


def render_many(
    wanted: Sequence[tuple[Plot, FigureFormat]],
    size: FigureSize | None = None,
    progress: DrawnSoFar = lambda *_: None,
    *,
    has_title: bool = True,
) -> list[bytes]:
    """Figures as files, in the order given; all images come from one browser.

    Parameters
    ----------
    size : of the images, see ``on_paper``
    progress : called before each image with how many are drawn and how many are wanted
    has_title : whether images and pages show the title and the reading aid

    Raises
    ------
    ExportError
        If an image is wanted and there is no browser, or it fails.
    """
    images = [
        _image(on_paper(plot, size, has_title=has_title), format)
        for plot, format in wanted
        if format.is_image
    ]
    drawn = iter(draw_images(images, progress))
    return [
        next(drawn) if format.is_image else _text(plot, format, has_title=has_title)
        for plot, format in wanted
    ]


def _image(drawing: Drawing, format: FigureFormat) -> Image:
    size = drawing.size
    dots = size.dots_per_inch / 96 if format is FigureFormat.PNG else 1.0
    options = {
        "format": format.value,
        "width": drawing.width,
        "height": drawing.height,
        "scale": size.magnification * dots,
    }
    return Image(drawing.figure, options)


def _text(plot: Plot, format: FigureFormat, *, has_title: bool) -> bytes:
    if format is FigureFormat.CSV:
        return figure_csv(plot).encode()
    return figure_page(f"DEC Lab: {plot.name}", on_white(plot, has_title=has_title)).encode()
