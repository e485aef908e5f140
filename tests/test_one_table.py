"""A new measure is one entry of the table: everything that shows numbers then shows it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from dec_core.analysis.measure import Direction, Measure
from dec_core.analysis.measures import MEASURES
from dec_core.cli.main import main
from dec_core.events.events import TargetUpdated
from dec_core.events.outcome import outcome
from dec_core.export.metrics_csv import updates_csv
from dec_core.export.report import report_page
from dec_core.export.tensorboard import points
from dec_core.plots.comparison import draw_comparison
from dec_core.plots.comparison_curves import Along, Series, curve_of, further_measures
from dec_core.store.store import RunStore
from tests.test_cli import train

TOY = Measure(
    "toy_share",
    "Toy share",
    "Share of the samples that are in cluster 0.",
    lambda c: c.sizes[0] / c.sizes.sum(),
    format=".1%",
    direction=Direction.LOWER,
    range=(0, 1),
    at_start=True,
)


def test_a_measure_that_is_added_to_the_table_is_found_everywhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(MEASURES, TOY.name, TOY)
    assert main(train("--json")) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    store = RunStore()
    (record,) = store.records()
    view = store.view(record.run_id)
    assert view.start is not None

    shares = [update.cluster_sizes[0] / 400 for update in view.updates]
    assert [update.measures[TOY.name] for update in view.updates] == shares
    assert view.start.measures[TOY.name] == view.start.cluster_sizes[0] / 400
    assert result[TOY.name] == outcome(view).get(TOY.name) == shares[-1]
    assert dict(record.summary or {})[TOY.name] == shares[-1]
    assert result[f"kmeans_{TOY.name}"] == view.start.measures[TOY.name]
    rows = list(csv.DictReader(io.StringIO(updates_csv(view))))
    assert [float(row[TOY.name]) for row in rows] == pytest.approx(shares)
    written = [value for name, _, value, _ in points(view) if name == "clustering/toy_share"]
    assert written == shares
    assert "Toy share" in [one.label for one in further_measures()]
    assert curve_of(view, TOY, Along.ITERATIONS).y.tolist() == shares
    plot = draw_comparison([Series(record.run_id, "one", "#000000", (view,))], [TOY])
    assert f"Toy share {shares[-1]:.3f}" in plot.alternative
    page = report_page(record, view, store.frames(record.run_id, view))
    assert f'<td>toy share</td><td class="number">{view.start.measures[TOY.name]:.1%}' in page


def test_the_log_of_a_run_says_every_measure_by_its_name() -> None:
    assert main(train("--json", "--set", "clustering.objective=idec")) == 0
    (record,) = RunStore().records()
    lines = (RunStore().folder(record.run_id) / "events.jsonl").read_text().splitlines()
    kind = TargetUpdated.__name__
    updates = [line for line in map(json.loads, lines) if line["event"] == kind]
    assert all(update["measures"].keys() == MEASURES.keys() for update in updates)
    for name in ("embedding_spread", "center_distance", "purity"):
        assert all(update["measures"][name] > 0 for update in updates)
