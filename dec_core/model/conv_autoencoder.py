"""The convolutional autoencoders of images and of volumes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import keras
import numpy as np

from dec_core.config import ConvolutionalNetwork, ImageShape
from dec_core.model.autoencoder import (
    NETWORK_BUILDERS,
    Autoencoder,
    autoencoder_of,
    build_initializer,
)


class _Classes(NamedTuple):
    """Keras' layers for samples of some number of sides."""

    convolution: type[keras.Layer]
    transposed: type[keras.Layer]
    cropping: type[keras.Layer]


_CLASSES = {
    2: _Classes(keras.layers.Conv2D, keras.layers.Conv2DTranspose, keras.layers.Cropping2D),
    3: _Classes(keras.layers.Conv3D, keras.layers.Conv3DTranspose, keras.layers.Cropping3D),
}


def build_conv(n_features: int, settings: ConvolutionalNetwork, seed: int) -> Autoencoder:
    """Convolutions, a dense embedding, a dense layer and transposed convolutions.

    The embedding and the output are linear, every other layer has ``settings.activation``. Rows of
    ``n_features`` pixels or voxels go in and come out.

    A transposed convolution with stride s gives s times the size that it gets, which is up to
    s - 1 pixels more than the encoder's convolution took in. The pixels beyond are cut off where
    the convolution had its padding, so that every pixel of the output lies where the convolution's
    kernel saw it, and the size is the sample's for sides of any length.

    Source: Guo, Liu, Zhu, Yin, "Deep Clustering with Convolutional Autoencoders", ICONIP 2017,
    whose network this is but for the padding.

    Raises
    ------
    SettingsError
        If samples of ``n_features`` numbers cannot have the settings' shape.
    """
    maps = settings.maps(n_features)
    layers = _Layers(settings, seed)
    inputs = keras.Input((n_features,), name="input")
    encoded = [inputs]
    flow = keras.layers.Reshape(maps[0], name="image")(inputs)
    for index, shape in enumerate(maps[1:]):
        flow = layers.convolution(f"encoder_{index}", index, shape[-1])(flow)
        encoded.append(flow)
    flow = keras.layers.Flatten(name="pixels")(flow)
    encoded.append(layers.embedding()(flow))
    flow = layers.dense("decoder_dense", math.prod(maps[-1]))(encoded[-1])
    flow = keras.layers.Reshape(maps[-1], name="maps")(flow)
    decoded = [encoded[-1], flow]
    for index in reversed(range(len(settings.filters))):
        flow = layers.transposed(index, maps[index][-1])(flow)
        flow = _cropped(flow, maps[index], settings, index)
        decoded.append(flow)
    decoded[-1] = keras.layers.Reshape((n_features,), name="output")(flow)
    return autoencoder_of(encoded, decoded)


class _Layers:
    """The layers that have weights; each takes the next seed."""

    def __init__(self, settings: ConvolutionalNetwork, seed: int) -> None:
        self._settings = settings
        self._classes = _CLASSES[settings.n_sides]
        n_layers = 2 * len(settings.filters) + 2
        self._seeds: Iterator[Any] = iter(np.random.SeedSequence(seed).generate_state(n_layers))

    def convolution(self, name: str, index: int, filters: int) -> keras.Layer:
        return self._classes.convolution(
            filters, activation=self._settings.activation, name=name, **self._shared(index)
        )

    def transposed(self, index: int, filters: int) -> keras.Layer:
        """The mirror of a convolution; that of the first gives the image."""
        activation = self._settings.activation if index else None
        return self._classes.transposed(
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


def _cropped(flow: Any, shape: ImageShape, settings: ConvolutionalNetwork, index: int) -> Any:
    """Of the size that the convolution took in."""
    kernel, stride = settings.kernels[index], settings.strides[index]
    crops = tuple(_crop(size, kernel, stride) for size in shape[:-1])
    if not any(map(sum, crops)):
        return flow
    return _CLASSES[settings.n_sides].cropping(crops, name=f"crop_{index}")(flow)


def _crop(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Pixels to cut off before and after, along a side of ``size`` pixels.

    TensorFlow pads a convolution half before and half after, the odd one after; the transposed
    convolution does so for the next multiple of the stride.
    """
    excess = -size % stride
    before = max(0, kernel - stride + excess) // 2 - max(0, kernel - stride) // 2
    return before, excess - before


NETWORK_BUILDERS["conv"] = NETWORK_BUILDERS["conv3d"] = build_conv
