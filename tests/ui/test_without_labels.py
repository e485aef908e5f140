"""What the pages show of a run whose data have no true labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dec_core.config import DataSettings
from dec_core.data import load
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from tests.kinds import data_source
from tests.runs.short_runs import small_config, wait_for
from tests.ui.screens import choose, metrics, new_screen, plots, rows
from tests.ui.test_compare import compare, curves


def test_the_silhouette_in_the_data_stands_in_for_the_scores(manager: RunManager) -> None:
    digits = replace(load(DataSettings(name="digits", n_samples=300), 0), y=None)
    with data_source("points", lambda _: digits):
        settings = {"data.n_samples": None, "data.name": "points"}
        run = manager.start(small_config(settings), "digits")
        wait_for(run, RunState.FINISHED)
        screen = new_screen(run=run.run_id)
        value = run.view.updates[-1].measures["data_silhouette"]
        assert metrics(screen)["Silhouette (data)"] == f"{value:.3f}"
        assert not metrics(screen).keys() & {"ACC", "NMI"}
        shown = plots(screen)["scores"]["alternative"]
        assert shown.startswith("Clusters in the data at iteration 40: ")
        choose(screen, "scores:The data", "Between updates")
        assert plots(screen)["scores"]["alternative"].startswith("Scores between successive")

        screen = compare(runs=run.run_id, numbers="data_silhouette")
        panels = {trace["meta"] for trace in curves(screen)}
        assert "Silhouette (data)" in panels
        assert not panels & {"ACC", "NMI", "ARI"}
        assert rows(screen)[run.run_id]["Silhouette (data)"] == pytest.approx(value)
