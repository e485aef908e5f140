"""A branch may change every setting that a checkpoint leaves open, and then trains to its end."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from dec_core.store.branch import branch
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from dec_core.training.checkpoint import BRANCH_SETTINGS
from tests.runs.short_runs import small_config
from tests.store.test_store import new_run, train
from tests.store.update_numbers import numbers

OTHER_VALUES: dict[str, Any] = {
    "clustering.learning_rate": 0.01,
    "clustering.update_interval": 5,
    "clustering.tol": 0.4,
    "clustering.target": "per-batch",
    "clustering.objective": "idec",
    "clustering.loss": "mse",
    "clustering.optimizer": "adam",
    "clustering.momentum": 0.0,
    "clustering.batch_size": 64,
    "clustering.batch_order": "shuffled",
    "clustering.shift": 1,
    "clustering.rotation": 10,
    "clustering.max_iterations": 50,
    "clustering.reset": "soft",
    "clustering.dissolve": "small",
}


@pytest.fixture(scope="module")
def parents(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    """A store for one parent and all of its branches."""
    return RunStore(tmp_path_factory.mktemp("parents"))


@pytest.fixture(scope="module")
def parent(parents: RunStore) -> str:
    run_id = new_run(parents)
    train(parents, run_id)
    return run_id


def test_every_setting_is_tried() -> None:
    assert set(OTHER_VALUES) == set(BRANCH_SETTINGS)
    config = small_config()
    assert all(config.get(path) != value for path, value in OTHER_VALUES.items())


@pytest.mark.parametrize("path", BRANCH_SETTINGS)
def test_a_branch_with_another_value(parents: RunStore, parent: str, path: str) -> None:
    child = branch(parents, parent, small_config({path: OTHER_VALUES[path]}), "digits", 20)
    train(parents, child)
    record = parents.record(child)
    assert record.state is RunState.FINISHED, record.problem
    assert record.lineage is not None
    assert list(record.lineage.changes) == [path]


def test_a_branch_from_no_momentum_to_some(store_of_the_still: tuple[RunStore, str]) -> None:
    store, still = store_of_the_still
    train(store, branch(store, still, small_config(), "digits", 10))
    assert {record.state for record in store.records()} == {RunState.FINISHED}


def test_a_branch_to_another_rule_says_nothing_of_the_parents_target(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    parent = new_run(store, clustering__target="r-recycled")
    train(store, parent)
    settings = {"clustering.target": "r-recycled"}
    alike = store.view(branch(store, parent, small_config(settings), "digits", 20))
    other = store.view(branch(store, parent, small_config(), "digits", 20))
    judgements = alike.judgement, other.judgement
    assert judgements[0] is not None
    assert judgements[1] is not None
    assert "rows of the target" in judgements[0].sentence
    assert "of the target" not in judgements[1].sentence
    assert math.isnan(other.updates[-1].measures["target_max"])
    assert numbers(other.updates[0]) == numbers(alike.updates[0])


@pytest.fixture
def store_of_the_still(tmp_path: Path) -> tuple[RunStore, str]:
    """A finished run without momentum."""
    store = RunStore(tmp_path / "still")
    still = new_run(store, clustering__momentum=0.0)
    train(store, still)
    return store, still
