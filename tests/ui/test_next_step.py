"""The way on from a run that has ended."""

from __future__ import annotations

from typing import Any

import pytest

from dec_core.analysis.verdict import Verdict
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.runs.short_runs import small_config, wait_for
from tests.ui.screens import click, enabled, new_screen

# Its steps throw every sample into one cluster.
COLLAPSES = {"clustering.learning_rate": 10.0, "clustering.target": "r-recycled"}


def ended(manager: RunManager, values: dict[str, Any]) -> RunHandle:
    session = manager.start(small_config(values), "digits")
    wait_for(session, RunState.FINISHED)
    return session


def verdict_of(session: RunHandle) -> Verdict | None:
    assert session.view.finished is not None
    return session.view.finished.judgement.verdict


def test_a_collapse_is_trained_again_with_the_values_that_are_named(manager: RunManager) -> None:
    session = ended(manager, COLLAPSES)
    assert verdict_of(session) in (Verdict.COLLAPSED, Verdict.DIVERGED)
    screen = new_screen(run=session.run_id)
    table = screen.table[0]
    rows = {
        row["Setting"]: (row["This run"], row["Reference"]) for _, row in table.value.iterrows()
    }
    assert rows["Learning rate"] == ("10", "0.01")
    assert rows["Target rule"] == ("r-recycled", "paper")
    assert "Clusters" not in rows
    click(screen, "Train again from the k-means start with these")
    branch = manager.handles()[-1]
    assert branch.lineage is not None
    assert (branch.lineage.parent, branch.lineage.iteration) == (session.run_id, 0)
    assert branch.config.clustering.learning_rate == 0.01
    assert branch.config.clustering.target.kind == "paper"
    assert branch.config.pretraining == session.config.pretraining
    assert screen.query_params["run"] == branch.run_id


def test_a_branch_of_a_collapse_begins_before_it(manager: RunManager) -> None:
    session = ended(manager, COLLAPSES)
    said = [text.value for text in new_screen(run=session.run_id).markdown]
    assert "From iteration **0**" in said


@pytest.mark.parametrize("values", [{"clustering.tol": 0.5}, {}])
def test_no_remedy_is_offered_where_nothing_is_wrong(
    manager: RunManager, values: dict[str, Any]
) -> None:
    session = ended(manager, {"pretraining.epochs": 60, **values})
    assert verdict_of(session) in (Verdict.CONVERGED, Verdict.UNFINISHED)
    screen = new_screen(run=session.run_id)
    assert "Reference" not in screen.table[-1].value
    assert len(screen.table) == 1
    assert not [label for label in enabled(screen) if label.startswith("Train again")]
    assert screen.get("page_link")
