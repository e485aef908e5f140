"""Whole numbers in one byte each are trained on as the float32 numbers that they stand for."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from dec_core.analysis.data_facts import data_facts
from dec_core.data import Dataset
from dec_core.data.samples import Samples
from dec_core.errors import SettingsError
from dec_core.events.events import (
    Event,
    PretrainingEpochEnded,
    Progress,
    ReconstructionsTaken,
    StepsDone,
    TargetUpdated,
)
from dec_core.events.view import View, fold
from dec_core.training.checkpoint import Checkpoint, Resumption
from dec_core.training.resident import ResidentSamples, as_float
from dec_core.training.trainer import Trainer
from tests.training.bits import assert_same_bits
from tests.training.small_runs import blobs, drive, of_kind, small_config

# What lies between two updates depends on the speed.
PACED = (Progress, StepsDone)


@pytest.fixture(autouse=True)
def nothing_is_converted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of many samples."""
    monkeypatch.setattr("dec_core.training.resident.CONVERTED_BYTES", 0)


def in_both_types(n_samples: int = 300) -> tuple[Dataset, Dataset]:
    """The same data as whole numbers and as float32."""
    clouds = blobs(n_samples)
    values = np.clip(20 * clouds.x + 80, 0, 255).astype(np.uint8)
    whole = Dataset("clouds", Samples(values, 255), clouds.y)
    return whole, Dataset("clouds", whole.x, clouds.y)


def bits(events: list[Event]) -> list[list[Any]]:
    """Every digit of every event but seconds."""
    kept = [event for event in events if not isinstance(event, PACED)]
    kept = [one for one in kept if not isinstance(one, ReconstructionsTaken) or one.epoch != 1]
    return [
        [
            value.tobytes() if isinstance(value, np.ndarray) else repr(value)
            for name, value in vars(event).items()
            if name != "seconds"
        ]
        for event in kept
    ]


def checkpoint_of(trainer: Trainer) -> Checkpoint:
    checkpoint = trainer.checkpoint()
    assert checkpoint is not None
    return checkpoint


def assert_same_state(first: Checkpoint, second: Checkpoint) -> None:
    assert_same_bits([*first.weights, *first.optimizer], [*second.weights, *second.optimizer])
    assert first.p is not None and second.p is not None
    assert_same_bits([first.p], [second.p])


@pytest.mark.parametrize(
    ("shuffle", "order", "rule"), [(True, "stored", "paper"), (False, "shuffled", "r-recycled")]
)
def test_a_run_is_the_same_bit_for_bit(shuffle: bool, order: str, rule: str) -> None:
    # 300 samples in batches of 64: the last one of a pass is smaller.
    values = {
        "pretraining.shuffle": shuffle,
        "clustering.batch_order": order,
        "clustering.target": rule,
    }
    runs = [Trainer(small_config(values), dataset) for dataset in in_both_types()]
    whole, floats = (drive(trainer) for trainer in runs)
    assert len(of_kind(whole, TargetUpdated)) == 5
    assert bits(whole) == bits(floats)
    assert_same_state(*map(checkpoint_of, runs))


@pytest.mark.parametrize("kind", [PretrainingEpochEnded, TargetUpdated])
def test_a_run_resumes_in_the_other_type(kind: type[Event]) -> None:
    whole, floats = in_both_types()
    config, view, taken = small_config(), View(), list[Resumption]()
    trainer = Trainer(config, floats)

    def react(event: Event) -> None:
        nonlocal view
        view = fold(view, event)
        if isinstance(event, kind) and not taken:
            taken.append(Resumption.after(view, checkpoint_of(trainer)))

    drive(trainer, react)
    resumed = Trainer(config, whole, resumption=taken[0])
    drive(resumed)
    assert_same_state(checkpoint_of(trainer), checkpoint_of(resumed))


def test_what_is_said_of_the_data_is_the_same() -> None:
    whole, floats = in_both_types()
    assert data_facts(whole.samples, whole.y, 3) == data_facts(floats.x, floats.y, 3)


@pytest.mark.parametrize("divisor", [1, 7, 16, 255])
def test_a_graph_divides_as_the_samples_do(divisor: float) -> None:
    # Rows of 83 bytes lie anywhere in memory.
    values = np.resize(np.arange(256, dtype=np.uint8), 83 * 40 + 1)[1:].reshape(40, 83)
    samples = Samples(values, divisor)
    resident = ResidentSamples.of(samples)
    assert resident.values.dtype == tf.uint8
    divide = tf.function(lambda x: as_float(x.values[3:30], x.divisor))
    assert_same_bits([divide(resident).numpy()], [samples[3:30]])


def test_few_samples_are_converted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, floats = (dataset.samples for dataset in in_both_types())
    monkeypatch.setattr("dec_core.training.resident.CONVERTED_BYTES", whole.values.size * 4)
    assert_same_bits([ResidentSamples.of(whole).values.numpy()], [floats[:]])


def test_memory_is_estimated_by_the_type(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, floats = in_both_types(3_000)
    config = small_config()
    monkeypatch.setattr("dec_core.training.memory.memory_bytes", lambda: 0)
    with pytest.raises(SettingsError, match=r"\(0\.0 GiB\) for the data") as refused:
        Trainer(config, whole)
    assert "15,000 bytes (0.0 GiB) for the data" in str(refused.value)
    with pytest.raises(SettingsError, match="60,000 bytes"):
        Trainer(config, floats)


def test_a_mapped_file_never_becomes_float32_as_a_whole(tmp_path: Path) -> None:
    n_samples, n_features = 60_000, 200
    path = tmp_path / "values.npy"
    generator = np.random.default_rng(0)
    np.save(path, generator.integers(0, 256, (n_samples, n_features), dtype=np.uint8))
    config = small_config(
        {
            "pretraining.epochs": 1,
            "pretraining.batch_size": 4_096,
            "clustering.batch_size": 4_096,
            "clustering.max_iterations": 10,
            "clustering.kmeans_restarts": 1,
        }
    )

    def train() -> None:
        dataset = Dataset("mapped", Samples(np.load(path, mmap_mode="r"), 255))
        drive(Trainer(config, dataset))
        assert len(dataset.fingerprint) == 64

    train()  # builds the graphs, which takes long under the eyes of tracemalloc
    tracemalloc.start()
    try:
        train()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The tensor of bytes and a few pieces, where float32 would take four times the bytes.
    assert peak < 3 * n_samples * n_features
