"""The real UMAP process: its maps, its sentences, and its death."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from dec_core.analysis.projection import align
from dec_core.processes.projector import Points, Projector
from tests.runs.short_runs import wait_until


@dataclass
class Answers:
    """What came back, in the order in which it came."""

    come: list[tuple[str, Points | None, str | None]] = field(default_factory=list)

    def as_callback(self, name: str = "") -> Callable[[Points | None, str | None], None]:
        return lambda points, error: self.come.append((name, points, error))

    def wait(self, count: int = 1) -> None:
        wait_until(lambda: len(self.come) >= count, timeout=900)


@pytest.fixture(scope="module")
def projector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projector]:
    """One process for all tests here: its first map takes seconds.

    It starts in a folder that knows nothing of the program.
    """
    projector = Projector()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        projector.warm_up()
        wait_until(lambda: projector._process is not None)
    yield projector
    projector.close()


def clouds(n_samples: int = 120, seed: int = 0) -> Points:
    """Three clouds in five dimensions."""
    generator = np.random.default_rng(seed)
    centers = 6 * np.eye(3, 5)
    labels = np.arange(n_samples) % 3
    return (centers[labels] + generator.normal(size=(n_samples, 5))).astype(np.float32)


def ask(projector: Projector, embedding: Points, previous: Points | None = None) -> Points:
    answers = Answers()
    projector.submit("one", embedding, previous, 3, answers.as_callback())
    answers.wait()
    ((_, points, error),) = answers.come
    assert error is None
    assert points is not None
    return points


def sentence(projector: Projector, embedding: Points) -> str:
    answers = Answers()
    projector.submit("one", embedding, None, 3, answers.as_callback())
    answers.wait()
    ((_, points, error),) = answers.come
    assert points is None
    assert error is not None
    return error


def process_id(projector: Projector) -> int:
    assert projector._process is not None
    return projector._process.pid


# This one comes first: a process that a later test used would spend seconds on its first map.


def test_a_process_that_is_killed_at_work_or_while_idle_is_replaced(projector: Projector) -> None:
    at_work = process_id(projector)
    os.kill(at_work, signal.SIGSTOP)
    answers = Answers()
    projector.submit("one", clouds(), None, 3, answers.as_callback())
    wait_until(lambda: not projector._jobs)
    os.kill(at_work, signal.SIGKILL)
    answers.wait()
    ((_, points, error),) = answers.come
    assert points is None
    assert error is not None
    assert error.startswith("The UMAP process ended before it had made the map.")
    # The next one starts at once, though nothing is asked of it.
    wait_until(lambda: projector._process is not None)
    idle = process_id(projector)
    assert projector._process is not None
    os.kill(idle, signal.SIGKILL)
    projector._process.wait(timeout=60)
    assert ask(projector, clouds()).shape == (120, 2)
    assert len({at_work, idle, process_id(projector)}) == 3


def test_a_map_has_one_finite_point_per_sample(projector: Projector) -> None:
    points = ask(projector, clouds())
    assert points.shape == (120, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()


def test_a_map_keeps_clouds_apart(projector: Projector) -> None:
    points = ask(projector, clouds())
    centers = np.array([points[label::3].mean(axis=0) for label in range(3)])
    nearest = np.linalg.norm(points[:, None] - centers, axis=2).argmin(axis=1)
    assert np.mean(nearest == np.arange(120) % 3) > 0.95


def test_same_seed_and_embedding_give_the_same_map(projector: Projector) -> None:
    np.testing.assert_array_equal(ask(projector, clouds()), ask(projector, clouds()))


def test_a_warm_start_stays_close_to_the_map_before(projector: Projector) -> None:
    before = ask(projector, clouds())
    drift = np.random.default_rng(1).normal(scale=0.05, size=(120, 5)).astype(np.float32)
    after = ask(projector, clouds() + drift, before)
    turn = np.array([[-0.8, 0.6], [0.6, 0.8]], np.float32)
    distance = np.linalg.norm(after - before)
    assert distance < np.linalg.norm(after @ turn - before) / 2
    # It is already turned towards the map before: another alignment changes nothing.
    np.testing.assert_allclose(align(after, before), after, atol=1e-3)


def test_a_single_point_is_refused_with_a_sentence(projector: Projector) -> None:
    assert sentence(projector, np.ones((50, 4), np.float32)) == (
        "UMAP could not make this map: the embedding is a single point, so there is nothing to map."
    )


def test_too_few_samples_are_refused_with_a_sentence(projector: Projector) -> None:
    assert "at least 8 samples. Received 7." in sentence(projector, clouds(7))


def test_what_is_not_finite_is_refused_with_a_sentence(projector: Projector) -> None:
    embedding = clouds()
    embedding[3, 1] = np.nan
    assert "not finite" in sentence(projector, embedding)


def test_eight_samples_are_enough(projector: Projector) -> None:
    assert ask(projector, clouds(8)).shape == (8, 2)


def test_repeated_samples_have_a_map(projector: Projector) -> None:
    embedding = np.repeat(clouds(4), 20, axis=0)
    assert np.isfinite(ask(projector, embedding)).all()


@pytest.mark.parametrize("previous", [None, np.zeros((120, 2), np.float32)], ids=["cold", "warm"])
def test_an_embedding_on_one_line_has_a_map(projector: Projector, previous: Points | None) -> None:
    assert np.isfinite(ask(projector, clouds()[:, :1], previous)).all()


def test_only_the_newest_request_of_a_run_is_answered(projector: Projector) -> None:
    answers, is_held = Answers(), threading.Event()

    def hold(points: Points | None, error: str | None) -> None:
        assert points is not None, error
        is_held.wait(60)

    projector.submit("other", clouds(), None, 0, hold)
    wait_until(lambda: not projector._jobs)
    # The projector's thread now waits in that callback, or will soon.
    for name in ("first", "second", "third"):
        projector.submit("one", clouds(), None, 0, answers.as_callback(name))
    projector.submit("two", clouds(), None, 0, answers.as_callback("another run"))
    is_held.set()
    answers.wait(2)
    assert [name for name, _, _ in answers.come] == ["third", "another run"]


def test_a_closed_projector_starts_nothing() -> None:
    projector, answers = Projector(), Answers()
    projector.close()
    projector.submit("one", clouds(), None, 0, answers.as_callback())
    projector.warm_up()
    assert projector._thread is None
    assert projector._process is None
    assert not answers.come


def test_close_ends_the_process() -> None:
    projector = Projector()
    projector.warm_up()
    wait_until(lambda: projector._process is not None)
    process = projector._process
    assert process is not None
    projector.close()
    assert process.wait(timeout=60) != 0
    projector.close()


def test_the_process_does_not_load_tensorflow(projector: Projector) -> None:
    ask(projector, clouds())
    with open(f"/proc/{process_id(projector)}/maps", encoding="utf-8") as maps:  # noqa: PTH123
        libraries = maps.read()
    assert "numba" in libraries
    assert "tensorflow" not in libraries
