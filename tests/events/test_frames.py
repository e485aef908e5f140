"""Which arrays of a run are kept, and that they are found."""

from __future__ import annotations

from threading import Event, Thread

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.events import frames as frames_module
from dec_core.events.events import KMEANS, FrameTaken, SamplesChosen
from dec_core.events.frames import MemoryFrames, Thinning
from dec_core.events.view import View
from tests.plots.scripted import scripted_frames, scripted_view


def frame(update: int) -> FrameTaken:
    """8 bytes of labels and 64 bytes of embedding, of samples and of centres."""
    number = update % 200
    embedding = np.full((6, 2), number, np.float32)
    centers = np.full((2, 2), number + 1, np.float32)
    return FrameTaken(update, np.full(8, number, np.uint8), embedding, centers)


def filled(updates: int) -> MemoryFrames:
    frames = MemoryFrames()
    for update in range(KMEANS, updates):
        frames.take(frame(update))
    return frames


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for the labels of six updates and the embeddings of four."""
    monkeypatch.setattr(frames_module, "LABEL_BYTES", 8 * 6)
    monkeypatch.setattr(frames_module, "EMBEDDING_BYTES", 64 * 4)


@pytest.mark.usefixtures("tight")
def test_thinning_halves_the_frames_and_keeps_first_and_newest() -> None:
    labels, embeddings, frames = [], [], MemoryFrames()
    for update in range(9):
        frames.take(frame(update))
        labels.append(list(frames.kept_labels))
        embeddings.append(list(frames.kept_embeddings))
    assert labels[5:] == [
        [0, 1, 2, 3, 4, 5],
        [0, 2, 4, 6],
        [0, 2, 4, 6, 7],
        [0, 2, 4, 6, 7, 8],
    ]
    assert embeddings[3:7] == [
        [0, 1, 2, 3],
        [0, 2, 4],
        [0, 2, 4, 5],
        [0, 4, 6],
    ]
    # A frame keeps its own content.
    for update in frames.kept_labels:
        assert (frames.labels(update) == update).all()
    for update in frames.kept_embeddings:
        assert (frames.embedding(update) == update).all()
        assert (frames.embedded(update).centers == update + 1).all()
    assert frames.kept() == [u for u in frames.kept_labels if u in frames.kept_embeddings]


def test_a_list_of_kept_updates_that_was_asked_for_is_not_thinned() -> None:
    thinning = Thinning(limit=3)
    for update in range(3):
        thinning.add(update, 1)
    before = thinning.kept
    assert thinning.add(3, 1) == {1}
    assert thinning.kept == [0, 2, 3]
    assert before[:3] == [0, 1, 2]


def test_nothing_is_thinned_below_the_limits() -> None:
    frames = filled(50)
    assert frames.kept() == frames.kept_labels == frames.kept_embeddings == list(range(50))


@pytest.mark.usefixtures("tight")
def test_the_start_is_kept_and_counts_for_nothing() -> None:
    frames = filled(100)
    assert len(frames.kept_labels) <= 6
    assert KMEANS not in frames.kept_labels and KMEANS not in frames.kept()
    np.testing.assert_array_equal(frames.labels(KMEANS), frame(KMEANS).labels)
    np.testing.assert_array_equal(frames.embedding(KMEANS), frame(KMEANS).embedding)


@pytest.mark.usefixtures("tight")
def test_what_is_not_kept_is_an_error_that_says_so() -> None:
    frames = filled(7)
    for asked in (1, 99):
        with pytest.raises(RunError, match=f"The arrays of update {asked} are not kept"):
            frames.labels(asked)
        with pytest.raises(RunError, match=f"The arrays of update {asked} are not kept"):
            frames.embedding(asked)
    with pytest.raises(RunError, match="The arrays of the k-means start are not kept"):
        MemoryFrames().labels(KMEANS)
    with pytest.raises(RunError, match="Wait for the start"):
        _ = MemoryFrames().samples


@pytest.mark.usefixtures("tight")
def test_nearest_is_the_last_one_before() -> None:
    frames = filled(7)
    assert (frames.kept_labels, frames.kept_embeddings) == ([0, 2, 4, 6], [0, 4, 6])
    assert [frames.nearest_labels(update) for update in range(8)] == [0, 0, 2, 2, 4, 4, 6, 6]
    assert [frames.nearest(update) for update in range(8)] == [0, 0, 0, 0, 4, 4, 6, 6]
    assert MemoryFrames().nearest(3) is MemoryFrames().nearest_labels(3) is None
    assert frames.nearest_labels(KMEANS) is None


@pytest.mark.usefixtures("tight")
def test_a_run_that_goes_on_thins_as_one_that_never_stopped() -> None:
    whole = filled(40)
    for stopped_at in range(1, 40):
        first, again = filled(stopped_at), MemoryFrames()
        first.take(SamplesChosen(np.arange(8), None))
        again.load(first, scripted_view())
        for update in range(stopped_at, 40):
            again.take(frame(update))
        assert again.kept_labels == whole.kept_labels
        assert again.kept_embeddings == whole.kept_embeddings
        for update in (KMEANS, *again.kept()):
            np.testing.assert_array_equal(again.labels(update), whole.labels(update))
            np.testing.assert_array_equal(again.embedding(update), whole.embedding(update))
            np.testing.assert_array_equal(
                again.embedded(update).centers, whole.embedded(update).centers
            )


def test_a_run_that_had_not_begun_has_nothing_to_take_over() -> None:
    frames = MemoryFrames()
    frames.load(scripted_frames(), View())
    assert frames.kept() == []


@pytest.mark.usefixtures("tight")
def test_whoever_asks_while_a_run_trains_gets_what_is_kept() -> None:
    """What ``nearest`` names can be looked at, or is thinned by then and said to be."""
    frames, is_over, wrong = filled(1), Event(), list[Exception]()

    def look() -> None:
        while not is_over.is_set():
            update = frames.nearest(10_000)
            try:
                assert (update is not None and update in frames.kept_labels) or update != 0
                assert update is not None and (frames.labels(update) == update % 200).all()
            except RunError as error:
                assert "are not kept" in str(error)
            except Exception as error:
                wrong.append(error)

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for update in range(1, 4_000):
        frames.take(frame(update))
    is_over.set()
    for thread in threads:
        thread.join()
    assert wrong == []
