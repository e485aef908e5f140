"""How the autoencoder is pretrained: the kinds, each with its own fields."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dec_core.config.augmentation import ROTATION, SHIFT, augmentation_misfit
from dec_core.config.gradient_steps import BATCH_SIZE, MOMENTUM, OPTIMIZER, OptimizerName
from dec_core.config.kinds import Kinds
from dec_core.config.networks import Misfit, NetworkSettings
from dec_core.config.section import Section, implied_kind, setting
from dec_core.words import counted


class PretrainingStage(NamedTuple):
    """Epochs of pretraining that have an optimizer of their own.

    Attributes
    ----------
    settings : of the gradient steps
    epochs : at least 1
    layer : which layer of the encoder, counted from 1, is trained with its mirror in the decoder;
        None where all are
    dropout : share of the layer's inputs and of its outputs that are set to 0, in [0, 1)
    """

    settings: PretrainingSettings
    epochs: int
    layer: int | None = None
    dropout: float = 0.0


class Pretraining(Section):
    """What every kind of pretraining has."""

    kind: str

    def stages(self, network: NetworkSettings) -> tuple[PretrainingStage, ...]:
        """What is trained one after another, before any clustering; nothing in most kinds."""
        del network
        return ()

    @property
    def earlier_run(self) -> str | None:
        """The id of the run whose autoencoder is taken, "" while none is named; None where the
        autoencoder is the run's own."""
        return None

    def in_words(self, network: NetworkSettings) -> str:
        """What is done before k-means, in sentences of which the first begins with a small
        letter."""
        del network
        return "none. k-means starts on the untrained network."

    def misfit(
        self, network: NetworkSettings, image_shape: tuple[int, ...] | None
    ) -> Misfit | None:
        """What does not suit the network or the samples; None where all does.

        Parameters
        ----------
        image_shape : (height, width, channels) of a sample; None where samples are no images
        """
        del network, image_shape
        return None


class PretrainingSettings(Pretraining):
    """The kind "end-to-end": all layers are trained at once on the reconstruction error.

    Where images are shifted and rotated, the clean image is what is to be reconstructed, so that
    the embedding learns to ignore how an image lies. (Guo et al., "Deep Embedded Clustering with
    Data Augmentation", ACML 2018, reconstruct the image as it was augmented; their clustering
    takes its target from clean data.)
    """

    kind: str = implied_kind("end-to-end")
    epochs: int = setting(
        40,
        "Epochs",
        "Passes over the data in which all layers are trained, before clustering starts.",
        ge=0,
        le=2_000,
        log=True,
    )
    optimizer: OptimizerName = OPTIMIZER
    learning_rate: float = setting(
        1.0, "Learning rate", "Step size of pretraining.", ge=1e-6, le=10.0, log=True
    )
    momentum: float = MOMENTUM
    batch_size: int = BATCH_SIZE
    shuffle: bool = setting(True, "Shuffle", "Draw the samples in a new order each epoch.")
    shift: int = SHIFT
    rotation: int = ROTATION

    def stages(self, network: NetworkSettings) -> tuple[PretrainingStage, ...]:
        """One, of all layers."""
        del network
        return (PretrainingStage(self, self.epochs),) if self.epochs else ()

    def in_words(self, network: NetworkSettings) -> str:
        """How many epochs there are, and what for."""
        return (
            _epochs_in_words(counted(self.epochs, "epoch"))
            if self.epochs
            else super().in_words(network)
        )

    def misfit(
        self, network: NetworkSettings, image_shape: tuple[int, ...] | None
    ) -> Misfit | None:
        """Samples that are no images and are to be shifted or rotated."""
        del network
        return augmentation_misfit("pretraining", self.shift, self.rotation, image_shape)


class LayerWisePretraining(PretrainingSettings):
    """Greedy layer-wise pretraining, then fine-tuning (Xie et al., ICML 2016, section 3.2).

    Each layer of the encoder and its mirror in the decoder are trained as a denoising autoencoder
    of what the layers before give, with dropout on its input and on its output (equations 6 to 9).
    Then all layers are trained together without dropout, as in ``PretrainingSettings``. Shifts and
    rotations are for both.
    """

    kind: Literal["layer-wise"] = "layer-wise"
    layer_epochs: int = setting(
        20,
        "Epochs per layer",
        "Passes over the data for each layer by itself; the other epochs train all layers.",
        ge=1,
        le=2_000,
        log=True,
    )
    dropout: float = setting(
        0.2,
        "Layer dropout",
        "Share of a layer's inputs, and of its outputs, that are set to 0 at random while the "
        "layer is trained by itself; the paper takes 0.2.",
        ge=0.0,
        le=0.9,
    )

    def stages(self, network: NetworkSettings) -> tuple[PretrainingStage, ...]:
        """One for each layer of the encoder, then one of all."""
        layers = range(1, network.n_layers + 1)
        return (
            *(PretrainingStage(self, self.layer_epochs, one, self.dropout) for one in layers),
            *super().stages(network),
        )

    def in_words(self, network: NetworkSettings) -> str:
        """Also the epochs of each layer."""
        each, layers = counted(self.layer_epochs, "epoch"), network.n_layers
        return _epochs_in_words(
            f"{each} for each of {layers} layers by itself, then {self.epochs:,} for all together"
        )

    def misfit(
        self, network: NetworkSettings, image_shape: tuple[int, ...] | None
    ) -> Misfit | None:
        """Also a network whose layers cannot be trained one by one."""
        if not network.n_layers:
            words = "must be another kind, as the layers of this network cannot be trained singly"
            return Misfit(PRETRAININGS.path, words)
        return super().misfit(network, image_shape)


class NoPretraining(Pretraining):
    """The network is left as it was initialised."""

    kind: Literal["none"] = "none"


class PretrainingFromRun(Pretraining):
    """The autoencoder that an earlier run pretrained."""

    kind: Literal["from-run"] = "from-run"
    run: str = setting(
        "",
        "Earlier run",
        "Id of the run whose pretrained autoencoder is taken; it must have the same network and "
        "as many features.",
    )

    @property
    def earlier_run(self) -> str:
        """As it is named."""
        return self.run

    def in_words(self, network: NetworkSettings) -> str:
        """Which run gives its autoencoder."""
        del network
        return f"the autoencoder of {self.run} is taken, and nothing is trained."

    def misfit(
        self, network: NetworkSettings, image_shape: tuple[int, ...] | None
    ) -> Misfit | None:
        """No run; whether the one that is named suits is known where runs are stored."""
        del network, image_shape
        if self.run:
            return None
        return Misfit("pretraining.run", "must be the id of an earlier run. Received none")


def _epochs_in_words(epochs: str) -> str:
    return (
        f"{epochs}. The autoencoder learns to reproduce the samples, so that its embedding keeps "
        "what tells them apart."
    )


PRETRAININGS = Kinds(
    "pretraining.kind",
    Pretraining,
    "end-to-end",
    "Method",
    "How the autoencoder is trained before clustering.",
)
PRETRAININGS.register(PretrainingSettings, "end-to-end", "all layers at once.")
PRETRAININGS.register(
    LayerWisePretraining,
    "layer-wise",
    "one layer after the other with dropout, then all together, as in the paper.",
)
PRETRAININGS.register(
    NoPretraining,
    "none",
    "k-means starts on the untrained network, whose embedding is little more than a random "
    "projection of the data; expect fewer classes to be found, and more collapses.",
)
PRETRAININGS.register(PretrainingFromRun, "from-run", "the autoencoder of an earlier run.")
