"""What the autoencoder makes of a few samples: images beside their originals, or the features that
it reconstructs worst."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.pictures import as_pictures, is_volume
from dec_core.config import ImageShape
from dec_core.events.events import ReconstructionsTaken
from dec_core.events.frames import Frames
from dec_core.events.view import View
from dec_core.plots.figure import Figure
from dec_core.plots.mosaic import Grid, add_picture, levels
from dec_core.plots.palette import PRETRAINING, translucent
from dec_core.plots.style import Plot, new_figure, plain, say_instead

Floats = NDArray[np.float32]

MOST_FEATURES = 12
_TITLE = "What does the autoencoder reconstruct?"
# Room for a line of words, in heights of an image.
_TEXT_ROOM = 0.45


def draw_reconstructions(view: View, frames: Frames, features: Sequence[str] = ()) -> Plot:
    """The newest reconstructions of pretraining; a sentence where there are none.

    ``features`` are the names of the features; where there are none, they are numbered from 0.
    """
    taken = frames.reconstructions
    if taken is None:
        return _none(view)
    if taken.image_shape is None:
        return _draw_features(taken, features)
    return _draw_images(taken, taken.image_shape, _names(view, frames, taken))


def grey_levels(taken: ReconstructionsTaken, image_shape: ImageShape) -> NDArray[np.uint8]:
    """Originals and reconstructions in one scale, from the least number of the originals to the
    largest; of volumes the middle slices.

    Returns
    -------
    (2, n_shown, height, width, 1 or 3) from 0 to 255; only images of three channels are in colour
    """
    tiles = as_pictures(np.stack([taken.originals, taken.reconstructions]), image_shape)
    return levels(tiles, float(taken.originals.min()), float(taken.originals.max()))


def _draw_images(taken: ReconstructionsTaken, image_shape: ImageShape, names: list[str]) -> Plot:
    tiles, errors = grey_levels(taken, image_shape), _errors(taken)
    grid = Grid.with_text(*tiles.shape[2:4], share=_TEXT_ROOM)
    what = "the middle slices; below" if is_volume(image_shape) else "below"
    figure = new_figure(
        _TITLE,
        f"{_after(taken).capitalize()}; {what} each pair is its mean squared error",
        {"ids": "sample", "customdata": "mean_squared_error"},
    )
    picture = grid.mosaic(tiles)
    add_picture(figure, picture, room=grid.text, visible=False)
    figure.add_scatter(
        x=[grid.center(column) for column in range(len(names))],
        y=[len(picture) + grid.text / 2 - 0.5] * len(names),
        mode="text",
        text=[f"{error:.2g}" if np.isfinite(error) else "\N{EN DASH}" for error in errors],
        textfont={"size": 10},
        customdata=errors,
        ids=[str(sample) for sample in taken.sample_ids],
        hovertext=names,
        hovertemplate="%{hovertext}: mean squared error %{customdata:.4g}<extra></extra>",
        name="reconstruction",
    )
    for row, name in enumerate(("originals", "reconstructions")):
        _name_row(figure, grid.top(row), name)
    return Plot("reconstructions", figure, _images_in_words(taken, errors))


def _name_row(figure: Figure, top: int, name: str) -> None:
    figure.add_annotation(
        text=name,
        xref="x domain",
        x=0,
        xanchor="left",
        y=top - 0.5,
        yanchor="bottom",
        showarrow=False,
        font={"size": 11},
    )


def _draw_features(taken: ReconstructionsTaken, features: Sequence[str]) -> Plot:
    figure = new_figure(
        _TITLE,
        f"Unexplained variance {_after(taken)}, worst features first; at 100% the mean is as good",
        {"y": "feature", "x": "unexplained_share"},
    )
    worst = _worst(taken.unexplained)
    if not len(worst):
        reason = "No feature has a finite error, or all are constant."
        say_instead(figure, reason)
        return Plot("reconstructions", figure, f"Reconstructions {_after(taken)}: {reason}")
    figure.add_bar(
        x=taken.unexplained[worst],
        y=[plain(_name(feature, features)) for feature in worst],
        orientation="h",
        name="not explained",
        marker={"color": translucent(PRETRAINING, 0.6)},
        hovertemplate="%{y}: %{x:.1%} of its variance is not explained<extra></extra>",
    )
    figure.add_vline(x=1, line={"color": PRETRAINING, "width": 1.2, "dash": "dash"})
    figure.update_layout(
        showlegend=False,
        xaxis={"rangemode": "tozero", "tickformat": ".0%"},
        yaxis={
            "autorange": "reversed",
            "automargin": True,
            "type": "category",
            "dtick": 1,
            "tickfont": {"size": 10},
        },
    )
    return Plot("reconstructions", figure, _features_in_words(taken, worst, features))


def _worst(unexplained: Floats) -> NDArray[np.intp]:
    """The features that are reconstructed worst, at most ``MOST_FEATURES``, worst first."""
    finite = np.flatnonzero(np.isfinite(unexplained))
    return finite[np.argsort(-unexplained[finite], kind="stable")[:MOST_FEATURES]]


def _errors(taken: ReconstructionsTaken) -> Floats:
    """(n_shown,) mean squared errors; infinite where the network diverged."""
    with np.errstate(all="ignore"):
        difference = taken.reconstructions.astype(np.float64) - taken.originals
        return np.mean(difference**2, axis=1).astype(np.float32)


def _names(view: View, frames: Frames, taken: ReconstructionsTaken) -> list[str]:
    """What to call the samples: by number, and by class where it is known."""
    names = [f"sample {sample:,}" for sample in taken.sample_ids]
    labels = frames.samples.true_labels
    if labels is None or view.started is None:
        return names
    classes = view.started.class_names
    known = [labels[sample] for sample in taken.sample_ids]
    return [
        f"{name}, class {plain(classes[label]) if classes else label}"
        for name, label in zip(names, known, strict=True)
    ]


def _after(taken: ReconstructionsTaken) -> str:
    return f"after epoch {taken.epoch:,}" if taken.epoch else "before training"


def _images_in_words(taken: ReconstructionsTaken, errors: Floats) -> str:
    if not np.isfinite(errors).all():
        return f"Reconstructions of {len(errors)} samples {_after(taken)}: some are not finite."
    return (
        f"Reconstructions of {len(errors)} samples {_after(taken)}: mean squared errors from "
        f"{errors.min():.4g} to {errors.max():.4g}, {errors.mean():.4g} in the mean."
    )


def _name(feature: int, features: Sequence[str]) -> str:
    return features[feature] if features else f"feature {feature}"


def _features_in_words(
    taken: ReconstructionsTaken, worst: NDArray[np.intp], features: Sequence[str]
) -> str:
    first = worst[0]
    finite = taken.unexplained[np.isfinite(taken.unexplained)]
    return (
        f"Reconstructions {_after(taken)}: worst is {_name(first, features)}, of whose variance "
        f"{taken.unexplained[first]:.1%} is not explained; of {len(finite):,} features "
        f"{np.count_nonzero(finite >= 1):,} are no better than their mean."
    )


def _none(view: View) -> Plot:
    figure = new_figure(_TITLE, "Samples beside what the autoencoder makes of them", {"x": "x"})
    reason = "There are none yet. The first come when pretraining begins."
    if view.pretraining or view.centers is not None:
        reason = "This run has kept none."
    say_instead(figure, reason)
    return Plot("reconstructions", figure, f"Reconstructions: {reason}")
