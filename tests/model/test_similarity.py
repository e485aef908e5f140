"""Equation 1 against TensorFlow's own derivatives: the same values and gradients, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from dec_core.model import DISSOLVED
from dec_core.model.similarity import squared_distances, student_t
from tests.training.bits import assert_same_bits


def plain_distances(embedding: Any, centers: Any) -> Any:
    return tf.reduce_sum(tf.square(tf.expand_dims(embedding, 1) - centers), axis=2)


def plain_student_t(squared_distance: Any) -> Any:
    kernel = 1.0 / (1.0 + squared_distance / 1.0)
    return kernel / tf.reduce_sum(kernel, axis=1, keepdims=True)


def value_and_gradients(of: Callable[..., Any], *arguments: np.ndarray) -> list[np.ndarray]:
    """In a graph for any number of samples, with an upstream gradient of its own everywhere."""

    @tf.function(
        input_signature=[tf.TensorSpec((None, arguments[0].shape[1]))]
        + [tf.TensorSpec(one.shape) for one in arguments[1:]]
    )
    def compiled(*tensors: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value = of(*tensors)
            scaled = tf.reduce_sum(value * tf.sin(tf.range(value.shape[1], dtype=tf.float32)))
        return value, *tape.gradient(scaled, tensors)

    return [part.numpy() for part in compiled(*arguments)]


@pytest.mark.parametrize(
    ("n_samples", "n_clusters", "n_dimensions"),
    [(256, 10, 10), (112, 10, 10), (1, 2, 1), (100, 3, 17), (37, 60, 2)],
)
@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e18])
def test_distances_and_q_are_those_of_the_plain_formulas(
    n_samples: int, n_clusters: int, n_dimensions: int, scale: float
) -> None:
    generator = np.random.default_rng(n_samples)
    embedding = (scale * generator.normal(size=(n_samples, n_dimensions))).astype(np.float32)
    centers = (scale * generator.normal(size=(n_clusters, n_dimensions))).astype(np.float32)
    centers[-1] = DISSOLVED
    ours = value_and_gradients(squared_distances, embedding, centers)
    assert_same_bits(ours, value_and_gradients(plain_distances, embedding, centers))
    both = (value_and_gradients(of, ours[0]) for of in (student_t, plain_student_t))
    assert_same_bits(*both)


def test_what_is_not_finite_stays_so() -> None:
    points = np.array([[np.nan, 0], [np.inf, 1], [1, 2]], np.float32)
    centers = np.array([[0, 0], [1, 2]], np.float32)
    ours, plain = (
        value_and_gradients(lambda z, mu, q=q, of=of: q(of(z, mu)), points, centers)
        for q, of in ((student_t, squared_distances), (plain_student_t, plain_distances))
    )
    for one, expected in zip(ours, plain, strict=True):
        np.testing.assert_array_equal(one, expected)
    assert np.isnan(ours[0][:2]).all() and np.isfinite(ours[0][2]).all()
