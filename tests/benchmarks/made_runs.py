"""Stored runs of any size without training: made-up numbers through the store's own writers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from dec_core.analysis.labeling import Clustering
from dec_core.analysis.measures import measure
from dec_core.analysis.verdict import Condition, Judgement, StopReason, Verdict
from dec_core.config import Config
from dec_core.events.events import (
    KMEANS,
    CentersInitialized,
    Event,
    FrameTaken,
    PretrainingEpochEnded,
    RunFinished,
    RunStarted,
    SamplesChosen,
    TargetUpdated,
)
from dec_core.events.frames import MemoryFrames
from dec_core.events.outcome import outcome
from dec_core.events.view import View, fold
from dec_core.store.event_log import EventLog
from dec_core.store.record import RunState
from dec_core.store.store import RunStore

N_CLUSTERS, N_DIMENSIONS, MAP_SAMPLES = 10, 10, 4_000
N_EPOCHS = 10
# Samples, start, epochs and centres, without the frame of k-means.
BEFORE_UPDATES = N_EPOCHS + 3


def make_run(
    store: RunStore, n_samples: int, n_updates: int, seed: int = 0, config: Config | None = None
) -> str:
    """A finished run of that size; returns its id. ACC and NMI rise evenly from 0.5 towards 0.7."""
    if config is None:
        config = Config().with_values({"clustering.max_iterations": 10 * n_updates})
    config = config.with_values({"seed": seed})
    run_id = store.create(config, "digits")
    log, view = EventLog(store.folder(run_id)), View()
    log.open(MemoryFrames(), 0, 0)
    for event in made_up_events(config, n_samples, n_updates):
        view = fold(view, event)
        log.append(event)
    log.close()
    record = replace(
        store.record(run_id),
        state=RunState.FINISHED,
        fingerprint="made up",
        n_samples=n_samples,
        n_features=784,
        summary=outcome(view),
    )
    store.write_record(record)
    return run_id


def made_up_events(config: Config, n_samples: int, n_updates: int) -> Iterator[Event]:
    """All that happens in a run of that size, of at least 200 samples."""
    generator = np.random.default_rng(config.seed)
    truth = generator.integers(0, N_CLUSTERS, n_samples)
    n_sampled = min(n_samples, MAP_SAMPLES)
    yield SamplesChosen(np.arange(n_sampled), truth)
    yield RunStarted(config, "made up", n_samples, 784, n_sampled, True, None)
    for epoch in range(N_EPOCHS):
        yield PretrainingEpochEnded(epoch + 1, N_EPOCHS, 1 / (epoch + 1), float(epoch))
    labels = generator.integers(0, N_CLUSTERS, n_samples).astype(np.uint8)
    embedding = generator.normal(size=(n_sampled, N_DIMENSIONS)).astype(np.float32)
    sizes = tuple(np.bincount(labels, minlength=N_CLUSTERS).tolist())
    yield FrameTaken(KMEANS, labels, embedding, embedding[:N_CLUSTERS])
    yield CentersInitialized(sizes, {"acc": 0.5, "nmi": 0.5, "ari": 0.4}, 1.0)
    soft = generator.dirichlet(np.ones(N_CLUSTERS), 200).astype(np.float32)
    few = Clustering(
        labels[:200],
        N_CLUSTERS,
        previous=labels[:200],
        q=soft,
        p=soft,
        centers=embedding[:N_CLUSTERS],
        embedding=embedding[:200],
    )
    measures = measure(few)
    for number in range(n_updates):
        labels = labels.copy()
        labels[generator.integers(0, n_samples, n_samples // 100)] = number % N_CLUSTERS
        noise = generator.normal(scale=0.01, size=embedding.shape)
        embedding = (embedding + noise).astype(np.float32)
        yield FrameTaken(number, labels, embedding, embedding[:N_CLUSTERS])
        score = 0.5 + 0.2 * number / n_updates
        yield TargetUpdated(
            number,
            10 * number,
            float(number),
            sizes,
            True,
            {**measures, "loss": 1 / (number + 1), **dict.fromkeys(("acc", "nmi", "ari"), score)},
        )
    sentence = "Reached the maximum."
    judgement = Judgement(Condition.HEALTHY, Verdict.UNFINISHED, sentence)
    yield RunFinished(StopReason.MAX_ITERATIONS, judgement, 10 * n_updates)
