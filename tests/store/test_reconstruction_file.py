"""The newest reconstructions of a run are kept in one file, and no damage of it matters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dec_core.events.events import ReconstructionsTaken
from dec_core.events.frames import Frames, MemoryFrames
from dec_core.events.view import View
from dec_core.store.event_log import EventLog
from dec_core.store.stored_frames import StoredFrames
from tests.plots.scripted import reconstructed
from tests.store.test_stored_frames import finished, happened

ARRAYS = ("sample_ids", "originals", "reconstructions", "unexplained")


def frames_with(folder: Path, *events: ReconstructionsTaken) -> StoredFrames:
    """The arrays of the scripted run, whose samples have five features, with these among them."""
    log = EventLog(folder)
    log.open(MemoryFrames(), 0, 0)
    for event in (*events, *happened(3)):
        log.append(event)
    log.close()
    return StoredFrames(folder / "arrays", finished(3))


def held(frames: Frames) -> ReconstructionsTaken:
    assert frames.reconstructions is not None
    return frames.reconstructions


@pytest.mark.parametrize("image_shape", [None, (5, 1, 1)])
def test_the_newest_is_kept_and_taken_over(
    tmp_path: Path, image_shape: tuple[int, int, int] | None
) -> None:
    newest = reconstructed(2, image_shape)
    stored, again = frames_with(tmp_path, reconstructed(1), newest), MemoryFrames()
    again.take(reconstructed(0))
    assert held(again).epoch == 0
    again.load(frames_with(tmp_path, newest), finished(3))
    for found in (held(stored), held(again)):
        assert (found.epoch, found.image_shape) == (2, image_shape)
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(found, name), getattr(newest, name))


def test_a_run_may_have_none(tmp_path: Path) -> None:
    frames = frames_with(tmp_path)
    assert frames.reconstructions is None
    assert MemoryFrames().reconstructions is None
    assert StoredFrames(tmp_path / "arrays", View()).reconstructions is None


@pytest.mark.parametrize(
    "values",
    [
        {"originals": np.zeros((2, 4), np.float32)},
        {"reconstructions": np.zeros((3, 5), np.float32)},
        {"unexplained": np.zeros(4, np.float32)},
        {"sample_ids": np.zeros((), np.int64)},
        {"image_shape": (2, 2, 1)},
        {"originals": np.array([["a"] * 5] * 2)},
    ],
    ids="".join,
)
def test_what_does_not_fit_is_not_shown(tmp_path: Path, values: dict[str, Any]) -> None:
    assert frames_with(tmp_path, replace(reconstructed(), **values)).reconstructions is None


def test_no_damage_raises(tmp_path: Path) -> None:
    frames = frames_with(tmp_path, reconstructed())
    path = tmp_path / "arrays" / "reconstructions.npz"
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        found = frames.reconstructions
        if found is not None:
            np.testing.assert_array_equal(found.originals, reconstructed().originals)
    path.write_bytes(content[: len(content) // 2])
    assert frames.reconstructions is None
    frames.labels(0)
