"""Pictures side by side in one, and a figure of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dec_core.plots.figure import Figure

# Pixels of a larger image are left out, as there is no room for them.
_LONGEST_SIDE = 64


def levels(tiles: NDArray[np.number], low: float, high: float) -> NDArray[np.uint8]:
    """Images as levels from 0 to 255, those of ``low`` to ``high``.

    Parameters
    ----------
    tiles : (n_rows, n_columns, height, width, channels)

    Returns
    -------
    (n_rows, n_columns, height, width, 1 or 3), of large images every second pixel or fewer; only
    images of three channels are in colour
    """
    step = -(-max(tiles.shape[2:4]) // _LONGEST_SIDE)
    tiles = tiles[:, :, ::step, ::step].astype(np.float64)
    if tiles.shape[-1] != 3:
        tiles = tiles.mean(axis=-1, keepdims=True)
    shares = (tiles - low) / (high - low if high > low else 1.0)
    return np.round(255 * np.nan_to_num(shares).clip(0, 1)).astype(np.uint8)


@dataclass(frozen=True)
class Grid:
    """Where images of a size lie in rows, in pixels; ``text`` is the room between two rows."""

    height: int
    width: int
    text: int

    @classmethod
    def with_text(cls, height: int, width: int, *, share: float) -> Grid:
        """With room for words above each row, in heights of an image."""
        return cls(height, width, max(1, round(share * height)))

    @property
    def gap(self) -> int:
        """The room between two images of a row."""
        return max(1, round(self.width / 10))

    def top(self, row: int) -> int:
        """Where a row begins, from above."""
        return row * (self.height + self.text)

    def left(self, column: int) -> int:
        """Where an image of a row begins."""
        return column * (self.width + self.gap)

    def middle(self, row: int) -> float:
        """The height at which the middle of a row of images lies."""
        return self.top(row) + (self.height - 1) / 2

    def center(self, column: int) -> float:
        """Where the middle of an image of a row lies."""
        return self.left(column) + (self.width - 1) / 2

    def mosaic(self, tiles: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(height, width, 4), red, green, blue and opacity; nothing is seen between images."""
        rows, columns = tiles.shape[:2]
        size = self.top(rows) - self.text, self.left(columns) - self.gap
        picture = np.zeros((*size, 4), np.uint8)
        for row, column in np.ndindex(rows, columns):
            top, left = self.top(row), self.left(column)
            place = picture[top : top + self.height, left : left + self.width]
            place[..., :3], place[..., 3] = tiles[row, column], 255
        return picture


def add_picture(
    figure: Figure, picture: NDArray[np.uint8], *, room: int = 0, **upright: Any
) -> None:
    """Fill a figure with a picture (height, width, 4).

    Parameters
    ----------
    room : pixels that are left above and below it
    upright : more of the vertical axis
    """
    height, width = picture.shape[:2]
    figure.add_image(z=picture, colormodel="rgba256", hoverinfo="skip", name="images")
    figure.update_layout(
        showlegend=False,
        margin={"l": 12, "b": 8},
        xaxis={"visible": False, "range": [-0.5, width - 0.5], "constrain": "domain"},
        yaxis={
            "range": [height + room - 0.5, -room - 0.5],
            "scaleanchor": "x",
            "constrain": "domain",
            **upright,
        },
    )
