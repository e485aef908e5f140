"""The convolutional autoencoders of images and of volumes, as settings."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, NamedTuple

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
from dec_core.words import counted

Filters = Annotated[int, Field(ge=1, le=2_048)]
KernelSize = Annotated[int, Field(ge=1, le=31)]
Stride = Annotated[int, Field(ge=1, le=8)]
Side = Annotated[int, Field(ge=1, le=4_096)]


class _Words(NamedTuple):
    """What sentences call the samples of a network.

    Attributes
    ----------
    squares : samples of equal sides
    n_numbers : how many numbers a shape has
    largest : the side that is longer than the others
    others : what samples are that it does not take
    remedy : what to do about those
    """

    samples: str
    numbers: str
    squares: str
    sides: str
    n_numbers: str
    largest: str
    others: str
    remedy: str


_IMAGES = _Words(
    samples="images",
    numbers="pixels of an image",
    squares="square images",
    sides="height, width",
    n_numbers="three",
    largest="longer side",
    others="volumes",
    remedy="Choose conv3d or dense",
)
_VOLUMES = _Words(
    samples="volumes",
    numbers="voxels of a volume",
    squares="cubes",
    sides="depth, height, width",
    n_numbers="four",
    largest="longest side",
    others="images",
    remedy="Choose conv or dense; an array of volumes whose last side is 1, 3 or 4 needs one more "
    "for the channels",
)


class ConvolutionalNetwork(NetworkSettings):
    """Convolutions down to a dense embedding, and a decoder that mirrors them.

    Rows of pixels or voxels go in and come out; the network itself arranges them. A convolution
    with stride s makes ceil(size / s) of a side of ``size`` pixels (zero padding, "same").

    Attributes
    ----------
    n_sides : along how many sides of a sample the kernels move
    """

    n_sides: ClassVar[int]
    _words: ClassVar[_Words]

    filters: tuple[Filters, ...] = setting(
        (32, 64, 128),
        "Filters",
        "Filters of the encoder's convolutions; the decoder mirrors them.",
        min_length=1,
        max_length=8,
    )
    kernels: tuple[KernelSize, ...] = setting(
        (5, 5, 3),
        "Kernel sizes",
        "Side of each convolution's kernel in pixels or voxels, one per layer.",
    )
    strides: tuple[Stride, ...] = setting(
        (2, 2, 2), "Strides", "By how much each convolution shrinks every side, one per layer."
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
        "Height, width and channels of an image; depth, height, width and channels of a volume. "
        "Empty for square images or cubes in grey or colour.",
    )
    activation: Activation = ACTIVATION
    initializer: Initializer = INITIALIZER
    bottleneck_initializer: Initializer = BOTTLENECK_INITIALIZER

    @field_validator("kernels", "strides")
    @classmethod
    def _one_per_layer(cls, value: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        filters = info.data.get("filters")
        if filters is not None and len(value) != len(filters):
            layers = counted(len(filters), "layer")
            raise PydanticCustomError(
                "one_per_layer", "must have one number per layer, for {layers}", {"layers": layers}
            )
        return value

    @field_validator("image_shape")
    @classmethod
    def _every_side_or_none(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) not in (0, cls.n_sides + 1):
            words = {"count": cls._words.n_numbers, "sides": cls._words.sides}
            sentence = "must be {count} numbers ({sides}, channels), or empty"
            raise PydanticCustomError("image_shape", sentence, words)
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
        """The sides of a sample, and its channels.

        Raises
        ------
        SettingsError
            If samples with that many features cannot have the shape, or none is given and they
            are no square or cube in grey or colour.
        """
        shape = self.pixels(n_features)
        if shape is None:
            raise SettingsError(f"autoencoder.image_shape: {self._wrong_shape(n_features)}.")
        return shape

    def pixels(self, n_features: int) -> ImageShape | None:
        """The shape that is given, or a square or cube, where samples can have it."""
        shape = self.image_shape or _square(n_features, self.n_sides)
        return shape if shape is not None and math.prod(shape) == n_features else None

    def maps(self, n_features: int) -> list[ImageShape]:
        """Sides and channels of a sample and of what each convolution makes of it."""
        maps = [self.shape_of_images(n_features)]
        for filters, stride in zip(self.filters, self.strides, strict=True):
            sides = (-(-size // stride) for size in maps[-1][:-1])
            maps.append((*sides, filters))
        return maps

    def misfit(self, n_features: int, image_shape: ImageShape | None) -> Misfit | None:
        """Samples of another kind or shape, or a kernel that is larger than they are."""
        path, given = "autoencoder.image_shape", tuple(self.image_shape)
        if image_shape is None and not given:
            return Misfit(path, self._no_images())
        if image_shape is not None and len(image_shape) != self.n_sides + 1:
            return Misfit(NETWORKS.path, self._wrong_samples(image_shape))
        shape = self.pixels(n_features)
        if shape is None or (image_shape is not None and shape != tuple(image_shape)):
            return Misfit(path, self._wrong_shape(n_features, image_shape))
        side, largest = max(shape[:-1]), max(self.kernels)
        if largest > side:
            which = f"{self._words.largest} of the {self._words.samples}"
            words = f"must be at most {side}, the {which}. Received {largest}"
            return Misfit("autoencoder.kernels", words)
        return None

    def encoder_shapes(self, n_features: int) -> Shapes:
        """Kernel and bias of each convolution and of the embedding."""
        maps = self.maps(n_features)
        channels = [shape[-1] for shape in maps]
        convolutions = [
            shape
            for kernel, taken, given in zip(self.kernels, channels, channels[1:], strict=False)
            for shape in ((*self._sides_of(kernel), taken, given), (given,))
        ]
        return [*convolutions, (math.prod(maps[-1]), self.dimensions), (self.dimensions,)]

    def decoder_shapes(self, n_features: int) -> Shapes:
        """Kernel and bias of the dense layer and of each transposed convolution."""
        maps = self.maps(n_features)
        channels = [shape[-1] for shape in maps]
        inner = math.prod(maps[-1])
        convolutions = [
            # As Keras has it: the filters that the layer gives come before those that it takes.
            shape
            for kernel, given, taken in zip(self.kernels, channels, channels[1:], strict=False)
            for shape in ((given,), (*self._sides_of(kernel), given, taken))
        ]
        return [(self.dimensions, inner), (inner,), *reversed(convolutions)]

    def encoder_outputs(self, n_features: int) -> int:
        """All values of all feature maps, and the embedding."""
        return sum(math.prod(shape) for shape in self.maps(n_features)[1:]) + self.dimensions

    def decoder_outputs(self, n_features: int) -> int:
        """As many values as the encoder has from the image to the last feature map."""
        return sum(math.prod(shape) for shape in self.maps(n_features))

    def _sides_of(self, kernel: int) -> tuple[int, ...]:
        return (kernel,) * self.n_sides

    def _wrong_shape(self, n_features: int, image_shape: ImageShape | None = None) -> str:
        words = self._words
        received = _listed(self.image_shape) or f"none, which stands for {words.squares}"
        if image_shape is not None:
            expected = f"{_listed(image_shape)}, the shape of the data's {words.samples}"
        else:
            product = f"multiply to the number of features ({n_features:,})"
            expected = f"{words.n_numbers} numbers that {product}"
        return f"must be {expected}. Received {received}"

    def _no_images(self) -> str:
        words = self._words
        return (
            f"the rows of these data are no {words.samples}, which this network needs. Choose the "
            f"dense network, or give {words.sides} and channels if each row holds the "
            f"{words.numbers}"
        )

    def _wrong_samples(self, image_shape: ImageShape) -> str:
        """Why it does not take samples with another number of sides."""
        words = self._words
        return (
            f"{self.kind} is for {words.samples}, and the samples of these data are {words.others} "
            f"of shape {_listed(image_shape)}. {words.remedy}"
        )


class ConvNetwork(ConvolutionalNetwork):
    """Of images, with two-dimensional convolutions."""

    n_sides = 2
    _words = _IMAGES
    kind: Literal["conv"] = "conv"


class Conv3DNetwork(ConvolutionalNetwork):
    """Of volumes, with three-dimensional convolutions."""

    n_sides = 3
    _words = _VOLUMES
    kind: Literal["conv3d"] = "conv3d"


def _listed(shape: ImageShape) -> str:
    return ",".join(map(str, shape))


def _square(n_features: int, n_sides: int) -> ImageShape | None:
    """The shape of a square or cube in grey or colour, or None."""
    for channels in (1, 3):
        side = round((n_features / channels) ** (1 / n_sides))
        if side and side**n_sides * channels == n_features:
            return (*(side,) * n_sides, channels)
    return None


NETWORKS.register(ConvNetwork, "conv", "convolutions, for images.")
NETWORKS.register(Conv3DNetwork, "conv3d", "convolutions in three dimensions, for volumes.")
