"""A UMAP map of one update."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class MapFrame:
    """The map at one update: (n_sampled, 2) float32, points in the order of ``sample_ids``."""

    update: int
    iteration: int
    points: NDArray[np.float32]
