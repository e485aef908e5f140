"""Three groups of points whose distances are known, and two maps of them.

The map by UMAP is read from a file, since UMAP takes ten seconds to load: it is
``umap_map(island_points(), None, 0)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.projection import Points, pca_map

_MAP = Path(__file__).with_name("islands_umap.csv")
_EACH, _DIMENSIONS = 80, 10
_DISTANCES, _WIDTHS = (0.0, 12.0, 60.0), (0.5, 2.0, 1.0)


@dataclass(frozen=True)
class Maps:
    """``labels`` (n_points,); the maps are (n_points, 2)."""

    labels: NDArray[np.uint8]
    pca: Points
    umap: Points


def island_points() -> Points:
    """(240, 10): A at the origin, B at distance 12 and four times as wide, C at distance 60."""
    random = np.random.default_rng(0)
    groups = []
    for axis, (distance, width) in enumerate(zip(_DISTANCES, _WIDTHS, strict=True)):
        center = np.zeros(_DIMENSIONS)
        center[axis] = distance
        groups.append(center + random.normal(size=(_EACH, _DIMENSIONS)) * width)
    return np.concatenate(groups).astype(np.float32)


@cache
def island_maps() -> Maps:
    """The points by PCA and by UMAP."""
    labels = np.repeat(np.arange(3, dtype=np.uint8), _EACH)
    return Maps(labels, pca_map(island_points()), np.loadtxt(_MAP, np.float32, delimiter=","))


@dataclass(frozen=True)
class Islands:
    """Ratios as a text quotes them: of the distances A to C and A to B, and of the widths of B
    and A, among the points and on the map by UMAP."""

    distance: str
    map_distance: str
    size: str
    map_size: str


@cache
def island_figures() -> Islands:
    """The ratios as they are."""
    maps = island_maps()
    points, umap = _ratios(island_points(), maps.labels), _ratios(maps.umap, maps.labels)
    (distance, size), (map_distance, map_size) = points, umap
    return Islands(f"{distance:.0f}", f"{map_distance:.1f}", f"{size:.0f}", f"{map_size:.1f}")


def _ratios(points: Points, labels: NDArray[np.uint8]) -> tuple[float, float]:
    """Of distances and of widths, the mean distance from the centre of a group."""
    groups = [points[labels == group] for group in range(3)]
    a, b, c = (group.mean(axis=0) for group in groups)
    widths = [float(np.linalg.norm(one - one.mean(axis=0), axis=1).mean()) for one in groups]
    distance = float(np.linalg.norm(c - a) / np.linalg.norm(b - a))
    return distance, widths[1] / widths[0]
