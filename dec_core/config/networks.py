"""The autoencoder's kinds."""

from __future__ import annotations

from abc import abstractmethod
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from dec_core.config.kinds import Kinds
from dec_core.config.section import Section, implied_kind, setting
from dec_core.errors import SettingsError

Activation = Literal["relu", "elu", "gelu", "tanh"]
Initializer = Literal["variance_scaling", "glorot_uniform", "he_normal"]
Shapes = list[tuple[int, ...]]
# (height, width, channels) of an image, (depth, height, width, channels) of a volume.
ImageShape = tuple[int, ...]
Units = Annotated[int, Field(ge=1, le=20_000)]


# Settings that several kinds have.
ACTIVATION: Any = setting(
    "relu", "Activation", "Of every layer but the embedding and the output, which are linear."
)
INITIALIZER: Any = setting(
    "variance_scaling",
    "Initializer",
    "Of every kernel but the embedding's; variance_scaling is VarianceScaling(1/3, fan_in).",
)
BOTTLENECK_INITIALIZER: Any = setting(
    "variance_scaling", "Embedding initializer", "Of the embedding layer's kernel."
)


class Misfit(NamedTuple):
    """The setting, by its path, that does not suit the data, and why, as part of a sentence."""

    path: str
    words: str

    @property
    def error(self) -> SettingsError:
        """To be raised where nothing can be shown beside the setting."""
        sentence = f"{self.path}: {self.words}."
        return SettingsError(sentence, {self.path: sentence})


class NetworkSettings(Section):
    """What every kind of autoencoder has.

    A kind says here which weights it will have; ``dec_core.model.NETWORK_BUILDERS`` makes it.
    """

    kind: str

    @property
    @abstractmethod
    def n_dimensions(self) -> int:
        """Of the embedding."""

    @property
    def n_layers(self) -> int:
        """How many layers of the encoder can be trained one by one, each with its mirror in the
        decoder; 0 where that is not possible."""
        return 0

    @abstractmethod
    def encoder_shapes(self, n_features: int) -> Shapes:
        """The shapes of the encoder's weights, in Keras' order."""

    @abstractmethod
    def decoder_shapes(self, n_features: int) -> Shapes:
        """The shapes of the decoder's weights, in Keras' order."""

    def encoder_outputs(self, n_features: int) -> int:
        """How many values the encoder's layers give for one sample, all of them together."""
        return _one_for_each_bias(self.encoder_shapes(n_features))

    def decoder_outputs(self, n_features: int) -> int:
        """How many values the decoder's layers give for one sample."""
        return _one_for_each_bias(self.decoder_shapes(n_features))

    def pixels(self, n_features: int) -> ImageShape | None:
        """(height, width, channels) in which the network itself arranges a sample, if it does."""
        del n_features
        return None

    def misfit(self, n_features: int, image_shape: ImageShape | None) -> Misfit | None:
        """What does not suit samples of that shape; None where the network takes them.

        Parameters
        ----------
        image_shape : (height, width, channels) or (depth, height, width, channels); None where
            samples are neither images nor volumes
        """
        del n_features, image_shape  # most kinds take any
        return None


class DenseNetwork(NetworkSettings):
    """The symmetric dense autoencoder."""

    kind: Literal["dense"] = implied_kind("dense")
    units: tuple[Units, ...] = setting(
        (256, 128, 10),
        "Encoder layers",
        "Units of the encoder's layers, the last one the embedding; the decoder mirrors them.",
        min_length=1,
        max_length=12,
    )
    activation: Activation = ACTIVATION
    initializer: Initializer = INITIALIZER
    bottleneck_initializer: Initializer = BOTTLENECK_INITIALIZER
    dropout: float = setting(
        0.0,
        "Dropout",
        "Share of each hidden layer's outputs that a gradient step sets to 0.",
        ge=0,
        le=0.9,
        exclude_if=lambda share: share == 0,  # as it was written before there was dropout
    )

    @property
    def n_dimensions(self) -> int:
        """Units of the last layer."""
        return self.units[-1]

    @property
    def n_layers(self) -> int:
        """All of them."""
        return len(self.units)

    def encoder_shapes(self, n_features: int) -> Shapes:
        """Kernel and bias of each layer up to the embedding."""
        return _dense_shapes([n_features, *self.units])

    def decoder_shapes(self, n_features: int) -> Shapes:
        """Kernel and bias of each layer from the embedding to the output."""
        return _dense_shapes([*reversed(self.units), n_features])


def _dense_shapes(widths: list[int]) -> Shapes:
    return [shape for a, b in pairwise(widths) for shape in ((a, b), (b,))]


def _one_for_each_bias(shapes: Shapes) -> int:
    return sum(shape[0] for shape in shapes if len(shape) == 1)


# mypy refuses an abstract class as an argument, though none is made of it.
NETWORKS: Kinds[NetworkSettings] = Kinds(
    "autoencoder.kind",
    NetworkSettings,  # type: ignore[type-abstract]
    "dense",
    "Network",
    "Kind of autoencoder.",
)
NETWORKS.register(DenseNetwork, "dense")
