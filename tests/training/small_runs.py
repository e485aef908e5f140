"""Runs that last a second: blobs, a tiny network, few steps; and ways to drive them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import keras
import numpy as np

from dec_core.config import Config
from dec_core.data import Dataset
from dec_core.events.events import Event, RunFinished
from dec_core.model import build_autoencoder, build_clustering_model
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.context import TrainingContext
from dec_core.training.trainer import Trainer

SETTINGS: Mapping[str, Any] = {
    "autoencoder.units": (8, 3),
    "pretraining.epochs": 2,
    "pretraining.optimizer": "adam",
    "pretraining.learning_rate": 0.002,
    "pretraining.batch_size": 64,
    "clustering.n_clusters": 3,
    "clustering.batch_size": 64,
    "clustering.update_interval": 10,
    "clustering.max_iterations": 40,
    "clustering.kmeans_restarts": 2,
    "clustering.tol": 0.0,
}

Kind = TypeVar("Kind", bound=Event)


def small_config(values: Mapping[str, Any] | None = None) -> Config:
    """Settings for ``blobs``, changed by ``{"section.field": value}``."""
    return Config().with_values(SETTINGS).with_values(values or {})


def blobs(
    n_samples: int = 300, *, scale: float = 1.0, labelled: bool = True, is_sorted: bool = False
) -> Dataset:
    """Three clouds in five dimensions."""
    generator = np.random.default_rng(7)
    y = generator.integers(0, 3, n_samples)
    if is_sorted:
        y = np.sort(y)
    centers = 4 * np.eye(3, 5)
    x = (centers[y] + generator.normal(size=(n_samples, 5))) * scale
    return Dataset("blobs", x, y if labelled else None, source="a test")


def small_context(
    values: Mapping[str, Any] | None = None, dataset: Dataset | None = None
) -> TrainingContext:
    """What a phase of a small run needs from outside."""
    return TrainingContext(small_config(values), dataset or blobs())


def clustering_model(context: TrainingContext) -> keras.Model:
    """With an encoder that was not pretrained and centres that were not set."""
    config = context.config
    encoder = build_autoencoder(context.dataset.n_features, config.autoencoder, config.seed).encoder
    return build_clustering_model(encoder, config.clustering)


def clustering_loop(context: TrainingContext) -> ClusteringLoop:
    """On a ``clustering_model``."""
    config, model = context.config, clustering_model(context)
    return ClusteringLoop(model, context.x, config.clustering, config.seed)


def drive(trainer: Trainer, react: Callable[[Event], None] | None = None) -> list[Event]:
    """Advance a run to its end; ``react`` sees each event before the next one is made."""
    events = []
    for event in trainer.events():
        events.append(event)
        if react is not None:
            react(event)
    return events


def run(values: Mapping[str, Any] | None = None, dataset: Dataset | None = None) -> list[Event]:
    """All events of a small run."""
    return drive(Trainer(small_config(values), dataset or blobs()))


def of_kind(events: Sequence[Event], kind: type[Kind]) -> list[Kind]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def ending(events: Sequence[Event]) -> RunFinished:
    """The last event, which must be the end of a run."""
    assert isinstance(events[-1], RunFinished)
    return events[-1]
