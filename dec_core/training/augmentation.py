"""Random shifts and rotations of the images of a batch, inside a graph.

Source: Guo, Zhu, Liu, Yin, "Deep Embedded Clustering with Data Augmentation", ACML 2018.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import tensorflow as tf

from dec_core.config import ClusteringSettings, ImageShape, PretrainingSettings


class Augmentation(NamedTuple):
    """How the images of a batch are moved.

    Attributes
    ----------
    shift : pixels at most, in each direction
    rotation : degrees at most, in each direction
    image_shape : (height, width, channels) of a row of pixels
    """

    shift: int
    rotation: int
    image_shape: ImageShape

    @classmethod
    def of(
        cls,
        settings: PretrainingSettings | ClusteringSettings,
        image_shape: ImageShape | None,
    ) -> Augmentation | None:
        """What the settings ask for; None where images stay as they are."""
        if image_shape is None or not (settings.shift or settings.rotation):
            return None
        return cls(settings.shift, settings.rotation, image_shape)

    def moved(self, rows: Any, seed: Any) -> Any:
        """The rows, (n, n_features) float32, each turned about its centre and then shifted.

        Angle and shifts are uniform and drawn from ``seed``, (2,), and the row's place. Pixels are
        interpolated bilinearly, with zeros around the image.
        """
        height, width, channels = self.image_shape
        n_rows = tf.shape(rows)[0]
        drawn = tf.random.stateless_uniform((n_rows, 3), seed, -1.0, 1.0)
        angle = drawn[:, 0] * math.radians(self.rotation)
        center_x, center_y = (width - 1) / 2, (height - 1) / 2
        # Where the centre comes to lie; each pixel is fetched from where it was before.
        x, y = center_x + drawn[:, 1] * self.shift, center_y + drawn[:, 2] * self.shift
        cos, sin, zero = tf.cos(angle), tf.sin(angle), tf.zeros_like(angle)
        fetched = [
            *(cos, sin, center_x - cos * x - sin * y),
            *(-sin, cos, center_y + sin * x - cos * y),
            *(zero, zero),
        ]
        images = tf.raw_ops.ImageProjectiveTransformV3(
            images=tf.reshape(rows, (n_rows, height, width, channels)),
            transforms=tf.stack(fetched, axis=1),
            output_shape=tf.constant([height, width]),
            fill_value=tf.constant(0.0),
            interpolation="BILINEAR",
            fill_mode="CONSTANT",
        )
        return tf.reshape(images, tf.shape(rows))
