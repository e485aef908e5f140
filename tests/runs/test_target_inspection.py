"""P of a former update, made again from what is stored, against what training computed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.events.events import ParameterChanged
from dec_core.model import target_distribution
from dec_core.model.targets import batch_target
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.runs.target_inspection import Origin, inspect_update
from dec_core.training import context
from tests.kinds import power_rule
from tests.runs.short_runs import small_config
from tests.store.test_golden import GOLDEN

RECYCLED = {"clustering.target": "r-recycled"}


def trained(manager: RunManager, values: Mapping[str, Any] | None = None) -> RunHandle:
    """A run that is over, with five updates."""
    run = manager.start(small_config(values), "digits")
    manager.join(run)
    assert len(run.view.updates) == 5
    return run


@pytest.mark.parametrize("rule", ["paper", "r-recycled"])
def test_p_is_what_training_computed(manager: RunManager, rule: str) -> None:
    run = trained(manager, {"clustering.target": rule, "clustering.alpha": 0.5})
    for update in (0, 4):
        found = inspect_update(run, manager.store, update)
        assert (found.origin, found.is_estimated) == (Origin.ALL_SAMPLES, False)
        kept = manager.store.checkpoint(run.run_id, run.view.updates[update].iteration).p
        assert kept is not None
        np.testing.assert_allclose(found.inspection.used.p, kept, rtol=1e-4)
        sums, measures = found.inspection.used.row_sums, run.view.updates[update].measures
        assert sums.min() == pytest.approx(measures["target_row_sum_min"], rel=1e-4)
        assert sums.max() == pytest.approx(measures["target_row_sum_max"], rel=1e-4)
        q = found.inspection.q
        np.testing.assert_array_equal(found.inspection.paper.p, target_distribution(q))
        assert (found.inspection.mean_difference > 0.001) == (rule == "r-recycled")
    for update in (-1, 5):
        with pytest.raises(RunError, match=r"is not there. The run has 5\."):
            inspect_update(run, manager.store, update)


def test_of_larger_data_p_comes_from_a_checkpoint_or_is_estimated(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "MAP_SAMPLES", 150)
    run = trained(manager, RECYCLED)
    found = inspect_update(run, manager.store, 4)
    assert (found.origin, found.is_estimated) == (Origin.CHECKPOINT, True)
    kept = manager.store.checkpoint(run.run_id, found.iteration).p
    assert kept is not None
    np.testing.assert_array_equal(found.inspection.used.p, kept[found.sample_ids])
    folder = manager.store.folder(run.run_id) / "checkpoints"
    shutil.rmtree(folder)
    estimated = inspect_update(run, manager.store, 4)
    assert estimated.origin is Origin.SOME_SAMPLES
    levels = [0.1, 0.5, 0.9]
    sums = np.quantile(estimated.inspection.used.row_sums, levels)
    expected = np.quantile(kept[found.sample_ids].sum(axis=1), levels)
    np.testing.assert_allclose(sums, expected, rtol=0.1)


def test_of_larger_data_the_paper_s_target_does_not_seem_another(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "MAP_SAMPLES", 150)
    run = trained(manager)
    found = inspect_update(run, manager.store, 4)
    assert (found.origin, found.is_estimated) == (Origin.SOME_SAMPLES, True)
    assert found.inspection.mean_difference == 0
    kept = manager.store.checkpoint(run.run_id, found.iteration).p
    assert kept is not None
    # The frequencies of 150 of 300 samples are not quite those of all.
    np.testing.assert_allclose(found.inspection.used.p, kept[found.sample_ids], atol=0.1)


def test_a_target_per_batch_is_made_of_the_batches(manager: RunManager) -> None:
    run = trained(manager, {"clustering.target": "per-batch", "clustering.batch_size": 128})
    found = inspect_update(run, manager.store, 4).inspection
    last = np.asarray(batch_target(found.q[256:]))
    np.testing.assert_allclose(found.used.p[256:], last)
    np.testing.assert_allclose(found.used.row_sums, 1)
    assert found.mean_difference > 1e-4


def test_before_a_branch_began_the_settings_were_its_parent_s(manager: RunManager) -> None:
    parent = trained(manager, RECYCLED)
    with power_rule():
        values: dict[str, Any] = {
            "clustering.target": "power",
            "clustering.power": 3,
            "clustering.tol": 0,
        }
        values |= {"clustering.max_iterations": 60, "clustering.learning_rate": 0.002}
        config = small_config(values)
        branch = manager.branch(parent.run_id, config, "digits")
        manager.join(branch)
        before, at, after = (inspect_update(branch, manager.store, at) for at in (3, 4, 5))
        q = after.inspection.q
        weight = q**3 / q.sum(axis=0)
        expected = weight / weight.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(after.inspection.used.p, expected)
    rules = [one.config.get("clustering.target") for one in (before, at, after)]
    assert rules == ["r-recycled", "power", "power"]
    assert before.config.clustering.learning_rate == 0.001
    same = inspect_update(parent, manager.store, 3).inspection.used.p
    np.testing.assert_array_equal(before.inspection.used.p, same)
    # A rate that was changed by hand holds from the update at which it was.
    path = "clustering.learning_rate"
    changed = ParameterChanged(20, path, 0.001, 0.01), ParameterChanged(30, path, 0.01, 0.5)
    parent.view = replace(parent.view, changes=changed)
    rates = [inspect_update(parent, manager.store, at).config.get(path) for at in range(5)]
    assert rates == [0.001, 0.001, 0.01, 0.5, 0.5]


def test_a_run_of_a_former_version_has_no_centres(manager: RunManager) -> None:
    shutil.copytree(GOLDEN, manager.store.root / GOLDEN.name)
    with pytest.raises(RunError, match="centres of this run were not stored"):
        inspect_update(manager.get(GOLDEN.name), manager.store, 3)
