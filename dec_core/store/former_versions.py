"""What former versions wrote, in the terms of today: lines of logs, verdicts and ``.z`` files."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dec_core.analysis.metrics import effective_clusters, largest_share, occupied_clusters
from dec_core.errors import RunError
from dec_core.events.events import (
    KMEANS,
    CentersInitialized,
    Event,
    RunFinished,
    RunStarted,
    SamplesChosen,
    TargetUpdated,
)
from dec_core.store.array_files import Array, damaged, read_whole

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


def array_file(name: str, update: int) -> str:
    """Where the array of an update stood in schema version 1, and that of k-means ever before."""
    return f"{name}-kmeans.z" if update == KMEANS else f"{name}-{update:06d}.z"


def updates_with_files(folder: Path, name: str) -> set[int]:
    """Updates whose array has a file of its own."""
    numbers = (path.stem.rpartition("-")[2] for path in folder.glob(f"{name}-*.z"))
    return {int(number) for number in numbers if number.isdecimal()}


def read_array(path: Path) -> Array | None:
    """The array of a ``.z`` file, a line of type and shape before zlib's bytes; None without it.

    Raises
    ------
    RunError
        If the file is damaged.
    """
    try:
        head, _, compressed = read_whole(path).partition(b"\n")
        kind, lengths = head.decode("ascii").split(" ")
        shape = tuple(map(int, lengths.split(",")))
        return np.frombuffer(zlib.decompress(compressed), kind).reshape(shape)
    except FileNotFoundError:
        return None
    except Exception as error:  # a single flipped bit can raise many kinds
        raise RunError(damaged(path, error)) from error
