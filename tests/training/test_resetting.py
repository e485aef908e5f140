"""Resets of the encoder within a run: when they come, what they do, and that a run goes on."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from dec_core.analysis.verdict import StopReason
from dec_core.events.events import EncoderReset, Event, FrameTaken, StepsDone, TargetUpdated
from dec_core.events.view import replay
from dec_core.training.checkpoint import Checkpoint, Resumption
from dec_core.training.trainer import Trainer
from tests.training.small_runs import (
    blobs,
    clustering_loop,
    drive,
    ending,
    of_kind,
    small_config,
    small_context,
)

# 300 samples in batches of 64 are passes of 5 steps, so a reset comes every 15 of them at the next
# update, which comes every 10.
SOFT = {
    "clustering.reset": "soft",
    "clustering.reset_every": 3,
    "clustering.resets": 2,
    "clustering.max_iterations": 60,
}


@cache
def run(tol: float = 0.0, optimizer: str = "adam") -> tuple[list[Event], dict[int, Checkpoint]]:
    """A run, and the checkpoints that it gave, by the number of events before."""
    values = {"clustering.tol": tol, "clustering.optimizer": optimizer}
    trainer, kept = Trainer(small_config({**SOFT, **values}), blobs()), {}
    events: list[Event] = []
    trainer.pace.limit = 4
    for event in trainer.events():
        events.append(event)
        checkpoint = trainer.checkpoint()
        if checkpoint is not None:
            kept[len(events)] = checkpoint
    return events, kept


def told(events: list[Event]) -> list[str]:
    """Every digit of updates, labels and resets."""
    lines = []
    for event in events:
        if isinstance(event, TargetUpdated):
            lines.append(repr((event.iteration, event.cluster_sizes, event.measures)))
        elif isinstance(event, FrameTaken):
            lines.append(repr((event.labels.tobytes(), event.centers.tobytes())))
        elif isinstance(event, EncoderReset):
            lines.append(repr(event))
    return lines


def test_a_reset_comes_at_an_update_after_so_many_passes() -> None:
    events, _ = run()
    assert [one.iteration for one in of_kind(events, EncoderReset)] == [20, 40]
    for reset in of_kind(events, EncoderReset):
        place = events.index(reset)
        assert isinstance(events[place + 1], StepsDone)
        assert of_kind(events[:place], TargetUpdated)[-1].iteration == reset.iteration
        assert sum(reset.cluster_sizes) == 300
        assert 0 <= reset.delta_label < 0.5


def test_the_tolerance_waits_for_the_last_reset() -> None:
    events, _ = run(tol=0.5)
    assert len(of_kind(events, EncoderReset)) == 2
    assert ending(events).stop_reason is StopReason.TOLERANCE
    assert ending(events).iterations == 50


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_run_goes_on_from_before_and_after_a_reset_bit_for_bit(optimizer: str) -> None:
    events, kept = run(optimizer=optimizer)
    reset = events.index(of_kind(events, EncoderReset)[0])
    # After the update before it, and after the first steps that follow; in between there is none.
    before, after = max(place for place in kept if place <= reset), reset + 2
    assert isinstance(events[before - 1], TargetUpdated)
    assert reset + 1 not in kept
    for place in (before, after):
        resumption = Resumption.after(replay(events[:place]), kept[place])
        assert len(resumption.resets) == (place > reset)
        trainer = Trainer(kept[place].config, blobs(), resumption=resumption)
        assert told(drive(trainer)) == told(events[place:])


def test_the_centres_lose_their_momentum_and_the_rest_keeps_its() -> None:
    loop = clustering_loop(small_context({"clustering.optimizer": "adam"}))
    for variable in loop.optimizer.variables[2:]:
        variable.assign(np.ones(variable.shape, np.float32))
    loop.place_centers(np.full((3, 3), 2.0, np.float32))
    means = [float(np.mean(variable)) for variable in loop.optimizer.variables[2:]]
    assert means == [1.0] * (len(means) - 2) + [0.0, 0.0]
    np.testing.assert_array_equal(loop.centers, 2.0)
