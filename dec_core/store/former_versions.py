"""What former versions wrote, in the terms of today: lines of logs, verdicts and ``.z`` files."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dec_core.analysis.metrics import effective_clusters, largest_share, occupied_clusters
from dec_core.events.events import (
    CentersInitialized,
    Event,
    RunFinished,
    RunStarted,
    SamplesChosen,
    TargetUpdated,
)

# What was written of an update beside its "scores" and in its "health".
_NUMBERS = ("loss", "delta_label", "successive_acc", "successive_nmi")
_HEALTH = (
    "occupied_clusters",
    "effective_clusters",
    "largest_share",
    "mean_confidence",
    "center_distance",
    "embedding_spread",
)
_ITERATION = re.compile(r"(?<=\biteration )\d+(?:,\d{3})*")


def migrate_event(
    kind: type[Event], values: dict[str, Any], samples: Callable[[], SamplesChosen]
) -> None:
    """Change the values of a log's line to those of today; lines of today stay as they are.

    ``samples`` gives what the first line did not say. Raises an Exception of whatever kind where
    the line is damaged.
    """
    if kind is RunStarted and "n_sampled" not in values:
        found = samples()
        values["n_sampled"] = len(found.sample_ids)
        values["has_true_labels"] = found.true_labels is not None
    elif kind is RunFinished:
        judgement = values["judgement"]
        sentence = renumbered(judgement["sentence"], values["iterations"])
        values["judgement"] = {**judgement, "sentence": sentence}
    elif kind is CentersInitialized and "measures" not in values:
        sizes = values["cluster_sizes"]
        # These were not written, but they follow from the sizes.
        values["measures"] = _scores(values) | {
            "occupied_clusters": occupied_clusters(sizes),
            "effective_clusters": effective_clusters(sizes),
            "largest_share": largest_share(sizes) if sum(sizes) else float("nan"),
        }
    elif kind is TargetUpdated and "measures" not in values:
        health = values.pop("health")
        low, high = health["target_row_sums"]
        values["measures"] = (
            {name: values.pop(name) for name in _NUMBERS}
            | _scores(values)
            | {name: health[name] for name in _HEALTH}
            | {"target_row_sum_min": low, "target_row_sum_max": high}
        )
        values |= {name: health[name] for name in ("cluster_sizes", "is_finite")}


def _scores(values: dict[str, Any]) -> dict[str, Any]:
    scores = values.pop("scores") or {}
    return {name: scores[name] for name in ("acc", "nmi", "ari") if scores}


def renumbered(sentence: str, iterations: int) -> str:
    """A verdict in which iteration n is the state after n gradient steps.

    Former versions counted from 1 there, so their verdicts name an iteration beyond the last one.
    """
    if f"{iterations + 1:,}" not in _ITERATION.findall(sentence):
        return sentence
    return _ITERATION.sub(lambda found: f"{int(found[0].replace(',', '')) - 1:,}", sentence)
