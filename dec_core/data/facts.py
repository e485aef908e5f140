"""Everything that is known of the data sets that come with the program, before one is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType

from dec_core.config import ImageShape


@dataclass(frozen=True)
class Description:
    """What a person needs to choose a data set, and what reading it needs to know.

    Attributes
    ----------
    name : as in ``data.name``
    title : as on screens
    sentence : what it holds
    n_samples : of all parts together
    image_shape : (height, width, channels) in pixels
    class_names : of the labels 0, 1, ...
    cache_folder : where Keras keeps its download, in its own folder; empty for what is built in
    files : the files there and the SHA-256 of each, "" where Keras checks it
    package : Debian's package with the files, or ""
    available_from : where it lies now: "built in", a folder, or None if it would have to be
        downloaded
    """

    name: str
    title: str
    sentence: str
    n_samples: int
    image_shape: ImageShape
    class_names: tuple[str, ...]
    cache_folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    package: str = ""
    available_from: str | None = None

    @property
    def n_features(self) -> int:
        """Pixels times channels."""
        return prod(self.image_shape)

    @property
    def n_classes(self) -> int:
        """How many classes the labels tell apart."""
        return len(self.class_names)


_DIGITS = Description(
    name="digits",
    title="Digits",
    sentence="Handwritten digits of 8 x 8 pixels; small enough to train in seconds.",
    n_samples=1_797,
    image_shape=(8, 8, 1),
    class_names=tuple("0123456789"),
)

_FASHION_MNIST = Description(
    name="fashion-mnist",
    title="Fashion-MNIST",
    sentence="Clothes, shoes and bags of 28 x 28 pixels; harder to tell apart than digits.",
    n_samples=70_000,
    image_shape=(28, 28, 1),
    class_names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    cache_folder="datasets/fashion-mnist",
    # Keras checks no checksum of these, so they stand here.
    files={
        "t10k-images-idx3-ubyte.gz": (
            "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"
        ),
        "t10k-labels-idx1-ubyte.gz": (
            "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05"
        ),
        "train-images-idx3-ubyte.gz": (
            "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"
        ),
        "train-labels-idx1-ubyte.gz": (
            "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"
        ),
    },
    package="dataset-fashion-mnist",
)

_MNIST = Description(
    name="mnist",
    title="MNIST",
    sentence="Handwritten digits of 28 x 28 pixels; the data set of the DEC paper.",
    n_samples=70_000,
    image_shape=(28, 28, 1),
    class_names=tuple("0123456789"),
    cache_folder="datasets",
    files={"mnist.npz": ""},
)

DESCRIPTIONS: Mapping[str, Description] = MappingProxyType(
    {description.name: description for description in (_DIGITS, _FASHION_MNIST, _MNIST)}
)
