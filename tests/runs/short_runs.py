"""Real runs that last a second, and ways to wait for what their threads do."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dec_core.config import Config
from dec_core.runs.commands import Pause, Step, StepSize, Stop
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState

SMALL: Mapping[str, Any] = {
    "data.n_samples": 300,
    "autoencoder.units": "16,4",
    "pretraining.epochs": 2,
    "pretraining.optimizer": "adam",
    "pretraining.learning_rate": 0.002,
    "clustering.kmeans_restarts": 2,
    "clustering.learning_rate": 0.001,
    "clustering.update_interval": 10,
    "clustering.max_iterations": 40,
    "clustering.tol": 0.0,
}
# Long enough that no test sees the end unless it asks for it.
ENDLESS: Mapping[str, Any] = {"clustering.max_iterations": 1_000_000}


def small_config(values: Mapping[str, Any] | None = None) -> Config:
    """Settings of a run on a few digits, changed by ``{"section.field": value}``."""
    return Config().with_values({**SMALL, **(values or {})})


def wait_until(condition: Callable[[], bool], timeout: float = 120) -> None:
    """Poll until ``condition`` holds; fails only where it never will."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("The condition that this test waits for did not come about.")
        time.sleep(0.01)


def wait_for(handle: RunHandle, state: RunState) -> None:
    """Wait for a state."""
    wait_until(lambda: handle.state is state)


def wait_for_updates(handle: RunHandle, count: int) -> None:
    """Wait until a run has made so many updates of the target distribution."""
    wait_until(lambda: len(handle.view.updates) >= count or handle.view.is_over)
    assert len(handle.view.updates) >= count


def pause(manager: RunManager, handle: RunHandle) -> None:
    """Pause and wait until it has taken effect."""
    manager.send(handle, Pause())
    wait_for(handle, RunState.PAUSED)


def step(manager: RunManager, handle: RunHandle, how_far: StepSize) -> None:
    """From a pause, take one step and wait for its end."""
    before = handle.view.revision
    manager.send(handle, Step(how_far))
    wait_until(lambda: handle.view.revision > before and handle.state is not RunState.RUNNING)


def partly_saved(manager: RunManager) -> RunHandle:
    """A run that has ended, but whose log could not be written for a while."""
    handle = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(handle, 2)
    assert handle.is_stored
    log = manager.store.folder(handle.run_id) / "events.jsonl"
    before = log.read_bytes()
    log.unlink()
    wait_until(lambda: not handle.is_stored)
    log.write_bytes(before)
    manager.send(handle, Stop())
    wait_for(handle, RunState.FINISHED)
    return handle


def damaged_data(folder: Path) -> Path:
    """A data folder in which Fashion-MNIST is no IDX file at all."""
    (folder / "fashion-mnist").mkdir(parents=True)
    for prefix in ("t10k", "train"):
        for kind in ("images-idx3", "labels-idx1"):
            (folder / "fashion-mnist" / f"{prefix}-{kind}-ubyte").write_bytes(b"damaged")
    return folder
