"""Which clusters have become too small and are taken out of q and P for good."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dec_core.config import Dissolving, SmallDissolving
from dec_core.model import is_dissolved
from dec_core.training.compiled_clustering import Evaluation


def too_small(
    settings: Dissolving,
    evaluation: Evaluation,
    began: Sequence[int],
    centers: NDArray[np.float32],
) -> NDArray[np.intp]:
    """The clusters to dissolve, by their numbers, ascending; none where numbers are not finite.

    UNSEEN adds the samples of a dissolved cluster to what the others began with; here they are
    measured by their own beginning throughout. Either way one cluster at least is left, as all
    together never have fewer samples than they began with.

    Parameters
    ----------
    began : samples of each cluster at the k-means start, or after the last reset
    centers : (n_clusters, n_dimensions)
    """
    if not isinstance(settings, SmallDissolving) or not np.isfinite(evaluation.q).all():
        return np.empty(0, np.intp)
    sizes = np.bincount(evaluation.labels, minlength=len(centers))
    is_small = sizes < settings.dissolve_below * np.array(began)
    return np.flatnonzero(is_small & ~is_dissolved(centers))
