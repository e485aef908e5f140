"""The pictures of a film, drawn without a browser: the map beside the cluster sizes so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dec_core.export.film import FILM_WIDTH, Ends, Film, check_film_width
from dec_core.export.paper import AXIS, GRID, INK, PAPER
from dec_core.plots.palette import cluster_colors

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]

# How long each picture is shown, and the last one, in milliseconds.
_SECONDS, _SHORTEST, _LONGEST = 8, 60, 500
PAUSE = 2_500

# Everything is laid out for this size and then magnified.
_DESIGN_WIDTH, _DESIGN_HEIGHT = 760, 430
_MAP, _SIZES = (16, 56, 376, 368), (424, 56, 744, 368)
_LINE = 15
# Drawn this much larger and then made smaller, which smooths the edges.
_FINER = 2


def film_size(width: int) -> tuple[int, int]:
    """Width and height in pixels, both even, as a video needs them.

    Raises
    ------
    SettingsError
        If the width is not one of ``FILM_WIDTHS``.
    """
    check_film_width(width)
    return width, 2 * round(width * _DESIGN_HEIGHT / _DESIGN_WIDTH / 2)


class FilmPictures:
    """The pictures of a film in one width, each drawn when it is asked for.

    Attributes
    ----------
    size : width and height in pixels
    milliseconds : how long each is shown, about eight seconds for all of them; the last one is
        shown for ``PAUSE``

    Raises
    ------
    SettingsError
        As ``film_size``.
    """

    def __init__(self, film: Film, width: int = FILM_WIDTH) -> None:
        self.size = film_size(width)
        self.milliseconds = max(_SHORTEST, min(_LONGEST, 1_000 * _SECONDS // len(film.iterations)))
        self._film = film
        self._colors = np.array(
            [_rgb(color) for color in cluster_colors(film.n_clusters)], np.uint8
        )
        self._scale = width / _DESIGN_WIDTH
        self._map, self._sizes = self._box(_MAP), self._box(_SIZES)
        self._large = ImageFont.load_default(15 * self._scale)
        self._small = ImageFont.load_default(12 * self._scale)

    def __len__(self) -> int:
        return len(self._film.iterations)

    def __iter__(self) -> Iterator[Image.Image]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Image.Image:
        width, height = self.size
        pixels = np.full((height * _FINER, width * _FINER, 3), _rgb(PAPER), np.uint8)
        self._stamp(pixels, index)
        self._fill_sizes(pixels, int(self._film.iterations[index]))
        image = Image.fromarray(pixels).resize(self.size, Image.Resampling.BOX)
        draw = ImageDraw.Draw(image)
        self._mark_start(draw, index)
        self._write_map(draw, index)
        self._write_sizes(draw, index)
        return image

    def _px(self, length: float) -> int:
        return round(length * self._scale)

    def _box(self, box: Box) -> Box:
        left, top, right, bottom = map(self._px, box)
        return left, top, right, bottom

    def _on_map(self, index: int, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) points in pixels of a picture; both axes have the same unit."""
        left, top, right, bottom = self._map
        ends = np.array(self._film.scales[index][:2])
        per_unit = min(np.array([right - left, bottom - top]) / np.ptp(ends, axis=1))
        moved = (points - ends.mean(axis=1)) * per_unit * (1, -1)
        return np.asarray(moved + np.array([left + right, top + bottom]) / 2)

    def _stamp(self, pixels: Pixels, index: int) -> None:
        """A small disc at every point."""
        places = self._on_map(index, self._film.points[index].astype(float))
        colors = self._colors[self._film.labels[index]]
        radius = self._px((2 if len(places) > 1_000 else 3) * _FINER)
        x, y = (places * _FINER).astype(int).T
        for dy in range(-radius, radius + 1):
            for dx in range(-radius, radius + 1):
                if dx * dx + dy * dy <= radius * radius:
                    pixels[y + dy, x + dx] = colors

    def _fill_sizes(self, pixels: Pixels, until: int) -> None:
        """The stacked bands of the sizes figure, column by column of pixels."""
        left, top, right, bottom = (side * _FINER for side in self._sizes)
        iterations, shares = self._film.shares.iterations, self._film.shares.shares
        at = np.linspace(0, max(int(iterations[-1]), 1), right - left)
        bounds = np.cumsum(shares, axis=1).T
        heights = np.stack([np.interp(at, iterations, bound) for bound in bounds])
        level = (np.arange(bottom - top)[::-1, None] + 0.5) / (bottom - top)
        cluster = np.zeros((bottom - top, right - left), int)
        for bound in heights[:-1]:
            cluster += level > bound
        area = pixels[top:bottom, left:right]
        area[:] = _rgb(GRID)
        past = at <= until
        area[:, past] = self._colors[cluster[:, past]]

    def _mark_start(self, draw: ImageDraw.ImageDraw, index: int) -> None:
        """The dashed rectangle that the k-means start fills, where the embedding is far wider."""
        if (start := self._film.scales[index].start) is None:
            return
        x, y = self._on_map(index, np.array(start, float).T).T.tolist()
        for level in y:
            for begin, end in _dashes(x):
                draw.line((begin, level, end, level), AXIS)
        for place in x:
            for begin, end in _dashes(y):
                draw.line((place, begin, place, end), AXIS)

    def _write_map(self, draw: ImageDraw.ImageDraw, index: int) -> None:
        film, (left, _, _, bottom) = self._film, self._map
        draw.text((left, self._px(10)), f"Iteration {film.iterations[index]:,}", INK, self._large)
        about = f"PCA of the embedding, {film.points.shape[1]:,} samples by cluster"
        draw.text((left, self._px(32)), about, INK, self._small)
        lines = self._lines(film.scales[index].notes)
        for number, line in enumerate(lines):
            draw.text((left, bottom + self._px(8 + _LINE * number)), line, INK, self._small)

    def _lines(self, notes: Sequence[str]) -> list[str]:
        """The notes, broken where they are wider than the map."""
        left, _, right, _ = self._map
        lines: list[str] = []
        for note in notes:
            lines.append("")
            for word in note.split():
                longer = f"{lines[-1]} {word}".strip()
                if self._small.getlength(longer) <= right - left:
                    lines[-1] = longer
                else:
                    lines.append(word)
        return lines

    def _write_sizes(self, draw: ImageDraw.ImageDraw, index: int) -> None:
        film, (left, top, right, bottom) = self._film, self._sizes
        draw.text((left, self._px(10)), "Cluster sizes", INK, self._large)
        occupied = len(np.unique(film.labels[index]))
        about = f"{occupied} of {film.n_clusters} clusters on the map"
        draw.text((left, self._px(32)), about, INK, self._small)
        draw.line((left, bottom, right, bottom), AXIS)
        for share, y in (("100%", top), ("50%", (top + bottom) / 2), ("0%", bottom)):
            draw.text((left - self._px(6), y), share, INK, self._small, anchor="rm")
        below = bottom + self._px(8)
        draw.text((left, below), "0", INK, self._small)
        last = f"{film.shares.iterations[-1]:,}"
        draw.text((right, below), last, INK, self._small, anchor="ra")
        draw.text(((left + right) / 2, below), "iteration", INK, self._small, anchor="ma")


def _dashes(ends: Sequence[float]) -> Iterator[Ends]:
    """The parts of a dashed line between two ends, in pixels."""
    low, high = min(ends), max(ends)
    for begin in np.arange(low, high, 8):
        yield float(begin), float(min(begin + 4, high))


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue
