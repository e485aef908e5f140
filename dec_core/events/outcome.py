"""What became of a run, as the few numbers that a table of runs shows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import Field
from typing_extensions import TypedDict

from dec_core.analysis.metrics import Labels, Scores
from dec_core.events.view import View

# No run comes near the bound; every program that reads a table can hold it.
Count = Annotated[int, Field(ge=0, le=2**53)]
_Number = Annotated[float, Field(allow_inf_nan=False)]


class Outcome(TypedDict, total=False):
    """Plain JSON values; None where there is nothing to say. ``seconds`` is active time."""

    verdict: str | None
    sentence: str | None
    stop_reason: str | None
    iterations: Count | None
    updates: Count | None
    best_acc: _Number | None
    best_nmi: _Number | None
    occupied_clusters: Count | None
    effective_clusters: _Number | None
    seconds: _Number | None
    acc: _Number | None
    nmi: _Number | None
    ari: _Number | None
    kmeans_acc: _Number | None
    kmeans_nmi: _Number | None
    kmeans_ari: _Number | None


def outcome(view: View) -> Outcome:
    """What became of the run so far."""
    last = view.updates[-1] if view.updates else None
    scored = [update.scores for update in view.updates if update.scores is not None]
    start = view.start.scores if view.start else None
    judgement = view.judgement()
    values: dict[str, Any] = {
        "verdict": judgement.verdict.value if judgement and judgement.verdict else None,
        "sentence": _sentence(view),
        "stop_reason": view.finished.stop_reason.value if view.finished else None,
        "iterations": view.iteration,
        "updates": len(view.updates),
        "best_acc": max((scores.acc for scores in scored), default=None),
        "best_nmi": max((scores.nmi for scores in scored), default=None),
        "occupied_clusters": last.health.occupied_clusters if last else None,
        "effective_clusters": last.health.effective_clusters if last else None,
        "seconds": round(view.elapsed_seconds, 3),
        **_named("", scored[-1] if scored else None),
        **_named("kmeans_", start),
    }
    return cast(Outcome, without_nan(values))


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
    judgement = view.judgement()
    return judgement.sentence if judgement else ""


def _named(prefix: str, scores: Scores | None) -> dict[str, float | None]:
    names = ("acc", "nmi", "ari")
    return {prefix + name: getattr(scores, name) if scores else None for name in names}
