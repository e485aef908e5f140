"""The fold of events into a view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dec_core.analysis.verdict import Condition, Judgement, StopReason, Verdict
from dec_core.config import Config
from dec_core.events.events import (
    KMEANS,
    CentersInitialized,
    Event,
    FrameTaken,
    ParameterChanged,
    Phase,
    PretrainingEpochEnded,
    Progress,
    RunFailed,
    RunFinished,
    RunStarted,
    SamplesChosen,
    StepsDone,
    TargetUpdated,
    WarningRaised,
)
from dec_core.events.log_text import log_line, log_text
from dec_core.events.view import View, fold, replay
from tests.analysis.observations import observe

SIZES = (4, 4)
SCORES = {"acc": 0.75, "nmi": 0.5, "ari": 0.4}
MEASURED = {"loss": 0.25, "delta_label": 0.125, "successive_acc": 0.875, "successive_nmi": 0.5}
JUDGEMENT = Judgement(Condition.HEALTHY, Verdict.CONVERGED, "Converged at iteration 10.")


def started(*, has_true_labels: bool = False) -> RunStarted:
    return RunStarted(Config(), "script", 8, 5, 8, has_true_labels, None)


def updated(number: int) -> TargetUpdated:
    observation = observe(10 * number, SIZES)
    return TargetUpdated(
        update=number,
        iteration=observation.iteration,
        seconds=float(number),
        cluster_sizes=observation.cluster_sizes,
        is_finite=observation.is_finite,
        measures={**MEASURED, **observation.measures, **SCORES},
    )


CENTERS = CentersInitialized(SIZES, SCORES, seconds=0.5)
SCRIPT: list[Event] = [
    started(has_true_labels=True),
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
    assert view.iteration == 10
    assert view.warnings == ("Something.",)
    assert view.judgement is JUDGEMENT
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
    assert (view.judgement, view.start, view.is_over, view.has_labels) == (
        None,
        None,
        False,
        False,
    )
    assert view.config == Config()


def test_the_time_to_go_follows_the_last_epochs() -> None:
    config = Config().with_values({"pretraining.epochs": 40})
    view = fold(View(), RunStarted(config, "script", 8, 5, 8, False, None))
    assert view.seconds_left is None
    # The first compiles, and between the third and the fourth the machine did something else.
    seconds = [5.0, 6.0, 7.0, 67.0, *(67.0 + 2 * number for number in range(1, 17))]
    left = []
    for epoch, end in enumerate(seconds, start=1):
        view = fold(view, PretrainingEpochEnded(epoch, 40, 0.5, end))
        left.append(view.seconds_left)
    assert left[0] == 5 * 39
    assert left[1:4] == [38, 37, 36]
    assert left[-1] == 2 * 20
    assert fold(view, Progress(Phase.PRETRAINING, 82, 160)).seconds_left == 2 * 19.5


def test_live_changes_show_in_the_settings() -> None:
    assert replay(SCRIPT[:6]).config.clustering.tol == 0.001
    assert replay(SCRIPT).config.clustering.tol == 0.02


def test_judgement_so_far_is_measured_against_the_start() -> None:
    view = replay(SCRIPT[:6])
    judgement = view.judgement
    assert judgement is not None
    assert judgement.verdict is None
    assert judgement.sentence == (
        "Healthy so far: 2 of 2 clusters, NMI 0.500, +0.000 over the k-means start."
    )


def test_labels_are_there_or_not() -> None:
    assert replay([started(has_true_labels=True)]).has_labels
    assert not replay([started()]).has_labels


def test_failed_run_is_over() -> None:
    failure = RunFailed("Out of memory.", "traceback")
    view = replay([*SCRIPT[:5], failure])
    assert view.is_over
    assert view.failed is failure
    assert view.judgement is None


def test_log_of_a_run() -> None:
    lines = log_text(replay(SCRIPT)).splitlines()
    assert lines == [
        *(
            f"Itr {step} (out of 20000): loss = 0.25, deltaLabel = 0.125, ACC = 0.875, NMI = 0.5"
            for step in (1, 11)
        ),
        "Converged at iteration 10.",
    ]
    assert log_text(replay(SCRIPT), 1).splitlines() == ["1 update before these", *lines[1:]]
    assert log_text(replay(SCRIPT), -1).splitlines() == lines
    assert log_text(View()) == ""


def test_arrays_change_nothing() -> None:
    view = replay(SCRIPT[:6])
    for update in (KMEANS, 0, 1):
        frame = FrameTaken(update, np.zeros(8, np.uint8), *[np.zeros((8, 2), np.float32)] * 2)
        assert fold(view, frame) is view
    assert fold(view, SamplesChosen(np.arange(8), None)) is view


def test_views_of_the_same_events_are_equal() -> None:
    assert replay(SCRIPT) == replay(SCRIPT)
    assert replay(SCRIPT) != replay(SCRIPT[:-1])


def test_two_views_that_go_on_from_one_have_their_own_updates() -> None:
    view = replay(SCRIPT[:6])
    first, second = (fold(view, updated(number)) for number in (1, 2))
    assert [update.update for update in view.updates] == [0]
    assert [update.update for update in first.updates] == [0, 1]
    assert [update.update for update in second.updates] == [0, 2]


def test_the_log_counts_as_the_port_does_and_no_further_than_the_maximum() -> None:
    assert log_line(updated(2), 1_000).startswith("Itr 21 (out of 1000): ")
    assert log_line(updated(2), 20).startswith("Itr 20 (out of 20): ")
    assert "reconstruction" not in log_line(updated(2), 20)
    with_decoder = replace(updated(2), measures={**MEASURED, "reconstruction_loss": 0.125})
    assert log_line(with_decoder, 20).endswith(", reconstruction = 0.125")
