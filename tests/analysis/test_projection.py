"""Maps in the plane: PCA, alignment and what cannot be mapped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dec_core.analysis.projection import align, pca_map, run_map, run_maps, umap_map
from dec_core.errors import ProjectionError


def points(n_samples: int = 40, n_dimensions: int = 4) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n_samples, n_dimensions)).astype(np.float32)


def test_pca_keeps_the_distances_of_points_that_lie_in_a_plane() -> None:
    plane = points(40, 2)
    embedding = (plane @ np.linalg.qr(points(4, 4))[0][:2] + 3).astype(np.float32)
    found = pca_map(embedding)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-5)
    distances = np.linalg.norm(plane[:, None] - plane, axis=2)
    np.testing.assert_allclose(np.linalg.norm(found[:, None] - found, axis=2), distances, atol=1e-4)
    assert found[:, 0].var() > found[:, 1].var()


def test_pca_agrees_with_scikit_learn_up_to_signs() -> None:
    from sklearn.decomposition import PCA

    embedding = points(200, 6) * np.array([5, 3, 2, 1, 1, 0.5], np.float32) + 7
    expected = PCA(2, svd_solver="full").fit_transform(embedding)
    found = pca_map(embedding)
    assert found.shape == (200, 2)
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * signs, expected, atol=1e-3)


def test_pca_of_one_dimension_is_a_line() -> None:
    found = pca_map(points(10, 1))
    assert found.shape == (10, 2)
    assert not found[:, 1].any()
    assert found[:, 0].any()


def test_align_undoes_a_rotation_a_reflection_and_a_shift() -> None:
    reference = points(30, 2)
    turned = reference @ np.array([[0.6, 0.8], [0.8, -0.6]], np.float32) + 5
    np.testing.assert_allclose(align(turned, reference), reference, atol=1e-5)


def test_align_does_not_scale() -> None:
    reference = points(30, 2)
    found = align(3 * reference, reference)
    assert np.std(found) == pytest.approx(3 * np.std(reference - reference.mean(axis=0)), rel=0.02)


def test_pca_turns_towards_an_earlier_map() -> None:
    embedding = points()
    first = pca_map(embedding)
    np.testing.assert_allclose(pca_map(embedding, reference=-first), -first, atol=1e-5)


def test_pca_has_its_signs_from_the_embedding_alone() -> None:
    embedding = points(200, 6) * np.array([5, 3, 2, 1, 1, 0.5], np.float32)
    for columns in (np.s_[::-1], [3, 1, 5, 0, 2, 4]):
        found = pca_map(embedding[:, columns])
        np.testing.assert_allclose(found, pca_map(embedding), atol=1e-3)


def test_the_maps_of_a_run_stand_as_the_one_of_its_start() -> None:
    start, later = points(), points() + np.float32(0.1) * points(41)[1:]
    odd = np.full_like(start, 1e30)
    first, second, without = run_maps([start, later, odd], start)
    assert first is not None and second is not None
    np.testing.assert_allclose(first, pca_map(start), atol=1e-5)
    np.testing.assert_array_equal(second, pca_map(later, pca_map(start)))
    found = run_map(later, start)
    assert found is not None
    np.testing.assert_array_equal(found, (second, pca_map(start)))
    assert without is None
    assert run_map(start, odd) is run_map(odd, start) is None


@pytest.mark.parametrize("odd", [np.nan, np.inf, 1e30], ids=str)
def test_pca_refuses_what_is_not_finite_or_becomes_so(odd: float) -> None:
    embedding = points()
    embedding[3, 1] = odd
    with pytest.raises(ProjectionError, match="not finite"):
        pca_map(embedding)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 6), st.integers(1, 4), st.sampled_from(["all", "one", "column"]), st.data())
def test_every_small_embedding_has_a_finite_map(
    n_samples: int, n_dimensions: int, differ: str, data: st.DataObject
) -> None:
    numbers = arrays(
        np.float32, (2, n_samples, n_dimensions), elements=st.floats(-1e6, 1e6, width=32)
    )
    start, later = data.draw(numbers)
    if differ == "one":
        later[:] = later[0]
    if differ == "column":
        later[:, 0] = start[:, 0] = 3
    maps = run_map(later, start)
    assert maps is not None
    for found, embedding in zip(maps, (later, start), strict=True):
        assert found.shape == (n_samples, 2)
        assert np.isfinite(found).all()
        scale = np.abs(embedding).max() + 1
        assert np.ptp(found, axis=0).max() <= 2 * np.sqrt(n_dimensions) * scale * 1.001


@pytest.mark.parametrize(
    ("embedding", "message"),
    [
        (points(7), "at least 8 samples. Received 7"),
        (np.full((20, 3), np.nan, np.float32), "not finite"),
        (np.ones((20, 3), np.float32), "single point"),
    ],
)
def test_umap_refuses_what_has_no_map(embedding: np.ndarray, message: str) -> None:
    with pytest.raises(ProjectionError, match=message):
        umap_map(embedding, None, seed=0)
