"""Clustering alone, on a context without a trainer, from labels that are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dec_core.analysis.measures import measure_start
from dec_core.analysis.verdict import Start, StopReason, Verdict
from dec_core.errors import RunError
from dec_core.events.events import (
    Event,
    FrameTaken,
    ParameterChanged,
    Phase,
    StepsDone,
    TargetUpdated,
)
from dec_core.training.checkpoint import Checkpoint, Resumption
from dec_core.training.compiled_clustering import ClusteringLoop
from dec_core.training.context import TrainingContext
from dec_core.training.phases.clustering import ClusteringPhase
from tests.model.reference import ReferenceClustering, compile_model
from tests.training.small_runs import clustering_loop, clustering_model, of_kind, small_context


def phase_of(context: TrainingContext) -> tuple[ClusteringPhase, ClusteringLoop]:
    """Started from the first three samples as centres."""
    loop = clustering_loop(context)
    embedding = loop.evaluate_all().embedding
    loop.layer.cluster_centers.assign(embedding[:3])
    labels = loop.nearest_centers(embedding).astype(context.label_type)
    labeling = context.labeling(labels)
    start = Start(labeling.cluster_sizes, measure_start(labeling))
    return ClusteringPhase(context, loop, labels, start), loop


def updates_of(events: list[Event]) -> list[tuple[int, str, bytes]]:
    """Iteration, loss and labels of every update; the loss in all its digits, as NaN too."""
    pairs = zip(of_kind(events, TargetUpdated), of_kind(events, FrameTaken), strict=True)
    return [
        (one.iteration, repr(one.value("loss")), frame.labels.tobytes()) for one, frame in pairs
    ]


def test_it_runs_alone() -> None:
    phase, _ = phase_of(small_context())
    assert phase.checkpoint() is None
    events = list(phase.events())
    assert [iteration for iteration, *_ in updates_of(events)] == [0, 10, 20, 30, 40]
    assert of_kind(events, TargetUpdated)[0].value("delta_label") == 0.0
    assert phase.ending is not None
    assert phase.ending.stop_reason is StopReason.MAX_ITERATIONS
    assert phase.ending.iterations == 40


def kept_at(iteration: int) -> tuple[Checkpoint, list[Event], int]:
    """A checkpoint at an update, all events of that run and how many came before it."""
    phase, _ = phase_of(small_context())
    events: list[Event] = []
    kept: Checkpoint | None = None
    n_before = 0
    for event in phase.events():
        events.append(event)
        if isinstance(event, TargetUpdated) and event.iteration == iteration:
            kept, n_before = phase.checkpoint(), len(events)
    assert kept is not None
    return kept, events, n_before


def test_it_goes_on_from_a_checkpoint_bit_for_bit() -> None:
    kept, events, n_before = kept_at(20)
    assert (kept.phase, kept.iteration, kept.last_update_at) == (Phase.CLUSTERING, 20, 20)
    observed = of_kind(events[:n_before], TargetUpdated)
    phase, _ = phase_of(small_context())
    phase.restore(Resumption(kept, (), Start((100, 100, 100)), tuple(observed)))
    assert updates_of(list(phase.events())) == updates_of(events[n_before:])


def test_a_branch_makes_the_target_by_its_own_rule() -> None:
    kept, *_ = kept_at(20)
    phase, loop = phase_of(small_context({"clustering.target": "r-recycled"}))
    phase.restore(Resumption(kept))
    restored = phase.checkpoint()
    assert restored is not None
    assert restored.p is not None
    assert restored.p.tobytes() == loop.target(loop.evaluate_all().q).tobytes()
    assert kept.p is not None
    assert not np.array_equal(restored.p, kept.p)


def test_a_checkpoint_without_a_target_is_refused() -> None:
    context = small_context()
    phase, _ = phase_of(context)
    checkpoint = Checkpoint(Phase.CLUSTERING, context.config, {}, (), (), epoch=2)
    with pytest.raises(RunError, match="must hold labels and target distribution"):
        phase.restore(Resumption(checkpoint))


def test_a_checkpoint_of_pretraining_changes_nothing() -> None:
    context = small_context()
    phase, _ = phase_of(context)
    phase.restore(Resumption(Checkpoint(Phase.PRETRAINING, context.config, {}, (), (), epoch=2)))
    whole, _ = phase_of(small_context())
    assert updates_of(list(phase.events())) == updates_of(list(whole.events()))


def test_requests_are_heard() -> None:
    context = small_context({"clustering.max_iterations": 1000})
    context.requests.change("clustering.learning_rate", 0.02)
    phase, loop = phase_of(context)
    events = []
    for event in phase.events():
        events.append(event)
        if isinstance(event, StepsDone):
            context.requests.stop()
    (change,) = of_kind(events, ParameterChanged)
    assert (change.iteration, change.new) == (0, 0.02)
    assert float(loop.optimizer.learning_rate) == pytest.approx(0.02)
    assert phase.ending is not None
    assert phase.ending.stop_reason is StopReason.STOPPED
    assert phase.ending.iterations == of_kind(events, StepsDone)[-1].iteration


def test_numbers_that_are_not_finite_end_the_run() -> None:
    phase, loop = phase_of(small_context())
    events = []
    for event in phase.events():
        events.append(event)
        if isinstance(event, TargetUpdated) and event.update == 1:
            # Squared distances beyond float32: every q becomes 0 / 0.
            loop.layer.cluster_centers.assign(np.full((3, 3), 1e30, np.float32))
    assert phase.ending is not None
    assert phase.ending.judgement.verdict is Verdict.DIVERGED
    assert phase.ending.stop_reason is StopReason.NOT_FINITE
    assert 10 < phase.ending.iterations <= 20
    last = of_kind(events, TargetUpdated)[-1]
    assert not last.is_finite
    sentence = f"Diverged: not finite since iteration {phase.ending.iterations}."
    assert phase.ending.judgement.sentence == sentence


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"clustering.max_iterations": 25},
        {"clustering.tol": 0.5, "clustering.learning_rate": 1e-6},
        {"clustering.optimizer": "adam", "clustering.learning_rate": 0.003},
        {"clustering.target": "per-batch"},
        {"clustering.target": "r-recycled"},
    ],
    ids=str,
)
def test_it_agrees_with_plain_keras(values: dict[str, Any]) -> None:
    context = small_context(values)
    phase, loop = phase_of(context)
    plain = clustering_model(context)
    plain.set_weights(loop.weights)
    settings = context.config.clustering
    compile_model(plain, settings)
    reference = ReferenceClustering(plain, context.dataset.x, settings)
    expected = reference.run(loop.nearest_centers(loop.evaluate_all().embedding))
    events = list(phase.events())
    updates, frames = of_kind(events, TargetUpdated), of_kind(events, FrameTaken)
    assert [update.iteration for update in updates] == [update.iteration for update in expected]
    for update, frame, other in zip(updates, frames, expected, strict=True):
        assert np.array_equal(frame.labels, other.labels)
        assert update.value("delta_label") == other.delta_label
    for one, another in zip(loop.weights, plain.get_weights(), strict=True):
        np.testing.assert_allclose(one, another, rtol=1e-4, atol=1e-5)
