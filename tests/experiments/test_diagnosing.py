"""Diagnoses and grids of real runs: on a few digits, a network that trains within a second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from dec_core.analysis.answer import answer, to_dict
from dec_core.analysis.diagnosis import Case, Diagnosis, Status
from dec_core.analysis.factorial import effects, grid_of
from dec_core.analysis.factorial_words import effect_sentences
from dec_core.analysis.trials import Rank, Trial
from dec_core.analysis.verdict import Verdict
from dec_core.config import Config, DataSettings
from dec_core.data import Dataset, load
from dec_core.errors import DataUnavailableError, DECLabError, RunError
from dec_core.events.events import CentersInitialized, ParameterChanged, RunStarted, TargetUpdated
from dec_core.events.growing import Growing
from dec_core.events.view import View
from dec_core.experiments.counterfactuals import Counterfactuals, tag_of, trial_of
from dec_core.experiments.diagnosing import diagnose, facts_of
from dec_core.experiments.investigations import Investigation, Investigations
from dec_core.runs.commands import Stop, Suspend
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.analysis.observations import observe, start
from tests.kinds import data_source
from tests.runs.short_runs import pause, wait_for_updates, wait_until

ROOT = Path(__file__).parents[2]

HEALTHY: Mapping[str, Any] = {
    "data.n_samples": 400,
    "autoencoder.units": "64,10",
    "pretraining.optimizer": "adam",
    "pretraining.learning_rate": 0.003,
    "pretraining.epochs": 60,
    "clustering.learning_rate": 0.01,
    "clustering.update_interval": 140,
    "clustering.kmeans_restarts": 3,
    "clustering.max_iterations": 1_500,
}
TOO_HIGH = {"clustering.learning_rate": 3.0}


def config(changed: Mapping[str, Any]) -> Config:
    return Config().with_values({**HEALTHY, **changed})


def diagnosed(manager: RunManager, changed: Mapping[str, Any], **options: Any) -> Diagnosis:
    runs = Counterfactuals(manager, **options)
    return diagnose(manager, runs.base(config(changed), "digits"), runs)


def proved(found: Diagnosis) -> list[str]:
    return [one.factor.cause for one in found.causes if one.status is Status.PROVED]


def test_a_rate_that_is_too_high_is_proved_by_a_branch_that_is_not_made_twice(
    manager: RunManager,
) -> None:
    found = diagnosed(manager, TOO_HIGH)
    base = found.case.trial
    assert proved(found) == ["learning_rate_too_high"]
    assert answer(found).startswith("One cause: the learning rate of clustering, 3, is too high. R")
    (made,) = found.counterfactuals
    record = manager.store.record(made.trial.run_id)
    assert record.lineage is not None
    assert (record.lineage.parent, record.lineage.iteration) == (base.run_id, 0)
    assert record.tags == (tag_of(base.run_id),)
    # The same k-means start, and a better end.
    assert base.start is not None
    assert made.trial.start == base.start
    assert made.trial.measures["nmi"] > base.start.value("nmi") > base.measures["nmi"]
    assert to_dict(found)["remedy"] == {"clustering.learning_rate": 0.01}
    # A hopeless run is not trained to its maximum, and nothing is trained a second time.
    assert base.history[-1].iteration < 1_400
    ids = {one.record.run_id for one in manager.list_runs()}
    with RunManagerOf(manager) as another:
        assert to_dict(diagnosed(another, TOO_HIGH)) == to_dict(found)
        assert {one.record.run_id for one in another.list_runs()} == ids


class RunManagerOf:
    """Another process on the same store."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = RunManager(manager.store)

    def __enter__(self) -> RunManager:
        return self._manager

    def __exit__(self, *_: object) -> None:
        self._manager.close()


def test_a_diagnosis_that_was_broken_off_goes_on(manager: RunManager) -> None:
    base = Counterfactuals(manager).base(config(TOO_HIGH), "digits")
    asked: list[str] = []
    runs = Counterfactuals(
        manager,
        is_unwanted=lambda: any(len(manager.get(one).view.updates) > 2 for one in asked),
        watch=lambda handle: asked.append(handle.run_id),
    )
    found = diagnose(manager, base, runs)
    assert not found.is_complete
    assert [one.status for one in found.causes] == [Status.SUSPECTED]
    (branch,) = asked
    assert manager.get(branch).state is RunState.INTERRUPTED
    again = diagnose(manager, base, Counterfactuals(manager))
    assert proved(again) == ["learning_rate_too_high"]
    assert [one.trial.run_id for one in again.counterfactuals] == [branch]


def test_without_time_every_factor_is_suspected(manager: RunManager) -> None:
    base = Counterfactuals(manager).base(config(TOO_HIGH), "digits")
    found = diagnose(manager, base, Counterfactuals(manager, seconds=0))
    assert "no run has shown it yet" in answer(found)
    assert not found.counterfactuals


def test_a_run_that_diverged_in_pretraining_is_trained_anew(manager: RunManager) -> None:
    step = {"pretraining.optimizer": "sgd", "pretraining.learning_rate": 10.0}
    found = diagnosed(manager, {**step, "pretraining.epochs": 150})
    assert found.case.trial.start is None
    assert proved(found) == ["pretraining_step_unsuitable"]


def test_a_run_whose_pretraining_left_nothing_to_cluster_is_pretrained_anew(
    manager: RunManager,
) -> None:
    step = {"pretraining.learning_rate": 1.0, "autoencoder.units": "64,64,10"}
    found = diagnosed(manager, {**step, "pretraining.epochs": 150})
    base = found.case.trial
    assert (base.verdict, base.start, base.rank) == (Verdict.DEAD_EMBEDDING, None, Rank.RUINED)
    assert proved(found) == ["pretraining_step_unsuitable"]
    assert to_dict(found)["remedy"] == {"pretraining.learning_rate": 0.001}


def test_a_run_that_trains_is_explained_as_it_stands(manager: RunManager) -> None:
    handle = manager.start(config({**TOO_HIGH, "clustering.tol": 0.0}), "digits")
    wait_for_updates(handle, 3)
    pause(manager, handle)
    runs = Counterfactuals(manager, seconds=0)
    found = diagnose(manager, handle.run_id, runs)
    assert [one.factor.cause for one in found.causes] == ["learning_rate_too_high"]


def test_what_was_said_of_a_young_run_is_said_anew_at_its_end(manager: RunManager) -> None:
    handle = manager.start(config({**TOO_HIGH, "clustering.tol": 0.0}), "digits")
    wait_for_updates(handle, 1)
    pause(manager, handle)
    known = Investigations(manager)
    young = known.looked_at(handle.run_id)
    assert known.looked_at(handle.run_id) is young
    wait_until(lambda: young.progress.is_over)
    manager.send(handle, Stop())
    manager.join(handle)
    ended = known.looked_at(handle.run_id)
    assert ended is not young
    assert known.looked_at(handle.run_id) is ended


def test_a_sound_run_that_trains_is_not_blamed_for_being_young(manager: RunManager) -> None:
    young = manager.start(
        config({"clustering.update_interval": 20, "clustering.tol": 0.0}), "digits"
    )
    wait_for_updates(young, 3)
    manager.send(young, Stop())
    manager.join(young)
    found = diagnose(manager, young.run_id, Counterfactuals(manager))
    assert found.counterfactuals
    assert not found.causes


def test_a_run_that_has_not_begun_to_cluster_cannot_be_explained(manager: RunManager) -> None:
    handle = manager.start(config({"pretraining.epochs": 2_000}), "digits")
    with pytest.raises(RunError, match=r"has its k-means start.* Wait until it clusters"):
        diagnose(manager, handle.run_id, Counterfactuals(manager))
    wait_until(lambda: handle.view.started is not None)
    manager.send(handle, Suspend())
    manager.join(handle)
    with pytest.raises(RunError, match=r"has its k-means start.* Resume it first"):
        diagnose(manager, handle.run_id, Counterfactuals(manager))


def test_data_that_cannot_be_had_are_named(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> Dataset:
        raise DataUnavailableError("The data are not there.")

    monkeypatch.setattr("dec_core.data.load", missing)
    monkeypatch.setattr("dec_core.experiments.diagnosing.load", missing)
    runs = Counterfactuals(manager)
    run_id = runs.base(config(TOO_HIGH), "digits")
    with pytest.raises(DECLabError, match=r"The data are not there\."):
        diagnose(manager, run_id, runs)


@pytest.mark.parametrize(("changed_at", "rate"), [(140, 3.0), (280, 0.05)])
def test_a_run_that_was_changed_is_explained_by_the_settings_with_which_it_broke(
    changed_at: int, rate: float
) -> None:
    settings = config({"clustering.n_clusters": 2, "clustering.learning_rate": 0.05})
    histories = [observe(0, (60, 40)), observe(140, (60, 40)), observe(280, (100, 0))]
    updates = [
        TargetUpdated(
            n, one.iteration, 0.0, one.cluster_sizes, is_finite=True, measures=one.measures
        )
        for n, one in enumerate(histories)
    ]
    view = View(
        started=RunStarted(
            settings, "digits", 100, 64, 100, has_true_labels=True, class_names=None
        ),
        centers=CentersInitialized((60, 40), start((60, 40)).measures, 0.0),
        updates=Growing(updates),
        changes=(ParameterChanged(changed_at, "clustering.learning_rate", 0.05, 3.0),),
    )
    handle = cast(RunHandle, SimpleNamespace(view=view, config=settings, run_id="calm-otter-0000"))
    trial = trial_of(handle)
    assert trial.is_broken
    assert trial.config.clustering.learning_rate == rate


@pytest.fixture
def repeated() -> Iterator[None]:
    """Six digits, again and again."""

    def read(_: DataSettings) -> Dataset:
        digits = load(DataSettings(), 0)
        assert digits.y is not None
        return Dataset("repeated", np.tile(digits.x[:6], (60, 1)), np.tile(digits.y[:6], 60))

    with data_source("repeated", read):
        yield


@pytest.mark.usefixtures("repeated")
def test_fewer_distinct_samples_than_clusters_are_a_fault_of_the_data(manager: RunManager) -> None:
    few = {"data.name": "repeated", "data.n_samples": None, "pretraining.epochs": 150}
    found = diagnosed(manager, {**few, "pretraining.learning_rate": 0.001})
    assert found.case.trial.judgement is None
    assert proved(found) == ["constant_or_duplicate_data"]
    assert to_dict(found)["remedy"] == {"clustering.n_clusters": 6}


def test_a_grid_of_two_factors_from_the_same_start_is_not_made_twice(manager: RunManager) -> None:
    changed = {"clustering.batch_size": 64, "clustering.max_iterations": 560}
    base = Counterfactuals(manager).base(config({**TOO_HIGH, **changed}), "digits")
    handle = manager.get(base)
    case = Case(trial_of(handle), facts_of(handle))
    causes = ["learning_rate_too_high", "batch_too_small"]
    grid = grid_of(case, causes, repairs_others=False)
    plans = tuple(grid.plans.values())
    known = Investigations(manager)
    # Looking trains nothing: only the run itself is there.
    assert [one.run_id for one in made(known.looked_at(base, plans))] == [base]
    trials = made(known.start(base, plans))
    assert len({one.run_id for one in trials}) == 4
    assert len({one.start.value("nmi") for one in trials if one.start is not None}) == 1
    of_cells = dict(zip(grid.plans, trials, strict=True))
    rate, batch = effects(grid, of_cells)
    assert rate.cost > 0.2 > batch.cost
    assert "learning rate (3 instead of 0.01) costs 0." in effect_sentences(grid, of_cells)[0]
    # A restarted server finds all of them.
    with RunManagerOf(manager) as another:
        again = made(Investigations(another).looked_at(base, plans))
        assert [one.run_id for one in again] == [one.run_id for one in trials]


def made(investigation: Investigation) -> list[Trial]:
    """The runs of a grid, once all are there that can be."""
    wait_until(lambda: investigation.progress.is_over)
    assert not investigation.progress.problem
    return [one.trial for one in investigation.progress.attempts if one.trial is not None]


@pytest.fixture
def unlabelled() -> Iterator[None]:
    """Digits of which nobody knows the classes."""

    def read(_: DataSettings) -> Dataset:
        return Dataset("unlabelled", load(DataSettings(), 0).x)

    with data_source("unlabelled", read):
        yield


@pytest.mark.usefixtures("unlabelled")
def test_without_true_labels(manager: RunManager) -> None:
    found = diagnosed(manager, {**TOO_HIGH, "data.name": "unlabelled"})
    assert proved(found) == ["learning_rate_too_high"]
    values = to_dict(found)
    assert values["causes"][0]["counterfactuals"][0]["nmi"] is None
    assert values["repairs"][0]["effect"]["effective_clusters"] > 8
