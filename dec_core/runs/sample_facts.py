"""What is known of one sample at one update: how sure its cluster is, and what it looks like."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.pictures import as_pictures
from dec_core.config import DataSettings, FileData
from dec_core.data import Dataset, load
from dec_core.data.scaling import Scale
from dec_core.errors import DECLabError, RunError
from dec_core.events.events import KMEANS, SamplesChosen
from dec_core.model.assignment import soft_assignment
from dec_core.runs.handle import RunHandle

# So many clusters with their share of the sample, and so many features, are told.
MOST_SHARES, MOST_FEATURES = 3, 5


@dataclass(frozen=True)
class Feature:
    """A feature of one sample: its value in the file, and how many standard deviations it is from
    the mean as it was trained on."""

    name: str
    value: float
    deviation: float


@dataclass(frozen=True)
class SampleFacts:
    """One sample at one update.

    Attributes
    ----------
    id : what its file calls it, or empty
    cluster : its cluster there
    true_label : its name, or empty
    shares : the clusters with the largest soft assignment q and these, the largest first; empty
        where the sample's embedding is not kept
    picture : a PNG of the image, of a volume its middle slice; empty where the data are neither
    features : those that deviate most from their mean, where the data are neither
    """

    id: str
    cluster: int
    true_label: str
    shares: tuple[tuple[int, float], ...]
    picture: bytes
    features: tuple[Feature, ...]


def sample_facts(run: RunHandle, update: int, sample: int) -> SampleFacts:
    """What is known of a sample, counted from 0, at an update or at the start (``KMEANS``).

    Raises
    ------
    RunError
        If the run has no such sample, or its labels there are not kept.
    DECLabError
        If the data are gone.
    """
    view, samples = run.view, run.frames.samples
    if view.started is None or not 0 <= sample < view.started.n_samples:
        n_samples = 0 if view.started is None else view.started.n_samples
        raise RunError(f"A sample must be one of {n_samples:,}. Received {sample}.")
    dataset = _data_of(run)
    return SampleFacts(
        id="" if samples.ids is None else str(samples.ids[sample]),
        cluster=int(run.frames.labels(update)[sample]),
        true_label=_true_label(samples, sample, view.started.class_names),
        shares=_shares(run, update, samples, sample),
        picture=_picture(dataset, sample),
        features=() if dataset.image_shape else _features(dataset, sample),
    )


def _data_of(run: RunHandle) -> Dataset:
    config, started = run.view.config, run.view.started
    dataset = _loaded(config.data, config.seed)
    if started and (dataset.n_samples, dataset.n_features) != (
        started.n_samples,
        started.n_features,
    ):
        raise RunError("The data are no longer those of the run. Bring back the first ones.")
    return dataset


@lru_cache(1)
def _loaded(settings: DataSettings, seed: int) -> Dataset:
    return load(settings, seed)


@lru_cache(1)
def _range(dataset: Dataset) -> tuple[float, float]:
    return float(dataset.samples.min()), float(dataset.samples.max())


@lru_cache(1)
def _spread(dataset: Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of every feature, 1 where it is constant."""
    mean, deviations = dataset.samples.moments()
    return mean, np.where(deviations > 0, deviations, 1.0)


def _true_label(samples: SamplesChosen, sample: int, names: tuple[str, ...] | None) -> str:
    if samples.true_labels is None:
        return ""
    label = int(samples.true_labels[sample])
    return str(label) if names is None else names[label]


def _shares(
    run: RunHandle, update: int, samples: SamplesChosen, sample: int
) -> tuple[tuple[int, float], ...]:
    place = int(np.searchsorted(samples.sample_ids, sample))
    if place == len(samples.sample_ids) or samples.sample_ids[place] != sample:
        return ()
    if update != KMEANS and update not in run.frames.kept_embeddings:
        return ()
    embedded = run.frames.embedded(update)
    point = embedded.samples[place : place + 1]
    if not len(embedded.centers) or not np.isfinite(point).all():
        return ()
    q = soft_assignment(point, embedded.centers, run.view.config.clustering.alpha)[0]
    largest = np.argsort(-q, kind="stable")[:MOST_SHARES]
    return tuple((int(cluster), float(q[cluster])) for cluster in largest)


def _picture(dataset: Dataset, sample: int) -> bytes:
    if dataset.image_shape is None:
        return b""
    from PIL import Image

    low, high = _range(dataset)
    pixels = (dataset.samples[sample] - low) / ((high - low) or 1.0) * 255
    image = as_pictures(pixels.round().astype(np.uint8), dataset.image_shape)
    stream = io.BytesIO()
    Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).save(stream, "PNG")
    return stream.getvalue()


def _features(dataset: Dataset, sample: int) -> tuple[Feature, ...]:
    mean, spread = _spread(dataset)
    values = dataset.samples[sample]
    deviations = (values - mean) / spread
    largest = np.argsort(-np.abs(deviations), kind="stable")[:MOST_FEATURES]
    names = feature_names(dataset)
    scale = Scale() if dataset.preparation is None else dataset.preparation.scale
    own = scale.undo(values)
    return tuple(
        Feature(names[place], float(own[place]), float(deviations[place])) for place in largest
    )


def feature_names(dataset: Dataset) -> list[str]:
    """Of the features; those without names are numbered from 0."""
    known = () if dataset.preparation is None else dataset.preparation.feature_names
    if len(known) != dataset.n_features:
        known = tuple(map(str, range(dataset.n_features)))
    return [f"feature {name}" if name.isdecimal() else name for name in known]


def features_of(run: RunHandle) -> list[str]:
    """The names of a run's features; none where they have none, or its data are gone."""
    if not isinstance(run.config.data, FileData):
        return []
    try:
        return feature_names(_data_of(run))
    except DECLabError:
        return []
