"""What became of a run, as the few numbers that a table of runs shows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, cast

from pydantic import ConfigDict, Field, WrapValidator, with_config
from typing_extensions import TypedDict

from dec_core.analysis.measure import Direction, Measure
from dec_core.analysis.measures import MEASURES
from dec_core.analysis.metrics import Labels
from dec_core.events.events import Count
from dec_core.events.view import View

_LARGEST = 2**53


def _whole_stays_whole(value: Any, checked: Callable[[Any], float]) -> float:
    number = checked(value)
    return value if type(value) is int and abs(value) <= _LARGEST else number


_Number = Annotated[float, Field(allow_inf_nan=False), WrapValidator(_whole_stays_whole)]


@with_config(ConfigDict(extra="allow"))
class Outcome(TypedDict, total=False, extra_items=_Number | None):  # type: ignore[call-arg]
    """Plain JSON values; None where there is nothing to say. ``seconds`` is active time.

    Beside these it has every measure of the last update by its name, those of the k-means start
    as ``kmeans_...``, and of those with true labels the best value as ``best_...``.
    """

    verdict: str | None
    sentence: str | None
    stop_reason: str | None
    iterations: Count | None
    updates: Count | None
    seconds: _Number | None


def outcome(view: View) -> Outcome:
    """What became of the run so far."""
    judgement = view.judgement
    values: dict[str, Any] = {
        "verdict": judgement.verdict.value if judgement and judgement.verdict else None,
        "sentence": _sentence(view),
        "stop_reason": view.finished.stop_reason.value if view.finished else None,
        "iterations": view.iteration,
        "updates": len(view.updates),
        **{f"best_{n}": best(view, m) for n, m in MEASURES.items() if m.needs_true_labels},
        "seconds": round(view.elapsed_seconds, 3),
        **last_measures(view),
        **start_measures(view),
    }
    return cast(Outcome, without_nan(values))


def last_measures(view: View) -> dict[str, float | None]:
    """Every measure at the last update by its name; None where it was not recorded."""
    measures = view.updates[-1].measures if view.updates else {}
    return {name: measures.get(name) for name in MEASURES}


def start_measures(view: View) -> dict[str, float | None]:
    """The measures of the k-means start as ``kmeans_...``; None where they were not recorded."""
    measures = view.start.measures if view.start else {}
    return {f"kmeans_{n}": measures.get(n) for n, m in MEASURES.items() if m.at_start}


def best(view: View, measure: Measure) -> float | None:
    """The best value of a run; None where none was recorded or no value is better than others."""
    values = [u.measures[measure.name] for u in view.updates if measure.name in u.measures]
    if not values or measure.direction is Direction.NEITHER:
        return None
    return max(values) if measure.direction is Direction.HIGHER else min(values)


def without_nan(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with None for each number that JSON does not know: NaN and the infinite ones."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }


def labels_sha256(labels: Labels) -> str:
    """SHA-256 of the labels as little-endian 32-bit numbers, whatever type holds them."""
    return hashlib.sha256(labels.astype("<i4").tobytes()).hexdigest()


def _sentence(view: View) -> str:
    if view.failed is not None:
        return view.failed.message
    judgement = view.judgement
    return judgement.sentence if judgement else ""
