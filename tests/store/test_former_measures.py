"""Updates with "scores" and "health", as former versions wrote them, and those of today."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from typing import Any

import pytest

from dec_core.analysis.measures import MEASURES
from dec_core.events.events import CentersInitialized, Event, SamplesChosen, TargetUpdated
from dec_core.events.outcome import outcome
from dec_core.events.view import replay
from dec_core.export.metrics_csv import updates_csv
from dec_core.export.report import report_page
from dec_core.export.tensorboard import points
from dec_core.plots.comparison_curves import Along, curve_of
from dec_core.store.events_file import decode, encode
from dec_core.store.record import RunRecord, RunState
from tests.plots.scripted import events, scripted_frames
from tests.store.test_golden import BY_SCHEMA, RUNS

SEPARATIONS = {name for name, one in MEASURES.items() if one.is_partial}
NOT_MEASURED_THEN = {
    "purity",
    "variance_explained",
    "embedding_rank",
    "target_max",
    "reconstruction_loss",
    *SEPARATIONS,
}


def no_samples() -> SamplesChosen:
    raise AssertionError("The samples must not be asked for.")


def again(event: Event) -> Event:
    """Written and read."""
    return decode(encode(event), no_samples)


def known(measures: Any) -> dict[str, Any]:
    """With None for NaN, which equals nothing."""
    return {n: None if math.isnan(float(value)) else value for n, value in measures.items()}


@pytest.fixture(params=BY_SCHEMA.values())
def former(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """The lines of a run that a former version wrote."""
    lines = (RUNS / request.param / "events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def of_kind(lines: list[dict[str, Any]], kind: type[Event]) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == kind.__name__]


def test_a_former_update_has_the_numbers_that_were_written(former: list[dict[str, Any]]) -> None:
    for line in of_kind(former, TargetUpdated):
        update = decode(json.dumps(line), no_samples)
        assert isinstance(update, TargetUpdated)
        scores, health = line["scores"], line["health"]
        low, high = health.pop("target_row_sums")
        assert update.cluster_sizes == tuple(health.pop("cluster_sizes"))
        assert update.is_finite is health.pop("is_finite")
        beside = ("loss", "delta_label", "successive_acc", "successive_nmi")
        assert known(update.measures) == known(
            {name: line[name] for name in beside}
            | scores
            | health
            | {"target_row_sum_min": low, "target_row_sum_max": high}
        )
        assert MEASURES.keys() - update.measures.keys() == NOT_MEASURED_THEN


def test_a_former_start_has_its_scores_and_what_follows_from_its_sizes(
    former: list[dict[str, Any]],
) -> None:
    (line,) = of_kind(former, CentersInitialized)
    start = decode(json.dumps(line), no_samples)
    assert isinstance(start, CentersInitialized)
    assert start.measures.items() >= line["scores"].items()
    assert start.measures["largest_share"] == max(line["cluster_sizes"]) / 120
    at_start = {name for name, one in MEASURES.items() if one.at_start}
    assert at_start - start.measures.keys() == NOT_MEASURED_THEN & at_start


def test_what_was_not_measured_then_is_missing_and_not_0() -> None:
    script = [event for event in events() if not isinstance(event, SamplesChosen)]
    assert all("purity" not in e.measures for e in script if isinstance(e, TargetUpdated))
    view = replay(script)
    row, *_ = csv.DictReader(io.StringIO(updates_csv(view)))
    assert row["purity"] == ""
    assert not any("purity" in name for name, *_ in points(view))
    assert not len(curve_of(view, MEASURES["purity"], Along.ITERATIONS).x)
    values = dict(outcome(view))
    assert values["purity"] is values["kmeans_purity"] is values["best_purity"] is None


def test_what_is_not_defined_is_a_dash_empty_and_null() -> None:
    """Of a single cluster, say; beside a loss of NaN, which is what training gave."""
    assert len(SEPARATIONS) == 6
    measures = dict.fromkeys(SEPARATIONS, math.nan)
    view = replay(
        again(replace(event, measures={**event.measures, **measures}))
        if isinstance(event, TargetUpdated | CentersInitialized)
        else event
        for event in events()
    )
    row, *_ = csv.DictReader(io.StringIO(updates_csv(view)))
    assert row["loss"] == "nan"
    assert {row[name] for name in SEPARATIONS} == {""}
    values = dict(outcome(view))
    json.dumps(values, allow_nan=False)
    record = RunRecord("calm-fox-0001", RunState.FINISHED)
    report = report_page(record, view, scripted_frames())
    for name in SEPARATIONS:
        assert values[name] is values[f"kmeans_{name}"] is None
        assert MEASURES[name].shown_short(math.nan) == "\N{EN DASH}"
    for label in ("silhouette (data)", "Davies-Bouldin (embedding)"):
        begin = report.index(f"<td>{label}</td>")
        assert report[begin : report.index("</tr>", begin)].count(">\N{EN DASH}</td>") == 2
    assert not any(tag.startswith(("data/", "embedding/")) for tag, *_ in points(view))


def test_an_update_is_read_as_it_was_written() -> None:
    for event in events():
        if isinstance(event, TargetUpdated):
            copy = again(event)
            assert isinstance(copy, TargetUpdated)
            assert known(copy.measures) == known(event.measures)
            assert type(copy.measures["occupied_clusters"]) is int
            assert (copy.cluster_sizes, copy.is_finite) == (event.cluster_sizes, event.is_finite)
        if isinstance(event, CentersInitialized):
            assert again(event) == event


def test_a_measure_that_this_version_does_not_know_is_kept() -> None:
    line = json.loads(encode(events()[-2]))
    line["measures"]["of_tomorrow"] = 7.5
    update = decode(json.dumps(line), no_samples)
    assert isinstance(update, TargetUpdated)
    assert update.measures["of_tomorrow"] == 7.5


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"nmi": 1.5}, "no score: 1.5"),
        ({"largest_share": -0.1}, "no largest share: -0.1"),
        ({"occupied_clusters": 2.5}, "occupied_clusters is no whole number"),
        ({"loss": "high"}, r"loss.*\n.*valid number"),
    ],
    ids=str,
)
def test_a_number_that_a_measure_cannot_have_is_refused(
    values: dict[str, Any], reason: str
) -> None:
    line = json.loads(encode(events()[-2]))
    line["measures"] |= values
    with pytest.raises(ValueError, match=reason):
        decode(json.dumps(line), no_samples)
