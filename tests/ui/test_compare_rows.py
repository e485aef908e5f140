"""What a row of the table says of a run that trains."""

from __future__ import annotations

from datetime import UTC

import pytest

from dec_core.store.record import RunRecord, RunState
from pages.ui.compare import runs
from pages.ui.compare.rows import row_of
from tests.plots.scripted import scripted_view


def test_a_row_shows_a_run_at_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    views = iter([scripted_view(n_updates=count) for count in (3, 4, 5)])
    monkeypatch.setattr(runs, "view_of", lambda _: next(views))
    row = row_of(RunRecord("calm-lynx-0001", RunState.RUNNING), None, (), (), UTC)
    (iterations,) = [cell.text for cell in row.cells if cell.below.endswith(" s")]
    assert f"at iteration {iterations}," in row.state.phrase
