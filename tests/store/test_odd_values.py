"""Whatever a line of a log says: its run is damaged, or everything of it can be shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from typing import Any

import numpy as np
import pytest

from dec_core.analysis.measures import MEASURES
from dec_core.errors import RunError
from dec_core.events.log_text import log_text
from dec_core.events.outcome import outcome
from dec_core.events.view import View
from dec_core.export.figures import all_plots
from dec_core.export.metrics_csv import updates_csv
from dec_core.plots.comparison import draw_comparison
from dec_core.plots.comparison_curves import Along, Series
from dec_core.store.events_file import decode, encode
from dec_core.store.record import RunRecord, RunState
from dec_core.store.store import RunStore
from pages.ui.compare.rows import row_of
from tests.store.test_damage import CHANGED, insert
from tests.store.test_golden import GOLDEN

Place = tuple[int | str, ...]

ODD: tuple[Any, ...] = (0, -1, 2**53, 1e308, "nan", "x", None, [], {}, [1.0] * 400)
# Of what happens again and again, the first and the last are enough.
CHANGED_LINES = (0, 1, 3, 4, 7, 8, 9)


@pytest.fixture
def store(golden_store: RunStore) -> RunStore:
    """With one finished run in which a person has changed a parameter."""
    insert(golden_store.root / GOLDEN.name, 8, CHANGED | {"iteration": 60})
    return golden_store


def events_of(store: RunStore) -> list[Any]:
    text = (store.root / GOLDEN.name / "events.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def in_present_format(store: RunStore) -> list[Any]:
    """The lines of the log as they would be written today."""
    samples = store.frames(GOLDEN.name, store.view(GOLDEN.name)).samples
    decoded = [decode(json.dumps(event), lambda: samples) for event in events_of(store)]
    return [json.loads(encode(event)) for event in decoded]


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Where something else could stand, of a list the whole and the last."""
    yield here
    names = list(value) if isinstance(value, dict) else []
    if isinstance(value, list):
        names = [len(value) - 1]
    for name in names:
        yield from places(value[name], (*here, name))


def put(value: Any, place: Place, other: Any) -> Any:
    """The value with ``other`` at that place."""
    if not place:
        return other
    changed = value.copy()
    changed[place[0]] = put(value[place[0]], place[1:], other)
    return changed


def at(value: Any, place: Place) -> Any:
    for name in place:
        value = value[name]
    return value


def view_of(store: RunStore, events: list[Any]) -> View | None:
    """None where the run is damaged; no other exception may come."""
    log = store.root / GOLDEN.name / "events.jsonl"
    log.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    try:
        # One that has not read the log before, of which a changed number is no news.
        return RunStore(store.root).view(GOLDEN.name)
    except RunError:
        return None


def show(store: RunStore, view: View | None) -> None:
    """Everything that the pages and an export make of a run, its verdict anew."""
    assert view is not None
    frames = store.frames(GOLDEN.name, view)
    # Some numbers are beyond the range of a drawing's.
    with np.errstate(all="ignore"):
        for one in (view, replace(view, finished=None)):
            record = RunRecord("calm-lynx-0001", RunState.FINISHED, summary=outcome(one))
            row_of(record, None, list(MEASURES), (), UTC)
        series = Series(record.run_id, record.run_id, "#000000", (view, view))
        for along in Along:
            draw_comparison([series], list(MEASURES.values()), along)
        # What the log says of the samples may not fit their arrays.
        with suppress(RunError):
            all_plots(view, frames)
    updates_csv(view)
    log_text(view)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: str(odd)[:10])
def test_an_odd_value_is_damage_or_can_be_shown(store: RunStore, odd: Any) -> None:
    """Drawing takes a while, so that all numbers and words that are no damage are drawn at once."""
    events = together = events_of(store)
    for number in CHANGED_LINES:
        for place in places(events[number], (number,)):
            changed = put(events, place, odd)
            view = view_of(store, changed)
            if isinstance(at(events, place), dict | list):
                if view is not None:
                    show(store, view)
            elif view is not None:
                together = put(together, place, odd)
    show(store, view_of(store, together))


def test_an_odd_measure_is_damage_or_can_be_shown(store: RunStore) -> None:
    """Of the k-means start and of the first update, in the format that is written today."""
    events = in_present_format(store)
    for odd in ODD:
        together = events
        for number in (3, 4):
            for place in places(events[number]["measures"], (number, "measures")):
                view = view_of(store, put(events, place, odd))
                if view is not None and place[-1] != "measures":
                    together = put(together, place, odd)
                elif view is not None:
                    show(store, view)
        show(store, view_of(store, together))


@pytest.mark.parametrize("count", [0, 2], ids=["missing", "twice"])
def test_a_line_that_is_missing_or_there_twice_is_damage_or_can_be_shown(
    store: RunStore, count: int
) -> None:
    events = events_of(store)
    for number in range(len(events)):
        changed = [*events[:number], *[events[number]] * count, *events[number + 1 :]]
        view = view_of(store, changed)
        if view is not None:
            show(store, view)


def test_a_score_may_be_one_but_for_rounding(store: RunStore) -> None:
    events = events_of(store)
    (first, *_) = (n for n, event in enumerate(events) if event["event"] == "TargetUpdated")
    for score, is_sound in ((1.0000000000000002, True), (1.1, False)):
        changed = put(dict(enumerate(events)), (first, "scores", "nmi"), score)
        view = view_of(store, list(changed.values()))
        assert (view is not None) is is_sound
