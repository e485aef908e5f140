"""Clustering in compiled graphs: evaluation over all data, and many gradient steps at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from dec_core.config import ClusteringSettings, SmallDissolving
from dec_core.model import (
    DISSOLVED,
    OBJECTIVE_LOSSES,
    TARGET_FUNCTIONS,
    ClusteringLayer,
    dropout_layers,
    mean_squared_error,
    neighbor_loss,
)
from dec_core.training.augmentation import Augmentation
from dec_core.training.checkpoint import Arrays, Checkpoint
from dec_core.training.compiled_loop import CompiledLoop
from dec_core.training.memory import evaluation_rows
from dec_core.training.noise import Purpose, seed_of
from dec_core.training.resident import ResidentSamples, as_float
from dec_core.training.slices import in_slices

IMAGES = Purpose.CLUSTERING_IMAGES


class Evaluation(NamedTuple):
    """Embedding (n, n_dimensions), q (n, n_clusters) and labels (n,) of some samples."""

    embedding: NDArray[np.float32]
    q: NDArray[np.float32]
    labels: NDArray[np.int32]

    @classmethod
    def joined(cls, pieces: Iterable[Evaluation]) -> Evaluation:
        """One evaluation of the samples of all pieces, in their order."""
        first, *others = pieces
        return cls(*map(np.concatenate, zip(first, *others, strict=True))) if others else first


class Losses(NamedTuple):
    """The losses of the last batch, NaN before the first one.

    Attributes
    ----------
    clustering : between target and q
    reconstruction : the mean squared reconstruction error; None where no decoder is trained
    """

    clustering: float
    reconstruction: float | None = None

    @property
    def are_finite(self) -> bool:
        """False once one is NaN or infinite."""
        return all(loss is None or math.isfinite(loss) for loss in self)


class ClusteringLoop(CompiledLoop):
    """Gradient steps that make the objective smaller: q is pulled towards the target distribution.

    As in pretraining the weights equal those of Keras' ``train_on_batch``, bit for bit.

    Parameters
    ----------
    model : maps (batch, n_features) to q and ends in a ``ClusteringLayer`` named "clustering";
        trained in place
    x : (n_samples, n_features)
    decoder : maps an embedding (batch, n_dimensions) to its reconstruction; where it is given, it
        is trained along, in place, and the loss has the reconstruction error
    augmentation : how the images of a batch are moved; P comes from clean data all the same, and
        the clean image is what is to be reconstructed

    Attributes
    ----------
    encoder : maps (batch, n_features) to the embedding
    layer : holds the centres
    """

    def __init__(
        self,
        model: keras.Model,
        x: ResidentSamples,
        settings: ClusteringSettings,
        seed: int,
        decoder: keras.Model | None = None,
        *,
        augmentation: Augmentation | None = None,
    ) -> None:
        along = [] if decoder is None else decoder.trainable_variables
        super().__init__(model, x, settings, seed, [*model.trainable_variables, *along])
        self._decoder = decoder
        if decoder is not None:
            self._dropout += dropout_layers(decoder)
        self._augmentation = augmentation
        self.layer: ClusteringLayer = model.get_layer("clustering")
        self.encoder = keras.Model(model.input, self.layer.input)
        self._target = TARGET_FUNCTIONS[settings.target.kind](settings.target)
        widest = max(math.prod(layer.output.shape[1:]) for layer in model.layers)
        n_clusters, n_dimensions = self.layer.cluster_centers.shape
        products = sum(_products(layer) for layer in model.layers)
        self._rows = evaluation_rows(n_clusters, n_dimensions, widest, products)
        self._compiled_steps = self._compile_steps(settings)
        self._compiled_evaluation = _compile_evaluation(self.encoder, self.layer, x)

    @property
    def centers(self) -> NDArray[np.float32]:
        """(n_clusters, n_dimensions)"""
        return np.asarray(self.layer.cluster_centers)

    @property
    def no_losses(self) -> Losses:
        """Those before the first step."""
        return Losses(math.nan, None if self._decoder is None else math.nan)

    @property
    def decoder_weights(self) -> Arrays:
        """Of the decoder that is trained along; none where there is none."""
        return () if self._decoder is None else tuple(self._decoder.get_weights())

    def restore(self, checkpoint: Checkpoint) -> None:
        """Put weights and optimizer back to where the checkpoint was taken.

        Where the settings name another optimizer, or SGD with momentum instead of without, or the
        decoder begins or ceases to be trained, it starts afresh; learning rate and momentum are
        always those of the settings.
        """
        self._model.set_weights(checkpoint.weights)
        if self._decoder is not None:
            self._decoder.set_weights(checkpoint.decoder)
        is_same = checkpoint.config.clustering.optimizer == self._settings.optimizer
        # SGD without momentum has no slots, and each weight has its own.
        if is_same and len(checkpoint.optimizer) == len(self.optimizer.variables):
            self._set_optimizer(checkpoint.optimizer)
        self.optimizer.learning_rate.assign(self._settings.learning_rate)

    def place_centers(self, centers: NDArray[np.float32]) -> None:
        """Put the centres, (n_clusters, n_dimensions), elsewhere; they have no momentum there."""
        self.layer.cluster_centers.assign(centers)
        self.forget_momentum(self.layer.cluster_centers)

    def dissolve(self, clusters: NDArray[np.integer]) -> None:
        """Take these clusters out of q and P for good, see ``model.DISSOLVED``."""
        centers = self.centers.copy()
        centers[clusters] = DISSOLVED
        self.layer.cluster_centers.assign(centers)

    def evaluate(self) -> Iterator[tuple[int, Evaluation]]:
        """All samples, piece by piece, with the number of rows before each."""
        for begin in range(0, self.batches.n_samples, self._rows):
            rows = self._x.values[begin : begin + self._rows]
            pieces = self._compiled_evaluation(rows, self._x.divisor)
            yield begin, Evaluation(*(piece.numpy() for piece in pieces))

    def evaluate_all(self) -> Evaluation:
        """All samples at once."""
        return Evaluation.joined(piece for _, piece in self.evaluate())

    def nearest_centers(self, embedding: NDArray[np.float32]) -> NDArray[np.int32]:
        """Labels by the present centres, as ``evaluate`` would give them with this embedding."""
        labels = []
        for begin in range(0, len(embedding), self._rows):
            piece = tf.constant(embedding[begin : begin + self._rows])
            squared = self.layer.squared_distance(piece)
            labels.append(self.layer.nearest_center(piece, squared).numpy())
        return np.concatenate(labels)

    def target(self, q: NDArray[np.float32]) -> NDArray[np.float32]:
        """P from q over all data, (n_samples, n_clusters), by the target rule.

        A rule that makes its own target in every step has one too, which is only looked at.
        """
        p = self._target.over_data(q.astype(np.float64))
        with np.errstate(over="ignore"):  # the recycled rule knows no bound
            return p.astype(np.float32)

    def run(self, p: tf.Tensor, first: int, count: int) -> Losses:
        """Gradient steps ``first`` to ``first + count - 1``.

        With a shuffled order they must lie within one pass over the data.
        """
        self._go_to_step(first)
        order = self.batches.order(first)
        steps = tf.constant(first), tf.constant(count)
        losses = self._compiled_steps(self._x, p, order, *steps, self._seed)
        return Losses(*map(float, losses))

    def _compile_steps(self, settings: ClusteringSettings) -> Any:
        batches, optimizer, variables = self.batches, self.optimizer, self._variables
        losses_of, augmentation = self._losses_of(settings), self._augmentation
        before = tuple(0.0 for loss in self.no_losses if loss is not None)

        @tf.function(autograph=True)
        def run(  # noqa: PLR0917 - tensors in the order of their use
            x: ResidentSamples, p: Any, order: Any, first: Any, count: Any, seed: Any
        ) -> Any:
            losses = tuple(tf.constant(loss) for loss in before)
            for step in tf.range(first, first + count):
                rows, target = batches.take(step, order, x.values, p)
                batch = moved = as_float(rows, x.divisor)
                if augmentation is not None:
                    moved = augmentation.moved(batch, seed_of(IMAGES, seed, step))
                with tf.GradientTape() as tape:
                    total, losses = losses_of(moved, batch, target)
                optimizer.apply(tape.gradient(total, variables), variables)
            return losses

        return run

    def _losses_of(
        self, settings: ClusteringSettings
    ) -> Callable[[Any, Any, Any], tuple[Any, Any]]:
        """From a batch as it is seen, as it is to be reconstructed, and its target to what the step
        makes smaller, and to ``Losses``."""
        model, encoder, decoder, layer = self._model, self.encoder, self._decoder, self.layer
        objective = OBJECTIVE_LOSSES[settings.objective.kind](settings.objective)
        batch_target = self._target.in_batch
        dissolve = settings.dissolve
        neighbor_weight = dissolve.neighbor_weight if isinstance(dissolve, SmallDissolving) else 0.0

        def clustering_loss(target: Any, q: Any) -> Any:
            return objective.clustering(target if batch_target is None else batch_target(q), q)

        def of_embedding(target: Any, embedding: Any) -> Any:
            loss = clustering_loss(target, layer(embedding))
            if neighbor_weight:
                loss += neighbor_weight * neighbor_loss(embedding, layer.cluster_centers)
            return loss

        def alone(batch: Any, _: Any, target: Any) -> tuple[Any, Any]:
            loss = clustering_loss(target, model(batch, training=True))
            return loss, (loss,)

        def with_neighbors(batch: Any, _: Any, target: Any) -> tuple[Any, Any]:
            loss = of_embedding(target, encoder(batch, training=True))
            return loss, (loss,)

        if decoder is None:
            return with_neighbors if neighbor_weight else alone

        def with_decoder(batch: Any, clean: Any, target: Any) -> tuple[Any, Any]:
            embedding = encoder(batch, training=True)
            clustering = of_embedding(target, embedding)
            reconstruction = mean_squared_error(clean, decoder(embedding, training=True))
            return objective.total(clustering, reconstruction), (clustering, reconstruction)

        return with_decoder


def _products(layer: keras.Layer) -> int:
    """Multiplications for one sample: each place of a map takes the whole kernel once."""
    places = layer.output.shape[1:-1]
    return math.prod((*places, *layer.kernel.shape)) if hasattr(layer, "kernel") else 0


def _compile_evaluation(encoder: keras.Model, layer: ClusteringLayer, x: ResidentSamples) -> Any:
    @tf.function(
        input_signature=[
            tf.TensorSpec(encoder.input.shape, x.values.dtype),
            tf.TensorSpec([], tf.float32),
        ]
    )
    def evaluate(rows: Any, divisor: Any) -> Any:
        def located(piece: Any) -> tuple[Any, Any]:
            embedding = encoder(as_float(piece, divisor), training=False)
            return embedding, layer.squared_distance(embedding)

        n_clusters, n_dimensions = layer.cluster_centers.shape
        embedding, squared = in_slices(located, rows, (n_dimensions, n_clusters))
        labels = layer.nearest_center(embedding, squared)
        return embedding, layer.soft_assignment(squared), labels

    return evaluate
