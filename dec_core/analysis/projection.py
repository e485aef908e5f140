"""Maps of the embedding in the plane, made so that successive ones can be compared.

PCA costs milliseconds and hides nothing; UMAP shows neighbourhoods. Both are aligned to an
earlier map by a rotation, a reflection and a shift, which change no distance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes

from dec_core.errors import ProjectionError

Points = NDArray[np.float32]

NEIGHBORS = 15
COLD_EPOCHS = 200
WARM_EPOCHS = 50
# UMAP needs a neighbourhood; with fewer points PCA is the honest map.
FEWEST_POINTS = 8

_NOT_FINITE = "the embedding is not finite. Lower the learning rate."


def run_maps(embeddings: Iterable[Points], start: Points) -> Iterator[Points | None]:
    """The PCA maps of a run, turned towards the one of its k-means start.

    Screens, figures and films of a run all show these, so that they stand alike in them.

    Parameters
    ----------
    embeddings : each (n_samples, n_dimensions), of one update
    start : (n_samples, n_dimensions), of the same samples at the k-means start

    Yields
    ------
    (n_samples, 2) float32 for each of them; None where it or the start is not finite or has
    squares that are not
    """
    reference = _map_or_none(start)
    for embedding in embeddings:
        yield None if reference is None else _map_or_none(embedding, reference)


def run_map(embedding: Points, start: Points) -> tuple[Points, Points] | None:
    """One of ``run_maps``, and the map of the start that it is turned towards.

    Parameters
    ----------
    embedding, start : (n_samples, n_dimensions)

    Returns
    -------
    Two times (n_samples, 2) float32; None where ``run_maps`` yields None
    """
    reference = _map_or_none(start)
    points = None if reference is None else _map_or_none(embedding, reference)
    return None if reference is None or points is None else (points, reference)


def pca_map(embedding: Points, reference: Points | None = None) -> Points:
    """The two principal components of the embedding; the largest weight of each is positive.

    Parameters
    ----------
    embedding : (n_samples, n_dimensions)
    reference : (n_samples, 2), an earlier map of the same samples to turn towards

    Returns
    -------
    (n_samples, 2) float32, centred; the second column is 0 for a one-dimensional embedding

    Raises
    ------
    ProjectionError
        If the embedding or its squares are not finite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        centered = embedding - embedding.mean(axis=0)
        scatter = centered.T @ centered
    if not np.isfinite(scatter).all():
        raise ProjectionError(_NOT_FINITE)
    _, vectors = np.linalg.eigh(scatter)
    points = np.zeros((len(embedding), 2), np.float32)
    main = vectors[:, ::-1][:, :2]
    main = main * np.sign(main[np.abs(main).argmax(axis=0), np.arange(main.shape[1])])
    points[:, : main.shape[1]] = centered @ main
    return points if reference is None else align(points, reference)


class Plane(NamedTuple):
    """How a PCA map draws any point of the embedding, such as a cluster centre.

    Attributes
    ----------
    origin : (n_dimensions,), the point that is drawn at ``place``
    place : (2,)
    directions : (n_dimensions, 2), how a difference of two points is drawn
    """

    origin: Points
    place: Points
    directions: Points

    @classmethod
    def of(cls, embedding: Points, points: Points) -> Plane:
        """From the samples (n_samples, n_dimensions) and their map (n_samples, 2).

        A direction in which the samples do not differ is drawn without length.
        """
        origin, place = embedding.mean(axis=0), points.mean(axis=0)
        directions, *_ = np.linalg.lstsq(embedding - origin, points - place, rcond=1e-5)
        return cls(origin, place, directions)

    def draw(self, vectors: NDArray[np.floating]) -> Points:
        """(n, n_dimensions) points as (n, 2) places."""
        return np.asarray(self.place + (vectors - self.origin) @ self.directions, np.float32)


def umap_map(embedding: Points, previous: Points | None, seed: int) -> Points:
    """A UMAP map, warm-started from ``previous`` and aligned to it.

    Parameters
    ----------
    embedding : (n_samples, n_dimensions), finite, at least 8 samples
    previous : (n_samples, 2), the map of the same samples at an earlier update
    seed : same seed, same map

    Raises
    ------
    ProjectionError
        If the embedding has too few samples, is not finite or is a single point.

    Source: McInnes, Healy, Melville, "UMAP", 2018, as umap-learn implements it.
    """
    _check(embedding)
    from sklearn.neighbors import NearestNeighbors
    from umap import UMAP

    count = min(NEIGHBORS, len(embedding) - 1)
    finder = NearestNeighbors(n_neighbors=count, algorithm="kd_tree").fit(embedding)
    distances, indices = finder.kneighbors(embedding)
    model = UMAP(
        n_neighbors=count,
        n_epochs=COLD_EPOCHS if previous is None else WARM_EPOCHS,
        init=_spread_out(pca_map(embedding) if previous is None else previous, seed),
        precomputed_knn=(indices.astype(np.int32), distances.astype(np.float32)),
        random_state=seed,
        n_jobs=1,
    )
    points = np.asarray(model.fit_transform(embedding), np.float32)
    if not np.isfinite(points).all():
        raise ProjectionError("the map is not finite. Look at PCA instead.")
    return points if previous is None else align(points, previous)


def align(points: Points, reference: Points) -> Points:
    """Rotate, reflect and shift ``points`` (n, 2) as close to ``reference`` (n, 2) as they go."""
    center = reference.mean(axis=0)
    moved = points - points.mean(axis=0)
    rotation, _ = orthogonal_procrustes(moved, reference - center)
    return (moved @ rotation + center).astype(np.float32)


def _spread_out(points: Points, seed: int) -> Points:
    """The same map; a column whose points all coincide gets random numbers, as UMAP divides by
    the extent of each."""
    is_flat = np.ptp(points, axis=0) == 0
    noise = np.random.default_rng(seed).normal(size=points.shape)
    return np.where(is_flat, noise, points).astype(np.float32)


def _map_or_none(embedding: Points, reference: Points | None = None) -> Points | None:
    try:
        return pca_map(embedding, reference)
    except ProjectionError:
        return None


def _check(embedding: Points) -> None:
    if len(embedding) < FEWEST_POINTS:
        raise ProjectionError(
            f"UMAP needs at least {FEWEST_POINTS} samples. Received {len(embedding)}. "
            "Look at PCA instead."
        )
    if not np.isfinite(embedding).all():
        raise ProjectionError(_NOT_FINITE)
    if np.ptp(embedding, axis=0).max() == 0:
        raise ProjectionError("the embedding is a single point, so there is nothing to map.")
