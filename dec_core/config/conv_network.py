"""The convolutional autoencoder of images, as settings."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dec_core.config.networks import (
    ACTIVATION,
    BOTTLENECK_INITIALIZER,
    INITIALIZER,
    NETWORKS,
    Activation,
    ImageShape,
    Initializer,
    Misfit,
    NetworkSettings,
    Shapes,
)
from dec_core.config.section import setting
from dec_core.errors import SettingsError

Filters = Annotated[int, Field(ge=1, le=2_048)]
KernelSize = Annotated[int, Field(ge=1, le=31)]
Stride = Annotated[int, Field(ge=1, le=8)]
Side = Annotated[int, Field(ge=1, le=4_096)]

_NO_IMAGES = (
    "the rows of these data are no images, which a convolutional network needs. Choose the dense "
    "network, or give height, width and channels if each row holds the pixels of an image"
)


class ConvNetwork(NetworkSettings):
    """Convolutions down to a dense embedding, and a decoder that mirrors them.

    Rows of pixels go in and come out; the network itself arranges them as images. A convolution
    with stride s makes ceil(size / s) of a side of ``size`` pixels (zero padding, "same").
    """

    kind: Literal["conv"] = "conv"
    filters: tuple[Filters, ...] = setting(
        (32, 64, 128),
        "Filters",
        "Filters of the encoder's convolutions; the decoder mirrors them.",
        min_length=1,
        max_length=8,
    )
    kernels: tuple[KernelSize, ...] = setting(
        (5, 5, 3), "Kernel sizes", "Side of each convolution's kernel in pixels, one per layer."
    )
    strides: tuple[Stride, ...] = setting(
        (2, 2, 2), "Strides", "By how much each convolution shrinks the image, one per layer."
    )
    dimensions: int = setting(
        10,
        "Embedding size",
        "Dimensions of the embedding, a dense layer.",
        ge=1,
        le=20_000,
        slide_to=50,
    )
    image_shape: tuple[Side, ...] = setting(
        (),
        "Image shape",
        "Height, width and channels of a sample. Empty for square images in grey or colour.",
    )
    activation: Activation = ACTIVATION
    initializer: Initializer = INITIALIZER
    bottleneck_initializer: Initializer = BOTTLENECK_INITIALIZER

    @field_validator("kernels", "strides")
    @classmethod
    def _one_per_layer(cls, value: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        filters = info.data.get("filters")
        if filters is not None and len(value) != len(filters):
            layers = f"{len(filters)} layer" + "s" * (len(filters) > 1)
            raise PydanticCustomError(
                "one_per_layer", "must have one number per layer, for {layers}", {"layers": layers}
            )
        return value

    @field_validator("image_shape")
    @classmethod
    def _three_or_none(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) not in (0, 3):
            raise PydanticCustomError(
                "image_shape", "must be three numbers (height, width, channels), or empty"
            )
        return value

    @property
    def n_dimensions(self) -> int:
        """Units of the embedding."""
        return self.dimensions

    @property
    def n_layers(self) -> int:
        """The convolutions and the embedding."""
        return len(self.filters) + 1

    def shape_of_images(self, n_features: int) -> ImageShape:
        """(height, width, channels) of a sample.

        Raises
        ------
        SettingsError
            If samples with that many features cannot have the shape, or none is given and they
            are no square of grey or colour pixels.
        """
        shape = self._fitting_shape(n_features)
        if shape is None:
            raise SettingsError(f"autoencoder.image_shape: {self._wrong_shape(n_features)}.")
        height, width, channels = shape
        return height, width, channels

    def pixels(self, n_features: int) -> ImageShape | None:
        """The shape of the images, where samples can have it."""
        is_fitting = self._fitting_shape(n_features) is not None
        return self.shape_of_images(n_features) if is_fitting else None

    def maps(self, n_features: int) -> list[ImageShape]:
        """(height, width, filters) of the image and of what each convolution makes of it."""
        maps = [self.shape_of_images(n_features)]
        for filters, stride in zip(self.filters, self.strides, strict=True):
            height, width, _ = maps[-1]
            maps.append((-(-height // stride), -(-width // stride), filters))
        return maps

    def misfit(self, n_features: int, image_shape: ImageShape | None) -> Misfit | None:
        """A shape that is not the data's, or a kernel that is larger than the image."""
        path, given = "autoencoder.image_shape", tuple(self.image_shape)
        if image_shape is None and not given:
            return Misfit(path, _NO_IMAGES)
        shape = self._fitting_shape(n_features)
        if shape is None or (image_shape is not None and shape != tuple(image_shape)):
            return Misfit(path, self._wrong_shape(n_features, image_shape))
        side, largest = max(shape[:2]), max(self.kernels)
        if largest > side:
            words = f"must be at most {side}, the longer side of the images. Received {largest}"
            return Misfit("autoencoder.kernels", words)
        return None

    def encoder_shapes(self, n_features: int) -> Shapes:
        """Kernel and bias of each convolution and of the embedding."""
        maps = self.maps(n_features)
        channels = [shape[2] for shape in maps]
        convolutions = [
            shape
            for kernel, taken, given in zip(self.kernels, channels, channels[1:], strict=False)
            for shape in ((kernel, kernel, taken, given), (given,))
        ]
        return [*convolutions, (math.prod(maps[-1]), self.dimensions), (self.dimensions,)]

    def decoder_shapes(self, n_features: int) -> Shapes:
        """Kernel and bias of the dense layer and of each transposed convolution."""
        maps = self.maps(n_features)
        channels = [shape[2] for shape in maps]
        inner = math.prod(maps[-1])
        convolutions = [
            # As Keras has it: the filters that the layer gives come before those that it takes.
            shape
            for kernel, given, taken in zip(self.kernels, channels, channels[1:], strict=False)
            for shape in ((given,), (kernel, kernel, given, taken))
        ]
        return [(self.dimensions, inner), (inner,), *reversed(convolutions)]

    def encoder_outputs(self, n_features: int) -> int:
        """All values of all feature maps, and the embedding."""
        return sum(math.prod(shape) for shape in self.maps(n_features)[1:]) + self.dimensions

    def decoder_outputs(self, n_features: int) -> int:
        """As many values as the encoder has from the image to the last feature map."""
        return sum(math.prod(shape) for shape in self.maps(n_features))

    def _fitting_shape(self, n_features: int) -> tuple[int, ...] | None:
        """The given shape or a square, where it has so many numbers."""
        shape = self.image_shape or _square(n_features)
        return shape if shape is not None and math.prod(shape) == n_features else None

    def _wrong_shape(self, n_features: int, image_shape: ImageShape | None = None) -> str:
        received = ",".join(map(str, self.image_shape)) or "none, which stands for square images"
        if image_shape is not None:
            expected = ",".join(map(str, image_shape)) + ", the shape of the data's images"
        else:
            expected = f"three numbers that multiply to the number of features ({n_features:,})"
        return f"must be {expected}. Received {received}"


def _square(n_features: int) -> ImageShape | None:
    """The shape of a square of grey or colour pixels, or None."""
    for channels in (1, 3):
        side = math.isqrt(n_features // channels)
        if side and side * side * channels == n_features:
            return side, side, channels
    return None


NETWORKS.register(ConvNetwork, "conv", "convolutions, for images.")
