"""Views from scripted events: eight samples, three clusters, numbers that are easy to check."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from dec_core.analysis.verdict import Condition, Judgement, StopReason, Verdict
from dec_core.config import Config
from dec_core.events.events import (
    KMEANS,
    CentersInitialized,
    Event,
    FrameTaken,
    ParameterChanged,
    PretrainingEpochEnded,
    ReconstructionsTaken,
    RunFinished,
    RunStarted,
    SamplesChosen,
    TargetUpdated,
)
from dec_core.events.frames import MemoryFrames
from dec_core.events.view import View, replay
from tests.analysis.observations import observe

N_SAMPLES, N_CLUSTERS = 8, 3
START_SIZES = (4, 2, 2)
START_SCORES = {"acc": 0.5, "nmi": 0.25, "ari": 0.125}
SIZES: Sequence[tuple[int, ...]] = ((4, 3, 1), (6, 2, 0), (8, 0, 0))
CLASS_NAMES = ("shoe", "bag")


def embedding(number: int) -> np.ndarray:
    """(8, 3), another one for each update."""
    return np.random.default_rng(number).normal(size=(N_SAMPLES, 3)).astype(np.float32)


def centers(number: int) -> np.ndarray:
    """(3, 3), others for each update."""
    return embedding(number)[:N_CLUSTERS] + 0.5


def labels_of(sizes: Sequence[int]) -> np.ndarray:
    """Labels with these cluster sizes."""
    return np.repeat(np.arange(len(sizes)), sizes).astype(np.uint8)


def sizes_at(number: int) -> tuple[int, ...]:
    """Cluster sizes at update ``number``."""
    return tuple(SIZES[min(number, len(SIZES) - 1)])


def framed(number: int) -> FrameTaken:
    """The arrays of update ``number``."""
    return FrameTaken(number, labels_of(sizes_at(number)), embedding(number), centers(number))


def reconstructed(
    epoch: int = 2, image_shape: tuple[int, ...] | None = None
) -> ReconstructionsTaken:
    """Samples 1 and 6 of five features, or of so many pixels. The first is exact."""
    n_features = 5 if image_shape is None else math.prod(image_shape)
    originals = np.linspace(0, 1, 2 * n_features, dtype=np.float32).reshape(2, n_features)
    return ReconstructionsTaken(
        epoch,
        np.array([1, 6]),
        originals,
        originals - np.array([[0], [0.5]], np.float32),
        np.linspace(0, 1.25, n_features, dtype=np.float32),
        image_shape,
    )


def updated(number: int, *, is_scored: bool = True) -> TargetUpdated:
    """Update ``number`` at iteration 10 * number."""
    observation = observe(10 * number, sizes_at(number), nmi=None)
    measures = {
        "loss": float("nan") if number == 0 else 0.5 / number,
        "delta_label": 0.25 / (number + 1),
        "successive_acc": 1 - 0.25 / (number + 1),
        "successive_nmi": 0.75,
        **observation.measures,
    }
    if is_scored:
        measures |= {"acc": 0.5 + number / 100, "nmi": 0.25 + number / 50, "ari": 0.125}
    return TargetUpdated(
        update=number,
        iteration=observation.iteration,
        seconds=float(number),
        cluster_sizes=observation.cluster_sizes,
        is_finite=True,
        measures=measures,
    )


def events(*, is_scored: bool = True, n_updates: int = 3) -> list[Event]:
    """A run that ends with all samples in one cluster."""
    truth = labels_of((5, 3)).astype(np.int64) if is_scored else None
    judgement = Judgement(Condition.BROKEN, Verdict.COLLAPSED, "Collapsed.")
    return [
        SamplesChosen(np.arange(N_SAMPLES), truth),
        RunStarted(
            Config().with_values({"clustering.n_clusters": N_CLUSTERS, "clustering.tol": 0.02}),
            "script",
            N_SAMPLES,
            5,
            N_SAMPLES,
            is_scored,
            CLASS_NAMES if is_scored else None,
        ),
        PretrainingEpochEnded(1, 2, 0.5, 1.0),
        PretrainingEpochEnded(2, 2, 0.25, 2.0),
        FrameTaken(KMEANS, labels_of(START_SIZES), embedding(99), centers(99)),
        CentersInitialized(START_SIZES, START_SCORES if is_scored else {}, seconds=0.5),
        *(
            event
            for number in range(n_updates)
            for event in (framed(number), updated(number, is_scored=is_scored))
        ),
        RunFinished(StopReason.TOLERANCE, judgement, 20),
    ]


def scripted_view(
    *, is_scored: bool = True, n_updates: int = 3, changes: Sequence[ParameterChanged] = ()
) -> View:
    """The view after all of these events."""
    return replay([*events(is_scored=is_scored, n_updates=n_updates)[:-1], *changes])


def frames_of(taken: Iterable[Event]) -> MemoryFrames:
    """The arrays among these events."""
    frames = MemoryFrames()
    for event in taken:
        if isinstance(event, SamplesChosen | FrameTaken):
            frames.take(event)
    return frames


def scripted_frames(*, is_scored: bool = True, n_updates: int = 3) -> MemoryFrames:
    """The arrays of ``scripted_view``."""
    return frames_of(events(is_scored=is_scored, n_updates=n_updates))


def early_views() -> dict[str, View]:
    """Views from before the first update, by what has happened."""
    script = [event for event in events() if not isinstance(event, SamplesChosen | FrameTaken)]
    names = ("nothing", "started", "one epoch", "pretrained", "centres")
    return {name: replay(script[:count]) for count, name in enumerate(names)}
