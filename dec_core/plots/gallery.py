"""Images of each class, a row per class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.figure import Figure
from dec_core.plots.mosaic import Grid, add_picture, levels
from dec_core.plots.style import Plot, new_figure, plain, shortened

# Of the height of an image, between two rows.
_BETWEEN_ROWS = 0.12
_LONGEST_NAME = 14


def draw_gallery(
    tiles: NDArray[np.number],
    names: Sequence[str],
    samples: NDArray[np.integer],
    *,
    of_volumes: bool = False,
) -> Plot:
    """Images of each class; where there are no labels, one row of any.

    Parameters
    ----------
    tiles : (n_rows, n_columns, height, width, channels), NaN where a class has fewer images
    names : of the rows, their classes
    samples : (n_rows, n_columns) the numbers of the samples, -1 where there is none
    of_volumes : whether the images are the middle slices of volumes
    """
    low, high = float(np.nanmin(tiles)), float(np.nanmax(tiles))
    images = levels(tiles, low, high)
    grid = Grid.with_text(*images.shape[2:4], share=_BETWEEN_ROWS)
    picture = grid.mosaic(images)
    for row, column in np.argwhere(samples < 0):
        top, left = grid.top(row), grid.left(column)
        picture[top : top + grid.height, left : left + grid.width, 3] = 0
    has_classes = any(names)
    figure = new_figure(
        "What do the classes look like?" if has_classes else "What do the samples look like?",
        ("A row per class, drawn at random" if has_classes else "Drawn at random")
        + "; the middle slice of each volume" * of_volumes,
        {"ids": "sample", "text": "class"},
    )
    add_picture(
        figure,
        picture,
        tickvals=[grid.middle(row) for row in range(len(names))],
        ticktext=[plain(shortened(name, _LONGEST_NAME)) for name in names],
        showgrid=False,
        zeroline=False,
        automargin=True,
        tickfont={"size": 10},
        ticks="outside" if has_classes else "",
    )
    _add_places(figure, grid, names, samples)
    shown = f"{np.count_nonzero(samples >= 0)} images"
    of = f" of the classes {', '.join(names[:10])}" if has_classes else ""
    return Plot("gallery", figure, f"{shown}{of}.")


def _add_places(
    figure: Figure, grid: Grid, names: Sequence[str], samples: NDArray[np.integer]
) -> None:
    """What the pointer finds on each image: the sample's number and its class."""
    places = np.argwhere(samples >= 0)
    figure.add_scatter(
        x=[grid.center(column) for _, column in places],
        y=[grid.middle(row) for row, _ in places],
        mode="markers",
        marker={"opacity": 0, "size": 20},
        ids=[str(samples[row, column]) for row, column in places],
        text=[names[row] for row, _ in places],
        hovertext=[
            ", ".join([f"sample {samples[row, column]:,}", *filter(None, [plain(names[row])])])
            for row, column in places
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        name="samples",
    )
