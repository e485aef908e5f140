"""Random shifts and rotations: what they do to pixels, and that they never change a target."""

from __future__ import annotations

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import affine_transform

from dec_core.config import ClusteringSettings, DenseNetwork, IdecObjective, PretrainingSettings
from dec_core.data.samples import Samples
from dec_core.model import build_autoencoder, build_clustering_model
from dec_core.training.augmentation import Augmentation
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.compiled_pretraining import PretrainingLoop
from dec_core.training.noise import Purpose, seed_of
from dec_core.training.resident import ResidentSamples
from tests.model.reference import compile_model
from tests.training.bits import BY_NAME, OPTIMIZERS, assert_same_bits

SHAPE, SEED = (7, 5, 3), 4
X = np.random.default_rng(0).random((40, 105), np.float32)
RESIDENT = ResidentSamples.of(Samples(X))
NETWORK = DenseNetwork(units=(12, 4))
MOVES = {"shift": 2, "rotation": 30, "batch_size": 16}
IN_COLOUR = Augmentation(2, 30, SHAPE)


def drawn_from(purpose: Purpose, step: int) -> tf.Tensor:
    return seed_of(purpose, tf.constant(SEED, tf.int64), step)


def batch_at(step: int) -> slice:
    begin = step % 3 * 16
    return slice(begin, min(begin + 16, 40))


def test_each_image_is_turned_about_its_centre_and_shifted_with_zeros_around_it() -> None:
    seed = drawn_from(Purpose.PRETRAINING_IMAGES, 3)
    moved = IN_COLOUR.moved(X, seed).numpy().reshape(-1, *SHAPE)
    center = (np.array(SHAPE[:2]) - 1) / 2
    for image, result, (turn, right, down) in zip(
        X.reshape(-1, *SHAPE), moved, tf.random.stateless_uniform((40, 3), seed, -1, 1), strict=True
    ):
        angle = float(turn) * math.radians(30)
        cos, sin = math.cos(angle), math.sin(angle)
        # Rows run downwards: where a pixel of the result was before.
        before = np.array([[cos, -sin], [sin, cos]])
        offset = center - before @ (center + 2 * np.array([float(down), float(right)]))
        for channel in range(3):
            expected = affine_transform(
                image[..., channel], before, offset, order=1, mode="grid-constant"
            )
            np.testing.assert_allclose(result[..., channel], expected, atol=1e-5)


def test_draws_follow_from_seed_and_step_and_nothing_is_moved_unless_it_is_asked_for() -> None:
    seeds = [drawn_from(purpose, step) for purpose in Purpose for step in (0, 1)]
    moved = {IN_COLOUR.moved(X, seed).numpy().tobytes() for seed in (*seeds, *seeds)}
    assert len(moved) == len(seeds)
    still = Augmentation(0, 0, SHAPE).moved(X, seeds[0])
    np.testing.assert_array_equal(still, X)
    assert Augmentation.of(PretrainingSettings(), SHAPE) is None
    assert Augmentation.of(ClusteringSettings(shift=1), SHAPE) == Augmentation(1, 0, SHAPE)


@BY_NAME
def test_pretraining_equals_train_on_batch_from_moved_to_clean_images(
    values: dict[str, object],
) -> None:
    settings = PretrainingSettings(**MOVES, shuffle=False, **values)  # type: ignore[arg-type]
    model, plain = (build_autoencoder(105, NETWORK, seed=2).model for _ in range(2))
    loop = PretrainingLoop(model, RESIDENT, settings, SEED, augmentation=IN_COLOUR)
    loop.run(0, 3)
    loop.run(3, 4)
    compile_model(plain, settings)
    for step in range(7):
        clean = X[batch_at(step)]
        seed = drawn_from(Purpose.PRETRAINING_IMAGES, step)
        plain.train_on_batch(IN_COLOUR.moved(clean, seed), clean)
    assert_same_bits(model.get_weights(), plain.get_weights())


@pytest.mark.parametrize("has_decoder", [False, True], ids=["dec", "idec"])
def test_clustering_equals_train_on_batch_from_moved_images_to_the_clean_target(
    has_decoder: bool,
) -> None:
    objective = {"objective": IdecObjective(gamma=0.2)} if has_decoder else {}
    settings = ClusteringSettings(n_clusters=3, **MOVES, **OPTIMIZERS[0], **objective)
    p = np.random.default_rng(1).dirichlet(np.ones(3), 40).astype(np.float32)
    whole, plain = (build_autoencoder(105, NETWORK, seed=2) for _ in range(2))
    centers = np.random.default_rng(3).normal(0, 0.3, (3, 4)).astype(np.float32)
    models = []
    for autoencoder in (whole, plain):
        models.append(build_clustering_model(autoencoder.encoder, settings))
        models[-1].get_layer("clustering").cluster_centers.assign(centers)
    decoder = whole.decoder if has_decoder else None
    loop = ClusteringLoop(models[0], RESIDENT, settings, SEED, decoder, augmentation=IN_COLOUR)
    # Evaluation, of which P is made, sees the images as they are.
    np.testing.assert_allclose(loop.evaluate_all().q, models[1](X).numpy(), rtol=1e-5)
    loop.run(tf.constant(p), 0, 5)
    outputs = [models[1].output, plain.model.output] if has_decoder else models[1].output
    reference = tf.keras.Model(models[1].input, outputs)
    compile_model(reference, settings)
    for step in range(5):
        rows = batch_at(step)
        seed = drawn_from(Purpose.CLUSTERING_IMAGES, step)
        targets = [p[rows], X[rows]] if has_decoder else p[rows]
        reference.train_on_batch(IN_COLOUR.moved(X[rows], seed), targets)
    assert_same_bits(whole.model.get_weights(), plain.model.get_weights())
    assert_same_bits(models[0].get_weights(), models[1].get_weights())
