"""A run's film as an animated GIF, drawn without a browser."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dec_core.export.film import Film
from dec_core.export.paper import AXIS, GRID, INK, PAPER
from dec_core.plots.palette import cluster_colors

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]

_WIDTH, _HEIGHT = 760, 420
# Drawn this much larger and then made smaller, which smooths the edges.
_FINER = 2
_MAP: Box = (16, 56, 376, 404)
_SIZES: Box = (424, 56, 744, 376)
_SECONDS = 8
_SHORTEST, _LONGEST, _PAUSE = 60, 500, 2_500


def movie_gif(film: Film) -> bytes:
    """The map beside the cluster sizes until that moment; about eight seconds, then a pause."""
    drawn = [_frame(film, index) for index in range(len(film.iterations))]
    palette = _palette(drawn)
    small = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in drawn]
    each = max(_SHORTEST, min(_LONGEST, 1_000 * _SECONDS // len(small)))
    stream = io.BytesIO()
    small[0].save(
        stream,
        "GIF",
        save_all=True,
        append_images=small[1:],
        duration=[each] * (len(small) - 1) + [_PAUSE],
        loop=0,
        comment=film.sentence.encode(),
    )
    return stream.getvalue()


def _frame(film: Film, index: int) -> Image.Image:
    pixels = np.full((_HEIGHT * _FINER, _WIDTH * _FINER, 3), _rgb(PAPER), np.uint8)
    colors = np.array([_rgb(color) for color in cluster_colors(film.n_clusters)], np.uint8)
    _stamp(pixels, film.points[index], colors[film.labels[index]])
    _fill_sizes(pixels, film, int(film.iterations[index]), colors)
    image = Image.fromarray(pixels).resize((_WIDTH, _HEIGHT), Image.Resampling.BOX)
    _write(ImageDraw.Draw(image), film, index)
    return image


def _stamp(pixels: Pixels, points: NDArray[np.float32], colors: Pixels) -> None:
    """A small disc at every point; (n, 2) in [0, 1], (n, 3)."""
    left, top, right, bottom = (side * _FINER for side in _MAP)
    radius = 2 * _FINER if len(points) > 1_000 else 3 * _FINER
    extent = min(right - left, bottom - top) - 2 * radius
    x = (left + right) // 2 + ((points[:, 0] - 0.5) * extent).astype(int)
    y = (top + bottom) // 2 - ((points[:, 1] - 0.5) * extent).astype(int)
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            if dx * dx + dy * dy <= radius * radius:
                pixels[y + dy, x + dx] = colors


def _fill_sizes(pixels: Pixels, film: Film, until: int, colors: Pixels) -> None:
    """The stacked bands of the sizes figure, column by column of pixels."""
    left, top, right, bottom = (side * _FINER for side in _SIZES)
    iterations, shares = film.shares.iterations, film.shares.shares
    at = np.linspace(0, max(int(iterations[-1]), 1), right - left)
    bounds = np.cumsum(shares, axis=1)
    heights = np.stack([np.interp(at, iterations, bounds[:, k]) for k in range(shares.shape[1])])
    level = (np.arange(bottom - top)[::-1, None] + 0.5) / (bottom - top)
    cluster = np.zeros((bottom - top, right - left), int)
    for bound in heights[:-1]:
        cluster += level > bound
    area = pixels[top:bottom, left:right]
    area[:] = _rgb(GRID)
    past = at <= until
    area[:, past] = colors[cluster[:, past]]


def _write(draw: ImageDraw.ImageDraw, film: Film, index: int) -> None:
    large, small = ImageFont.load_default(15), ImageFont.load_default(12)
    draw.text((16, 10), f"Iteration {film.iterations[index]:,}", INK, large)
    n_sampled = f"{film.points.shape[1]:,} samples"
    draw.text((16, 32), f"PCA of the embedding, {n_sampled} by cluster", INK, small)
    draw.text((_SIZES[0], 10), "Cluster sizes", INK, large)
    occupied = len(np.unique(film.labels[index]))
    draw.text((_SIZES[0], 32), f"{occupied} of {film.n_clusters} clusters on the map", INK, small)
    left, top, right, bottom = _SIZES
    draw.line((left, bottom, right, bottom), AXIS)
    for share, y in (("100%", top), ("50%", (top + bottom) / 2), ("0%", bottom)):
        draw.text((left - 6, y), share, INK, small, anchor="rm")
    draw.text((left, bottom + 8), "0", INK, small)
    draw.text((right, bottom + 8), f"{film.shares.iterations[-1]:,}", INK, small, anchor="ra")
    draw.text(((left + right) / 2, bottom + 8), "iteration", INK, small, anchor="ma")


def _palette(drawn: list[Image.Image]) -> Image.Image:
    """256 colours that serve all frames, so that no colour flickers."""
    chosen = [drawn[0], drawn[len(drawn) // 2], drawn[-1]]
    sheet = Image.new("RGB", (_WIDTH, _HEIGHT * len(chosen)))
    for number, image in enumerate(chosen):
        sheet.paste(image, (0, number * _HEIGHT))
    return sheet.quantize(256)


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue
