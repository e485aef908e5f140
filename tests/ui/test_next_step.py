"""The way on from a run that has ended."""

from __future__ import annotations

from typing import Any

import pytest

from dec_core.analysis.verdict import Verdict
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.runs.short_runs import small_config, wait_for
from tests.ui.screens import new_screen

# Its steps throw every sample into one cluster.
COLLAPSES = {"clustering.learning_rate": 10.0, "clustering.target": "r-recycled"}


def ended(manager: RunManager, values: dict[str, Any]) -> RunHandle:
    session = manager.start(small_config(values), "digits")
    wait_for(session, RunState.FINISHED)
    return session


def verdict_of(session: RunHandle) -> Verdict | None:
    assert session.view.finished is not None
    return session.view.finished.judgement.verdict


def test_a_spoilt_run_leads_to_its_diagnosis(manager: RunManager) -> None:
    session = ended(manager, COLLAPSES)
    assert verdict_of(session) in (Verdict.COLLAPSED, Verdict.DIVERGED)
    screen = new_screen(run=session.run_id)
    labels = [link.proto.label for link in screen.get("page_link")]
    assert "Find out why" in labels
    assert "Compare runs" not in labels


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
    labels = [link.proto.label for link in screen.get("page_link")]
    assert "Compare runs" in labels
    assert "Find out why" not in labels
