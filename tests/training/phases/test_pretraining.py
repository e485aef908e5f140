"""Pretraining alone, on a context without a trainer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dec_core.analysis.verdict import StopReason, Verdict
from dec_core.events.events import (
    Event,
    Phase,
    PretrainingEpochEnded,
    PretrainingReused,
    Progress,
    ReconstructionsTaken,
)
from dec_core.training import reconstructing
from dec_core.training.checkpoint import Checkpoint, Resumption
from dec_core.training.context import TrainingContext
from dec_core.training.networks import CompiledNetwork
from dec_core.training.phases.pretraining import PretrainingPhase
from tests.training.small_runs import blobs, of_kind, small_context


def phase_of(context: TrainingContext, **values: object) -> PretrainingPhase:
    """With an autoencoder whose weights are the same at every call."""
    return PretrainingPhase(context, CompiledNetwork(context), **values)  # type: ignore[arg-type]


def epochs_of(events: list[Event]) -> list[tuple[int, float]]:
    return [(event.epoch, event.loss) for event in of_kind(events, PretrainingEpochEnded)]


def test_it_runs_alone() -> None:
    phase = phase_of(small_context())
    events = list(phase.events())
    assert [epoch for epoch, _ in epochs_of(events)] == [1, 2]
    assert phase.ending is None
    assert phase.pretrained is not None
    assert phase.pretrained.losses == tuple(loss for _, loss in epochs_of(events))
    assert phase.checkpoint() is None


def test_it_goes_on_from_a_checkpoint_bit_for_bit() -> None:
    whole, checkpoints, losses = phase_of(small_context()), [], []
    for event in whole.events():
        if isinstance(event, ReconstructionsTaken):
            continue
        assert isinstance(event, PretrainingEpochEnded)
        losses.append(event.loss)
        checkpoints.append(whole.checkpoint())
    first = checkpoints[0]
    assert first is not None
    assert (first.phase, first.epoch) == (Phase.PRETRAINING, 1)
    again = phase_of(small_context())
    again.restore(Resumption(first, losses=(losses[0],)))
    assert epochs_of(list(again.events())) == [(2, losses[1])]
    assert whole.pretrained is not None
    assert again.pretrained is not None
    assert again.pretrained.losses == whole.pretrained.losses
    for one, other in zip(whole.pretrained.weights, again.pretrained.weights, strict=True):
        assert one.tobytes() == other.tobytes()


def test_there_is_no_checkpoint_within_an_epoch() -> None:
    # 300 batches of one sample take more than the first, short chunk.
    phase = phase_of(small_context({"pretraining.batch_size": 1, "pretraining.epochs": 1}))
    kept = {type(event): phase.checkpoint() is not None for event in phase.events()}
    assert kept == {ReconstructionsTaken: False, Progress: False, PretrainingEpochEnded: True}


def test_a_checkpoint_of_clustering_leaves_nothing_to_do() -> None:
    phase = phase_of(small_context())
    checkpoint = Checkpoint(Phase.CLUSTERING, small_context().config, {}, (), (), epoch=2)
    phase.restore(Resumption(checkpoint))
    assert list(phase.events()) == []
    assert phase.ending is None
    assert phase.pretrained is None


def test_what_was_pretrained_before_is_used_as_it_is() -> None:
    first = phase_of(small_context())
    trained = list(first.events())
    second = phase_of(small_context(), pretrained=first.pretrained)
    events = list(second.events())
    assert of_kind(events, PretrainingReused) == [PretrainingReused(2)]
    assert epochs_of(events) == epochs_of(trained)
    assert second.pretrained is first.pretrained
    assert second.ending is None
    before, *_, last = of_kind(trained, ReconstructionsTaken)
    (again,) = of_kind(events, ReconstructionsTaken)
    assert (before.epoch, last.epoch, again.epoch) == (0, 2, 2)
    assert again.reconstructions.tobytes() == last.reconstructions.tobytes()
    assert again.reconstructions.tobytes() != before.reconstructions.tobytes()


def test_looking_at_reconstructions_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, looks = [], []
    for pause in (0.0, math.inf):
        monkeypatch.setattr(reconstructing, "PAUSE_SECONDS", pause)
        monkeypatch.setattr(reconstructing, "SHARE", math.inf)
        phase = phase_of(small_context({"pretraining.epochs": 5}))
        taken = of_kind(list(phase.events()), ReconstructionsTaken)
        looks.append([look.epoch for look in taken])
        assert phase.pretrained is not None
        weights.append([array.tobytes() for array in phase.pretrained.weights])
    assert looks == [[0, 1, 2, 3, 4, 5], [0, 5]]
    assert weights[0] == weights[1]


@pytest.mark.parametrize("epochs", [0, 2])
def test_a_stop_ends_the_run_here(epochs: int) -> None:
    context = small_context({"pretraining.epochs": epochs})
    context.requests.stop()
    phase = phase_of(context)
    assert list(phase.events()) == []
    assert phase.ending is not None
    assert phase.ending.stop_reason is StopReason.STOPPED
    assert phase.ending.judgement.sentence == "Stopped by you before clustering began."
    assert phase.pretrained is None


def test_a_loss_that_is_not_finite_ends_the_run_here() -> None:
    values = {
        "pretraining.optimizer": "sgd",
        "pretraining.learning_rate": 10,
        "pretraining.epochs": 50,
    }
    phase = phase_of(small_context(values, blobs(scale=1000.0)))
    losses = [loss for _, loss in epochs_of(list(phase.events()))]
    assert len(losses) < 50
    assert np.isfinite(losses[:-1]).all()
    assert not math.isfinite(losses[-1])
    assert phase.ending is not None
    assert phase.ending.stop_reason is StopReason.NOT_FINITE
    assert phase.ending.judgement.verdict is Verdict.DIVERGED
    assert phase.pretrained is None
