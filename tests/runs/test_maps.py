"""Which updates get a UMAP map, and which maps stay."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from dec_core.events.frames import MemoryFrames
from dec_core.processes.projector import Callback, Points, Projector
from dec_core.runs import maps as maps_module
from dec_core.runs.maps import MapRate, Maps
from tests.plots.scripted import embedding, scripted_frames, updated


class ScriptedProjector:
    """Stands for the UMAP process: answers at once, or when the test says so."""

    def __init__(self) -> None:
        self.asked: list[Points] = []
        self.previous: list[Points | None] = []
        self.waiting: list[Callback] = []
        self.answers_at_once = True
        self.sentence: str | None = None

    def submit(
        self,
        run_id: str,
        embedding: Points,
        previous: Points | None,
        seed: int,
        callback: Callback,
    ) -> None:
        assert (run_id, seed) == ("quiet-otter-3f2a", 7)
        self.asked.append(embedding)
        self.previous.append(previous)
        if not self.answers_at_once:
            self.waiting.append(callback)
        elif self.sentence is not None:
            callback(None, self.sentence)
        else:
            callback(embedding[:, :2], None)


@pytest.fixture
def projector() -> ScriptedProjector:
    return ScriptedProjector()


@pytest.fixture
def maps(projector: ScriptedProjector) -> Maps:
    return Maps("quiet-otter-3f2a", cast(Projector, projector), seed=7)


def made(maps: Maps) -> list[int]:
    return [frame.update for frame in maps.frames]


FRAMES = scripted_frames(n_updates=40)


def play(maps: Maps, count: int) -> None:
    """A whole run of so many updates."""
    for number in range(count):
        maps.update_arrived(updated(number), FRAMES)
    maps.run_ended(updated(count - 1), FRAMES)


def test_off_makes_no_map(maps: Maps, projector: ScriptedProjector) -> None:
    play(maps, 5)
    assert maps.rate is MapRate.OFF
    assert not projector.asked
    assert maps.frames == ()


def test_live_makes_a_map_of_every_update_once(maps: Maps, projector: ScriptedProjector) -> None:
    maps.rate = MapRate.LIVE
    play(maps, 5)
    assert made(maps) == [0, 1, 2, 3, 4]
    assert len(projector.asked) == 5
    np.testing.assert_array_equal(maps.frames[2].points, embedding(2)[:, :2])


def test_every_third_update_and_the_last(maps: Maps) -> None:
    maps.rate, maps.every = MapRate.LIVE, 3
    play(maps, 9)
    assert made(maps) == [0, 3, 6, 8]


def test_only_the_end(maps: Maps) -> None:
    maps.rate = MapRate.END
    play(maps, 5)
    assert made(maps) == [4]


def test_each_map_starts_from_the_one_before(maps: Maps, projector: ScriptedProjector) -> None:
    maps.rate = MapRate.LIVE
    play(maps, 3)
    assert projector.previous[0] is None
    assert projector.previous[1] is maps.frames[0].points
    assert projector.previous[2] is maps.frames[1].points


def test_an_update_without_its_embedding_is_left_out(
    maps: Maps, projector: ScriptedProjector
) -> None:
    maps.request(updated(1), MemoryFrames())
    assert not projector.asked
    assert not maps.is_waiting
    assert made(maps) == []
    assert maps.error == "The arrays of update 1 are not kept. Choose another update."


def test_waiting_lasts_until_the_newest_map_comes(maps: Maps, projector: ScriptedProjector) -> None:
    projector.answers_at_once = False
    maps.rate = MapRate.LIVE
    maps.update_arrived(updated(0), FRAMES)
    maps.update_arrived(updated(0), FRAMES)
    assert len(projector.waiting) == 1
    maps.update_arrived(updated(1), FRAMES)
    projector.waiting[0](np.zeros((4, 2), np.float32), None)
    assert maps.is_waiting
    projector.waiting[1](np.zeros((4, 2), np.float32), None)
    assert not maps.is_waiting
    assert made(maps) == [0, 1]


def test_a_failed_map_leaves_a_sentence_and_is_not_asked_for_again(
    maps: Maps, projector: ScriptedProjector
) -> None:
    projector.sentence = "UMAP could not make this map."
    maps.request(updated(0), FRAMES)
    maps.request(updated(0), FRAMES)
    assert len(projector.asked) == 1
    assert maps.error == "UMAP could not make this map."
    assert not maps.is_waiting
    projector.sentence = None
    maps.request(updated(1), FRAMES)
    assert maps.error is None
    assert made(maps) == [1]


def test_thinning_keeps_the_first_and_the_newest(
    maps: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps_module, "MAX_FRAMES", 6)
    for number in range(7):
        maps.request(updated(number), FRAMES)
    assert made(maps) == [0, 2, 4, 6]
    for number in range(7, 40):
        maps.request(updated(number), FRAMES)
        assert len(maps.frames) <= 6
        assert made(maps) == sorted(made(maps))
        assert (made(maps)[0], made(maps)[-1]) == (0, number)


def test_dropped_maps_are_dropped_from_the_disk_too(
    maps: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps_module, "MAX_FRAMES", 6)
    on_disk: set[int] = set()
    maps.keep = lambda frame: on_disk.add(frame.update)
    maps.drop = lambda frame: on_disk.remove(frame.update)
    for number in range(40):
        maps.request(updated(number), FRAMES)
        assert on_disk == set(made(maps))


def test_a_late_map_of_an_early_update_takes_its_place(maps: Maps) -> None:
    for number in (4, 8, 6):
        maps.request(updated(number), FRAMES)
    assert made(maps) == [4, 6, 8]


def test_nearest_is_the_newest_that_is_not_later(maps: Maps) -> None:
    assert maps.nearest(3) is None
    for number in (2, 4, 8):
        maps.request(updated(number), FRAMES)
    found = {update: maps.nearest(update) for update in (0, 2, 3, 4, 7, 8, 100)}
    assert {update: frame.update for update, frame in found.items() if frame} == {
        0: 2,
        2: 2,
        3: 2,
        4: 4,
        7: 4,
        8: 8,
        100: 8,
    }
    assert maps.has(4)
    assert not maps.has(5)


def test_maps_after_the_place_where_a_run_goes_on_are_forgotten(maps: Maps) -> None:
    for number in range(5):
        maps.request(updated(number), FRAMES)
    maps.forget(2)
    assert made(maps) == [0, 1]
    maps.request(updated(3), FRAMES)
    assert made(maps) == [0, 1, 3]
