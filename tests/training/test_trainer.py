"""Whole runs on small data: the order of events, odd data, ends and repeatability."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from dec_core.analysis.measures import MEASURES
from dec_core.analysis.verdict import StopReason, Verdict
from dec_core.data import Dataset
from dec_core.errors import DataError, SettingsError
from dec_core.events.events import (
    KMEANS,
    CentersInitialized,
    Event,
    FrameTaken,
    ParameterChanged,
    Phase,
    PretrainingEpochEnded,
    Progress,
    ReconstructionsTaken,
    RunFinished,
    RunStarted,
    SamplesChosen,
    StepsDone,
    TargetUpdated,
)
from dec_core.model.assignment import nearest_center
from dec_core.training import reconstructing
from dec_core.training.trainer import Trainer, train
from tests.training.small_runs import blobs, drive, ending, of_kind, run, small_config


def test_events_come_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconstructing, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(reconstructing, "SHARE", math.inf)
    events = run()
    kinds = [type(event) for event in events if not isinstance(event, Progress | StepsDone)]
    assert kinds == [
        SamplesChosen,
        RunStarted,
        ReconstructionsTaken,
        *[ReconstructionsTaken, PretrainingEpochEnded] * 2,
        *[FrameTaken, CentersInitialized],
        *[FrameTaken, TargetUpdated] * 5,
        RunFinished,
    ]
    restarts = [event for event in of_kind(events, Progress) if event.phase is Phase.KMEANS]
    assert [(event.done, event.total) for event in restarts] == [(1, 2), (2, 2)]


def test_updates_count_the_steps_before_them() -> None:
    events = run()
    updates = of_kind(events, TargetUpdated)
    assert [update.update for update in updates] == [0, 1, 2, 3, 4]
    assert [update.iteration for update in updates] == [0, 10, 20, 30, 40]
    steps = [event.iteration for event in of_kind(events, StepsDone)]
    assert steps[-1] == 40
    assert all(later > earlier for earlier, later in pairwise(steps))
    assert set(steps) >= {10, 20, 30, 40}
    numbers = [event for event in events if not isinstance(event, FrameTaken)]
    for earlier, update in pairwise(numbers):
        if isinstance(update, TargetUpdated) and update.update > 0:
            assert isinstance(earlier, StepsDone)
            assert (update.iteration, update.value("loss")) == (earlier.iteration, earlier.loss)


def test_what_an_update_carries() -> None:
    dataset = blobs()
    events = run(dataset=dataset)
    (centers,) = of_kind(events, CentersInitialized)
    (samples,) = of_kind(events, SamplesChosen)
    np.testing.assert_array_equal(samples.sample_ids, np.arange(300))
    assert samples.true_labels is dataset.y
    start, *frames = of_kind(events, FrameTaken)
    assert start.update == KMEANS
    assert start.embedding.shape == (300, 3)
    previous = start.labels
    assert centers.cluster_sizes == tuple(np.bincount(previous, minlength=3))
    assert sum(centers.cluster_sizes) == 300
    for frame, update in zip(frames, of_kind(events, TargetUpdated), strict=True):
        assert events.index(update) == events.index(frame) + 1
        assert frame.update == update.update
        assert frame.labels.dtype == np.uint8
        assert frame.embedding.shape == (300, 3)
        assert np.array_equal(frame.labels, nearest_center(frame.embedding, frame.centers))
        assert update.value("delta_label") == np.count_nonzero(frame.labels != previous) / 300
        sizes = np.bincount(frame.labels, minlength=3)
        assert update.cluster_sizes == tuple(sizes)
        assert update.measures.keys() == MEASURES.keys()
        previous = frame.labels
    first = of_kind(events, TargetUpdated)[0]
    assert first.value("delta_label") == 0.0
    assert math.isnan(first.value("loss"))


def test_blobs_are_found() -> None:
    events = run({"pretraining.epochs": 60, "pretraining.learning_rate": 0.01})
    assert of_kind(events, TargetUpdated)[-1].measures["acc"] > 0.95
    losses = [event.loss for event in of_kind(events, PretrainingEpochEnded)]
    assert losses[-1] < losses[0] / 2


def test_seconds_are_given_for_every_phase() -> None:
    seconds = ending(drive(Trainer(small_config(), blobs(), 1.5))).seconds
    assert list(seconds) == list(Phase)
    assert seconds[Phase.DATA] == 1.5


@pytest.mark.parametrize("n_samples", [512, 513])
def test_batches_that_do_and_do_not_divide_the_samples(n_samples: int) -> None:
    values = {"pretraining.batch_size": 256, "clustering.batch_size": 256}
    events = run(values, blobs(n_samples))
    assert all(math.isfinite(event.loss) for event in of_kind(events, StepsDone))
    assert all(math.isfinite(event.loss) for event in of_kind(events, PretrainingEpochEnded))
    assert ending(events).iterations == 40


def test_fewer_samples_than_a_batch() -> None:
    assert ending(run(dataset=blobs(20))).iterations == 40


def test_one_sample_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"number of samples \(1\)\. Received 3\."):
        Trainer(small_config(), Dataset("one", [[1.0, 2.0]], source="a test"))


def test_more_clusters_than_samples_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"number of samples \(12\)\. Received 13\."):
        train(small_config({"clustering.n_clusters": 13}), blobs(12))


def test_settings_beyond_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dec_core.training.memory.memory_bytes", lambda: 6_000)
    with pytest.raises(SettingsError, match=r"\(6,000 bytes .* at least .*6,000 bytes .* the data"):
        train(small_config(), blobs())


def test_as_many_clusters_as_samples() -> None:
    events = run({"clustering.n_clusters": 12, "clustering.max_iterations": 5}, blobs(12))
    assert of_kind(events, CentersInitialized)[0].cluster_sizes == (1,) * 12


@pytest.mark.parametrize("n_samples", [50, 257])
@pytest.mark.parametrize("epochs", [0, 2])
def test_constant_data_are_refused(n_samples: int, epochs: int) -> None:
    constant = Dataset("constant", np.full((n_samples, 5), 0.7), source="a test")
    with pytest.raises(DataError, match="distinct samples as clusters"):
        run({"pretraining.epochs": epochs}, constant)


@pytest.mark.parametrize("alpha", [0.01, 100.0])
@pytest.mark.parametrize("exponent", [-60, 0, 40])
def test_the_first_labels_are_those_of_kmeans_at_any_scale(exponent: int, alpha: float) -> None:
    values = {"pretraining.epochs": 0, "clustering.max_iterations": 1, "clustering.alpha": alpha}
    events = run(values, blobs(scale=2.0**exponent))
    first = of_kind(events, TargetUpdated)[0]
    assert first.value("delta_label") == 0.0
    start, expected = (of_kind(one, FrameTaken)[0] for one in (events, run(values, blobs())))
    assert start.update == expected.update == KMEANS
    assert start.labels.tobytes() == expected.labels.tobytes()


def test_pretraining_that_leaves_no_finite_embedding() -> None:
    x = np.eye(5, dtype=np.float32).repeat(60, axis=0)
    x[:100] = 3e38  # their sums are beyond float32
    events = run(
        {"pretraining.epochs": 0, "autoencoder.initializer": "he_normal"}, Dataset("far", x)
    )
    finished = ending(events)
    assert (finished.stop_reason, finished.iterations) == (StopReason.NOT_FINITE, 0)
    assert finished.judgement.verdict is Verdict.DIVERGED
    assert "embedding is not finite after pretraining" in finished.judgement.sentence
    assert not of_kind(events, CentersInitialized)


def test_missing_values_are_refused() -> None:
    x = np.ones((10, 3))
    x[4, 1] = np.nan
    with pytest.raises(DataError, match=r"NaN or infinite.*sample 4"):
        Dataset("gaps", x, source="a test")


def test_without_labels() -> None:
    events = run(dataset=blobs(labelled=False))
    scores = {name for name, one in MEASURES.items() if one.needs_true_labels}
    for update in of_kind(events, TargetUpdated):
        assert update.measures.keys() == MEASURES.keys() - scores
    assert not of_kind(events, CentersInitialized)[0].measures.keys() & scores
    judgement = ending(events).judgement
    assert judgement.verdict in (Verdict.DEAD_EMBEDDING, Verdict.UNFINISHED, Verdict.COLLAPSED)
    assert "NMI" not in judgement.sentence


def test_labels_are_never_trained_on() -> None:
    with_labels, without = run(), run(dataset=blobs(labelled=False))
    assert label_bytes(with_labels) == label_bytes(without)


def test_sorted_data_in_stored_order_stay_finite() -> None:
    events = run({"clustering.batch_order": "stored"}, blobs(is_sorted=True))
    assert all(update.is_finite for update in of_kind(events, TargetUpdated))
    assert all(math.isfinite(event.loss) for event in of_kind(events, StepsDone))


def label_bytes(events: list[Event]) -> list[bytes]:
    """The labels of the k-means start and of every update."""
    return [frame.labels.tobytes() for frame in of_kind(events, FrameTaken)]


@pytest.mark.parametrize("batch_order", ["stored", "shuffled"])
def test_two_runs_are_equal_bit_for_bit(batch_order: str) -> None:
    first, second = (run({"clustering.batch_order": batch_order}) for _ in range(2))
    assert label_bytes(first) == label_bytes(second)
    embeddings, others = (
        [frame.embedding.tobytes() for frame in of_kind(events, FrameTaken)]
        for events in (first, second)
    )
    assert embeddings == others
    for one, other in zip(
        of_kind(first, TargetUpdated), of_kind(second, TargetUpdated), strict=True
    ):
        assert np.float32(one.value("loss")).tobytes() == np.float32(other.value("loss")).tobytes()


def test_another_seed_gives_another_run() -> None:
    assert label_bytes(run()) != label_bytes(run({"seed": 1}))


@pytest.mark.parametrize("batch_order", ["stored", "shuffled"])
def test_speed_does_not_change_the_result(batch_order: str) -> None:
    trainer = Trainer(small_config({"clustering.batch_order": batch_order}), blobs())
    trainer.pace.limit = 1
    stepped = drive(trainer)
    steps = [event.iteration for event in of_kind(stepped, StepsDone)]
    assert steps == list(range(1, 41))
    assert label_bytes(stepped) == label_bytes(run({"clustering.batch_order": batch_order}))


@pytest.mark.parametrize(
    "values",
    [
        {"clustering.target": "per-batch"},
        {"clustering.target": "r-recycled"},
        {"clustering.loss": "mse"},
        {"clustering.loss": "categorical_crossentropy"},
        {"clustering.objective": "idec"},
        {"clustering.optimizer": "adam", "clustering.learning_rate": 0.001},
        {"clustering.alpha": 2.5},
        {"pretraining.epochs": 0},
        {"pretraining.shuffle": False},
    ],
    ids=str,
)
def test_every_kind_of_run_reaches_its_end(values: dict[str, Any]) -> None:
    events = run(values)
    assert ending(events).stop_reason is StopReason.MAX_ITERATIONS
    updates = of_kind(events, TargetUpdated)
    assert len(updates) == 5
    assert all(update.is_finite for update in updates)
    _, before, *_, after = of_kind(events, FrameTaken)
    assert not np.array_equal(before.embedding, after.embedding)


def test_recycled_target_is_seen_in_the_row_sums() -> None:
    def row_sums(events: list[Event]) -> tuple[float, float]:
        measures = of_kind(events, TargetUpdated)[0].measures
        return measures["target_row_sum_min"], measures["target_row_sum_max"]

    low, high = row_sums(run({"clustering.target": "r-recycled"}))
    assert low < 0.99
    assert high > 1.01
    assert row_sums(run()) == pytest.approx((1.0, 1.0), abs=1e-5)


def test_pretraining_that_diverges() -> None:
    values = {
        "pretraining.optimizer": "sgd",
        "pretraining.learning_rate": 10,
        "pretraining.epochs": 5,
    }
    events = run(values, blobs(scale=1000.0))
    finished = ending(events)
    assert finished.judgement.verdict is Verdict.DIVERGED
    assert finished.stop_reason is StopReason.NOT_FINITE
    assert finished.iterations == 0
    assert "learning rate" in finished.judgement.sentence
    assert not of_kind(events, CentersInitialized)


def test_map_samples_are_a_stratified_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dec_core.training.context.MAP_SAMPLES", 30)
    dataset = blobs()
    events = run(dataset=dataset)
    (started,), (samples,) = of_kind(events, RunStarted), of_kind(events, SamplesChosen)
    assert started.n_sampled == 30
    assert samples.sample_ids.shape == (30,)
    for frame in of_kind(events, FrameTaken):
        assert frame.embedding.shape == (30, 3)
        assert frame.labels.shape == (300,)
    assert dataset.y is not None
    shares = np.bincount(dataset.y) / 10
    assert np.abs(np.bincount(dataset.y[samples.sample_ids]) - shares).max() < 1


def test_changes_that_come_while_others_are_told_are_told_too() -> None:
    rate, tol = "clustering.learning_rate", "clustering.tol"
    trainer = Trainer(small_config(), blobs())
    told = []
    for event in trainer.events():
        if isinstance(event, CentersInitialized):
            trainer.requests.change(rate, 0.02)
        if isinstance(event, ParameterChanged):
            told.append((event.path, event.new))
            if len(told) == 1:
                trainer.requests.change(rate, 0.03)
                trainer.requests.change(tol, 0.1)
    assert told == [(rate, 0.02), (rate, 0.03), (tol, 0.1)]
    assert trainer.config.clustering.learning_rate == 0.03
