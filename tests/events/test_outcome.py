"""What became of a run, in numbers that JSON knows."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dec_core.cli.training import summary
from dec_core.events.events import TargetUpdated
from dec_core.events.outcome import outcome, without_nan
from dec_core.events.view import View, replay
from tests.plots.scripted import events


def odd_view() -> View:
    """A finished run whose scores are no numbers."""
    scores = {"acc": float("nan"), "nmi": float("inf"), "ari": -float("inf")}
    return replay(
        replace(event, measures={**event.measures, **scores})
        if isinstance(event, TargetUpdated)
        else event
        for event in events()
    )


def test_only_numbers_that_json_does_not_know_are_left_out() -> None:
    odd = {"a": float("nan"), "b": float("inf"), "c": -float("inf")}
    known = {"d": 0.5, "e": 2, "f": "nan", "g": None, "h": {"i": 1.0}, "j": False}
    assert without_nan({**odd, **known}) == {**dict.fromkeys(odd), **known}


@pytest.mark.parametrize("table", ["outcome", "summary"])
def test_a_run_without_scores_that_are_numbers_has_none(table: str) -> None:
    view = odd_view()
    values = dict(outcome(view)) if table == "outcome" else summary("digits", view)
    assert [values[name] for name in ("acc", "nmi", "ari")] == [None] * 3
    json.dumps(values, allow_nan=False)
