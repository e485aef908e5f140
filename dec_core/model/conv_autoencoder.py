"""The convolutional autoencoder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from dec_core.config import ConvNetwork, ImageShape
from dec_core.model.autoencoder import (
    NETWORK_BUILDERS,
    Autoencoder,
    autoencoder_of,
    build_initializer,
)


def build_conv(n_features: int, settings: ConvNetwork, seed: int) -> Autoencoder:
    """Convolutions, a dense embedding, a dense layer and transposed convolutions.

    The embedding and the output are linear, every other layer has ``settings.activation``. Rows of
    ``n_features`` pixels go in and come out.

    A transposed convolution with stride s gives s times the size that it gets, which is up to
    s - 1 pixels more than the encoder's convolution took in. The pixels beyond are cut off where
    the convolution had its padding, so that every pixel of the output lies where the convolution's
    kernel saw it, and the size is the image's for any height and width.

    Source: Guo, Liu, Zhu, Yin, "Deep Clustering with Convolutional Autoencoders", ICONIP 2017,
    whose network this is but for the padding.

    Raises
    ------
    SettingsError
        If samples of ``n_features`` numbers are no images of the settings' shape.
    """
    maps = settings.maps(n_features)
    layers = _Layers(settings, seed)
    inputs = keras.Input((n_features,), name="input")
    encoded = [inputs]
    flow = keras.layers.Reshape(maps[0], name="image")(inputs)
    for index, (_, _, filters) in enumerate(maps[1:]):
        flow = layers.convolution(f"encoder_{index}", index, filters)(flow)
        encoded.append(flow)
    flow = keras.layers.Flatten(name="pixels")(flow)
    encoded.append(layers.embedding()(flow))
    flow = layers.dense("decoder_dense", math.prod(maps[-1]))(encoded[-1])
    flow = keras.layers.Reshape(maps[-1], name="maps")(flow)
    decoded = [encoded[-1], flow]
    for index in reversed(range(len(settings.filters))):
        flow = layers.transposed(index, maps[index][2])(flow)
        flow = _cropped(flow, maps[index], settings, index)
        decoded.append(flow)
    decoded[-1] = keras.layers.Reshape((n_features,), name="output")(flow)
    return autoencoder_of(encoded, decoded)


class _Layers:
    """The layers that have weights; each takes the next seed."""

    def __init__(self, settings: ConvNetwork, seed: int) -> None:
        self._settings = settings
        n_layers = 2 * len(settings.filters) + 2
        self._seeds: Iterator[Any] = iter(np.random.SeedSequence(seed).generate_state(n_layers))

    def convolution(self, name: str, index: int, filters: int) -> keras.Layer:
        return keras.layers.Conv2D(
            filters, activation=self._settings.activation, name=name, **self._shared(index)
        )

    def transposed(self, index: int, filters: int) -> keras.Layer:
        """The mirror of a convolution; that of the first gives the image."""
        activation = self._settings.activation if index else None
        return keras.layers.Conv2DTranspose(
            filters, activation=activation, name=f"decoder_{index}", **self._shared(index)
        )

    def embedding(self) -> keras.Layer:
        kernel = build_initializer(self._settings.bottleneck_initializer, int(next(self._seeds)))
        return keras.layers.Dense(
            self._settings.dimensions, name="embedding", kernel_initializer=kernel
        )

    def dense(self, name: str, units: int) -> keras.Layer:
        activation = self._settings.activation
        return keras.layers.Dense(
            units, activation=activation, name=name, kernel_initializer=self._initializer()
        )

    def _shared(self, index: int) -> dict[str, Any]:
        return {
            "kernel_size": self._settings.kernels[index],
            "strides": self._settings.strides[index],
            "padding": "same",
            "kernel_initializer": self._initializer(),
        }

    def _initializer(self) -> keras.initializers.Initializer:
        return build_initializer(self._settings.initializer, int(next(self._seeds)))


def _cropped(flow: Any, shape: ImageShape, settings: ConvNetwork, index: int) -> Any:
    """Of the size that the convolution took in."""
    kernel, stride = settings.kernels[index], settings.strides[index]
    crops = tuple(_crop(size, kernel, stride) for size in shape[:2])
    if not any(map(sum, crops)):
        return flow
    return keras.layers.Cropping2D(crops, name=f"crop_{index}")(flow)


def _crop(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Pixels to cut off before and after, along a side of ``size`` pixels.

    TensorFlow pads a convolution half before and half after, the odd one after; the transposed
    convolution does so for the next multiple of the stride.
    """
    excess = -size % stride
    before = max(0, kernel - stride + excess) // 2 - max(0, kernel - stride) // 2
    return before, excess - before


NETWORK_BUILDERS["conv"] = build_conv
