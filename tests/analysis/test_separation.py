"""How far clusters stand apart, beside scikit-learn's functions on the same points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from dec_core.analysis.separation import Clusters, PointSample, Separation
from dec_core.analysis.structure import DataSpace


def by_scikit_learn(points: np.ndarray, labels: np.ndarray, n_paired: int) -> list[float]:
    # Its distances lose digits far from the origin.
    points = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    return [
        silhouette_score(points[:n_paired], labels[:n_paired]),
        davies_bouldin_score(points, labels),
        calinski_harabasz_score(points, labels),
    ]


def numbers(found: Separation) -> list[float]:
    return [found.silhouette, found.davies_bouldin, found.calinski_harabasz]


def of(points: np.ndarray, labels: np.ndarray, n_paired: int = 60) -> list[float]:
    return numbers(PointSample(points).separation(Clusters(labels, n_paired)))


def points_and_labels(n_clusters: int = 4) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    labels = generator.integers(0, n_clusters, 150).astype(np.uint8)
    points = generator.normal(50, 1, (150, 6)) + 2 * labels[:, None]
    return points.astype(np.float32), labels


@pytest.mark.parametrize("scale", [1.0, 1e-30, 1e30])
@pytest.mark.parametrize("width", [1.0, 1e-4], ids=["wide", "tight"])
def test_each_is_that_of_scikit_learn(scale: float, width: float) -> None:
    points, labels = points_and_labels()
    means = np.stack([points[labels == k].mean(axis=0) for k in range(4)])[labels]
    points = (means + width * (points - means)).astype(np.float32)
    expected = by_scikit_learn(points, labels, 60)
    scaled = (points.astype(np.float64) * scale).astype(np.float32)
    assert of(points, labels) == pytest.approx(expected, rel=1e-6)
    assert of(scaled, labels) == pytest.approx(expected, rel=1e-3)


def test_clusters_without_a_point_and_points_that_are_alone() -> None:
    points, labels = points_and_labels()
    labels[labels == 2] = 7
    labels[3] = 200
    assert of(points, labels) == pytest.approx(by_scikit_learn(points, labels, 60), rel=1e-6)


def test_equal_points_in_two_clusters_have_no_silhouette() -> None:
    points = np.repeat([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]], 4, axis=0)
    labels = np.repeat([0, 1, 2], 4)
    silhouette, davies_bouldin, calinski_harabasz = of(points, labels)
    assert silhouette == silhouette_score(points, labels) == pytest.approx(1 / 3)
    # Two means in one place, and no width at all.
    assert math.isnan(davies_bouldin)
    assert math.isnan(calinski_harabasz)


@pytest.mark.parametrize(
    ("points", "labels"),
    [
        (np.eye(6), np.zeros(6, int)),
        (np.eye(6), np.arange(6)),
        (np.ones((6, 2)), np.arange(6) % 2),
        (np.array([[np.nan, 0], *[[1.0, 2.0]] * 5]), np.arange(6) % 2),
        (np.array([[np.inf, 0], *[[1.0, 2.0]] * 5]), np.arange(6) % 2),
        (np.zeros((1, 2)), np.zeros(1, int)),
    ],
    ids=["one cluster", "as many as points", "one place", "NaN", "infinite", "one point"],
)
def test_what_is_not_defined_is_nan_and_warns_of_nothing(
    points: np.ndarray, labels: np.ndarray
) -> None:
    assert all(math.isnan(value) for value in of(points, labels))


def test_the_data_are_looked_at_along_their_principal_components() -> None:
    generator = np.random.default_rng(5)
    x = generator.normal(size=(3_000, 30)) * np.linspace(3, 0.1, 30)
    labels = (x[:, 0] > 0) + 2 * (x[:, 1] > 0)
    chosen = np.arange(0, 3_000, 2)
    space = DataSpace((9 * x).astype(np.float32), chosen, seed=4)
    assert len(set(space.few_ids)) == 600
    assert set(space.few_ids) <= set(chosen)
    few = PCA(20, random_state=0).fit(x[chosen]).transform(x[space.few_ids])
    found = numbers(space.separation(space.clusters(labels)))
    assert found == pytest.approx(by_scikit_learn(few, labels[space.few_ids], 150), rel=1e-4)


def test_the_embedding_is_looked_at_by_the_same_samples() -> None:
    x, labels = points_and_labels()
    embedding = np.random.default_rng(6).normal(size=(150, 3)).astype(np.float32)
    space = DataSpace(x, np.arange(150))
    few = space.few_ids
    found = numbers(space.separation_in(embedding, space.clusters(labels)))
    assert found == pytest.approx(by_scikit_learn(embedding[few], labels[few], 150), rel=1e-6)


def test_the_seed_chooses_the_samples() -> None:
    x, ids = np.zeros((2_000, 1), np.float32), np.arange(2_000)
    first, again, other = (DataSpace(x, ids, seed).few_ids for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("x", [np.ones((9, 4)), np.ones((1, 4)), np.eye(9)[:, :1]], ids=str)
def test_few_or_constant_data_are_no_error(x: np.ndarray) -> None:
    space = DataSpace(x.astype(np.float32), np.arange(len(x)))
    found = space.separation(space.clusters(np.arange(len(x)) % 2))
    assert not math.isinf(found.silhouette)
