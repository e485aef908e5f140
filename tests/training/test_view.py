"""The fold of events into a view, and how a view forgets frames it cannot keep."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from dec_core.analysis.metrics import Scores
from dec_core.analysis.verdict import Condition, Judgement, StopReason, Verdict
from dec_core.config import Config
from dec_core.training import view as view_module
from dec_core.training.events import (
    CentersInitialized,
    Event,
    ParameterChanged,
    Phase,
    PretrainingEpochEnded,
    Progress,
    RunFailed,
    RunFinished,
    RunStarted,
    StepsDone,
    TargetUpdated,
    WarningRaised,
)
from dec_core.training.log import log_line, log_text
from dec_core.training.view import View, finite_frames, fold, replay, thin
from tests.analysis.observations import observe

SIZES = (4, 4)
SCORES = Scores(0.75, 0.5, 0.4)
JUDGEMENT = Judgement(Condition.HEALTHY, Verdict.CONVERGED, "Converged at iteration 10.")


def started(labels: np.ndarray | None = None) -> RunStarted:
    return RunStarted(Config(), "script", 8, 5, np.arange(8), labels, None)


def updated(number: int) -> TargetUpdated:
    """Frames of 8 bytes of labels and 64 bytes of embedding."""
    observation = observe(10 * number, SIZES)
    return TargetUpdated(
        update=number,
        iteration=observation.iteration,
        loss=0.25,
        delta_label=0.125,
        successive_acc=0.875,
        successive_nmi=0.5,
        scores=SCORES,
        health=observation.health,
        labels=np.full(8, number, np.uint8),
        embedding_sample=np.full((8, 2), number, np.float32),
        seconds=float(number),
    )


CENTERS = CentersInitialized(
    np.zeros(8, np.uint8), SIZES, SCORES, np.zeros((8, 2), np.float32), seconds=0.5
)
SCRIPT: list[Event] = [
    started(np.zeros(8, np.int64)),
    Progress(Phase.PRETRAINING, 1, 4),
    PretrainingEpochEnded(1, 1, 0.5, 1.0),
    Progress(Phase.KMEANS, 1, 2),
    CENTERS,
    updated(0),
    ParameterChanged(0, "clustering.tol", 0.001, 0.02),
    WarningRaised("Something."),
    StepsDone(10, 0.25, 2.0),
    updated(1),
    RunFinished(StopReason.TOLERANCE, JUDGEMENT, 10),
]


def test_fold_of_a_whole_run() -> None:
    view = replay(SCRIPT)
    assert view.revision == len(SCRIPT)
    assert view.started is SCRIPT[0]
    assert view.phase is Phase.CLUSTERING
    assert view.progress is None
    assert [epoch.loss for epoch in view.pretraining] == [0.5]
    assert view.centers is CENTERS
    assert [update.iteration for update in view.updates] == [0, 10]
    assert (view.iteration, view.loss) == (10, 0.25)
    assert view.warnings == ("Something.",)
    assert view.judgement() is JUDGEMENT
    assert view.is_over


def test_every_event_makes_a_new_view_and_leaves_the_old_one() -> None:
    views = [View()]
    for event in SCRIPT:
        views.append(fold(views[-1], event))
    assert [view.revision for view in views] == list(range(len(SCRIPT) + 1))
    assert len({id(view) for view in views}) == len(views)
    assert [len(view.updates) for view in views] == [0] * 6 + [1] * 4 + [2] * 2
    assert [view.is_over for view in views] == [False] * len(SCRIPT) + [True]
    assert [view.phase for view in views] == [
        *[Phase.DATA, Phase.PRETRAINING, Phase.PRETRAINING, Phase.PRETRAINING],
        *[Phase.KMEANS] + [Phase.CLUSTERING] * 7,
    ]
    assert views[2].progress == Progress(Phase.PRETRAINING, 1, 4)


def test_empty_view() -> None:
    view = View()
    assert math.isnan(view.loss)
    assert (view.judgement(), view.start, view.is_over, view.has_labels) == (
        None,
        None,
        False,
        False,
    )
    assert view.config == Config()


def test_live_changes_show_in_the_settings() -> None:
    assert replay(SCRIPT[:6]).config.clustering.tol == 0.001
    assert replay(SCRIPT).config.clustering.tol == 0.02


def test_judgement_so_far_is_measured_against_the_start() -> None:
    view = replay(SCRIPT[:6])
    judgement = view.judgement()
    assert judgement is not None
    assert judgement.verdict is None
    assert judgement.sentence == (
        "Healthy so far: 2 of 2 clusters, NMI 0.500, +0.000 over the k-means start."
    )


def test_labels_are_there_or_not() -> None:
    assert replay([started(np.zeros(8, np.int64))]).has_labels
    assert not replay([started()]).has_labels


def test_failed_run_is_over() -> None:
    failure = RunFailed("Out of memory.", "traceback")
    view = replay([*SCRIPT[:5], failure])
    assert view.is_over
    assert view.failed is failure
    assert view.judgement() is None


def test_log_of_a_run() -> None:
    lines = log_text(replay(SCRIPT)).splitlines()
    assert lines == [
        *(
            f"Itr {step} (out of 20000): loss = 0.25, deltaLabel = 0.125, ACC = 0.875, NMI = 0.5"
            for step in (1, 11)
        ),
        "Converged at iteration 10.",
    ]
    assert log_text(View()) == ""


def kept(view: View, name: str) -> list[int]:
    """The updates whose frame is still there."""
    return [update.update for update in view.updates if getattr(update, name) is not None]


@pytest.mark.parametrize("is_finite", [True, False])
def test_only_what_is_finite_can_be_drawn_as_a_map(is_finite: bool) -> None:
    whole, odd = updated(0), updated(1)
    odd = replace(odd, health=replace(odd.health, is_finite=is_finite))
    without = replace(updated(2), labels=None)
    infinite = replace(updated(3), embedding_sample=np.full((8, 2), np.inf, np.float32))
    drawn = [frame.update.update for frame in finite_frames([whole, odd, without, infinite])]
    assert drawn == ([0, 1] if is_finite else [0])


def test_thinning_halves_the_frames_and_keeps_first_and_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(view_module, "LABEL_BYTES", 8 * 6)
    monkeypatch.setattr(view_module, "EMBEDDING_BYTES", 64 * 4)
    views = [replay(SCRIPT[:5])]
    for number in range(9):
        views.append(fold(views[-1], updated(number)))
    assert [kept(view, "labels") for view in views[6:]] == [
        [0, 1, 2, 3, 4, 5],
        [0, 2, 4, 6],
        [0, 2, 4, 6, 7],
        [0, 2, 4, 6, 7, 8],
    ]
    assert [kept(view, "embedding_sample") for view in views[4:8]] == [
        [0, 1, 2, 3],
        [0, 2, 4],
        [0, 2, 4, 5],
        [0, 4, 6],
    ]
    # The numbers of every update stay, and a frame keeps its own content.
    assert [update.iteration for update in views[-1].updates] == list(range(0, 90, 10))
    for update in views[-1].updates:
        assert update.labels is None or (update.labels == update.update).all()


def test_thinning_leaves_older_views_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    view = replay([*SCRIPT[:5], *map(updated, range(6))])
    monkeypatch.setattr(view_module, "LABEL_BYTES", 8 * 3)
    after = fold(view, updated(6))
    assert kept(view, "labels") == [0, 1, 2, 3, 4, 5]
    assert kept(after, "labels") == [0, 2, 4, 6]
    assert kept(after, "embedding_sample") == list(range(7))


def test_nothing_is_thinned_below_the_limits() -> None:
    updates = tuple(map(updated, range(50)))
    assert thin(updates) == updates


def test_the_log_counts_as_the_port_does_and_no_further_than_the_maximum() -> None:
    assert log_line(updated(2), 1_000).startswith("Itr 21 (out of 1000): ")
    assert log_line(updated(2), 20).startswith("Itr 20 (out of 20): ")
