"""The autoencoder's kinds."""

from __future__ import annotations

from abc import abstractmethod
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from dec_core.config.kinds import Kinds
from dec_core.config.section import Section, implied_kind, setting

Activation = Literal["relu", "elu", "gelu", "tanh"]
Initializer = Literal["variance_scaling", "glorot_uniform", "he_normal"]
Shapes = list[tuple[int, ...]]
Units = Annotated[int, Field(ge=1, le=20_000)]


class NetworkSettings(Section):
    """What every kind of autoencoder has.

    A kind says here which weights it will have; ``dec_core.model.NETWORK_BUILDERS`` makes it.
    """

    kind: str

    @property
    @abstractmethod
    def n_dimensions(self) -> int:
        """Of the embedding."""

    @abstractmethod
    def encoder_shapes(self, n_features: int) -> Shapes:
        """The shapes of the encoder's weights, in Keras' order."""

    @abstractmethod
    def decoder_shapes(self, n_features: int) -> Shapes:
        """The shapes of the decoder's weights, in Keras' order."""


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
    activation: Activation = setting(
        "relu", "Activation", "Of every layer but the embedding and the output, which are linear."
    )
    initializer: Initializer = setting(
        "variance_scaling",
        "Initializer",
        "Of every kernel but the embedding's; variance_scaling is VarianceScaling(1/3, fan_in).",
    )
    bottleneck_initializer: Initializer = setting(
        "variance_scaling", "Embedding initializer", "Of the embedding layer's kernel."
    )

    @property
    def n_dimensions(self) -> int:
        """Units of the last layer."""
        return self.units[-1]

    def encoder_shapes(self, n_features: int) -> Shapes:
        """Kernel and bias of each layer up to the embedding."""
        return _dense_shapes([n_features, *self.units])

    def decoder_shapes(self, n_features: int) -> Shapes:
        """Kernel and bias of each layer from the embedding to the output."""
        return _dense_shapes([*reversed(self.units), n_features])


def _dense_shapes(widths: list[int]) -> Shapes:
    return [shape for a, b in pairwise(widths) for shape in ((a, b), (b,))]


# mypy refuses an abstract class as an argument, though none is made of it.
NETWORKS: Kinds[NetworkSettings] = Kinds(
    "autoencoder.kind",
    NetworkSettings,  # type: ignore[type-abstract]
    "dense",
    "Network",
    "Kind of autoencoder.",
)
NETWORKS.register(DenseNetwork, "dense")
