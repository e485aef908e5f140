"""Events as lines of JSON; arrays are in files beside.

One line per event, in order. Progress within an update or an epoch is not written: nothing that
a person looks at afterwards depends on it. In the file the iteration of a ``TargetUpdated`` counts
from 1, as it always has, so that a log that a former version began can be gone on with. Lines of
former versions, which have "scores" and "health" instead of "measures", are migrated one by one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import partial
from typing import Any

import numpy as np

from dec_core.analysis.measures import MEASURES
from dec_core.analysis.metrics import effective_clusters, largest_share, occupied_clusters
from dec_core.analysis.verdict import Condition, Judgement, StopReason, Verdict
from dec_core.config import LIVE_PARAMETERS, Config
from dec_core.events.events import (
    CentersInitialized,
    Event,
    ParameterChanged,
    Phase,
    PretrainingEpochEnded,
    PretrainingReused,
    RunFailed,
    RunFinished,
    RunStarted,
    SamplesChosen,
    TargetUpdated,
    WarningRaised,
)
from dec_core.store.printable import printable, printable_lines

# What former versions wrote of an update beside its "scores" and in its "health".
_FORMER_NUMBERS = ("loss", "delta_label", "successive_acc", "successive_nmi")
_FORMER_HEALTH = (
    "occupied_clusters",
    "effective_clusters",
    "largest_share",
    "mean_confidence",
    "center_distance",
    "embedding_spread",
)

STORED: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        RunStarted,
        PretrainingReused,
        PretrainingEpochEnded,
        CentersInitialized,
        TargetUpdated,
        ParameterChanged,
        WarningRaised,
        RunFinished,
        RunFailed,
    )
}
_ITERATION = re.compile(r"(?<=\biteration )\d+(?:,\d{3})*")
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def encode(event: Event) -> str:
    """One line without its end."""
    values = {name: _plain(value) for name, value in vars(event).items()}
    if isinstance(event, TargetUpdated):
        values["iteration"] += 1
    return _ENCODER.encode({"event": type(event).__name__, **values})


def decode(line: str, samples: Callable[[], SamplesChosen]) -> Event:
    """The event of a line; ``samples`` gives what former versions did not write in the first.

    Raises
    ------
    Exception
        Of whatever kind, if the line is none that ``encode`` wrote.
    """
    values: dict[str, Any] = json.loads(line)
    kind = STORED[values.pop("event")]
    _renumber(kind, values)
    if "measures" not in values:
        _migrate(kind, values)
    if kind is RunStarted and "n_sampled" not in values:
        found = samples()
        values["n_sampled"] = len(found.sample_ids)
        values["has_true_labels"] = found.true_labels is not None
    return kind(**{name: _decoder(kind, name)(value) for name, value in values.items()})


def renumbered(sentence: str, iterations: int) -> str:
    """A verdict in which iteration n is the state after n gradient steps.

    Former versions counted from 1 there, so their verdicts name an iteration beyond the last one.
    """
    if f"{iterations + 1:,}" not in _ITERATION.findall(sentence):
        return sentence
    return _ITERATION.sub(lambda found: f"{int(found[0].replace(',', '')) - 1:,}", sentence)


def _renumber(kind: type[Event], values: dict[str, Any]) -> None:
    if kind is TargetUpdated:
        values["iteration"] = _whole(values["iteration"], least=1) - 1
    elif kind is RunFinished:
        judgement = values["judgement"]
        sentence = renumbered(_string(judgement["sentence"]), _whole(values["iterations"]))
        values["judgement"] = {**judgement, "sentence": sentence}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        # JSON has no NaN; a word is read back by float().
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Config):
        return value.to_dict()
    if is_dataclass(value):
        return {name: _plain(item) for name, item in vars(value).items()}
    return value.item() if isinstance(value, np.generic) else value


def _decoder(kind: type[Event], name: str) -> Callable[[Any], Any]:
    # Of a whole run by phase, of a single event one number.
    is_of_run = kind is RunFinished and name == "seconds"
    return _seconds_by_phase if is_of_run else _DECODERS.get(name, _same)


def _same(value: Any) -> Any:
    return value


def _whole(value: Any, least: int = 0) -> int:
    """A count that every program can hold."""
    if type(value) is not int or not least <= value <= 2**53:
        raise ValueError(f"no whole number from {least}: {str(value)[:40]!r}")
    return value


def _finite(value: Any) -> int | float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"no finite number: {str(value)[:40]!r}")
    return value


def _text(value: Any) -> str:
    return printable(_string(value))


def _lines(value: Any) -> str:
    return printable_lines(_string(value))


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"no text: {str(value)[:40]!r}")
    return value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"neither true nor false: {str(value)[:40]!r}")
    return value


def _live_parameter(value: Any) -> str:
    """It stands in commands that a person may run."""
    if value not in LIVE_PARAMETERS:
        raise ValueError(f"no live parameter: {str(value)[:40]!r}")
    return str(value)


def _migrate(kind: type[Event], values: dict[str, Any]) -> None:
    """Put the numbers of a former version's line among the measures."""
    if kind is CentersInitialized:
        sizes = _sizes(values["cluster_sizes"])
        measures = _former_scores(values.pop("scores"))
        # It did not write them, but they follow from the sizes.
        measures["occupied_clusters"] = occupied_clusters(sizes)
        measures["effective_clusters"] = effective_clusters(sizes)
        measures["largest_share"] = largest_share(sizes) if sum(sizes) else float("nan")
        values["measures"] = measures
    elif kind is TargetUpdated:
        health = values.pop("health")
        measures = {name: values.pop(name) for name in _FORMER_NUMBERS}
        measures |= _former_scores(values.pop("scores"))
        measures |= {name: health[name] for name in _FORMER_HEALTH}
        low, high = _row_sums(health["target_row_sums"])
        measures |= {"target_row_sum_min": low, "target_row_sum_max": high}
        values["measures"] = measures
        values["cluster_sizes"] = health["cluster_sizes"]
        values["is_finite"] = bool(health["is_finite"])


def _former_scores(value: Any) -> dict[str, Any]:
    return {} if value is None else {name: value[name] for name in ("acc", "nmi", "ari")}


def _measures(value: Any) -> dict[str, float]:
    """Numbers by name; those that this version does not know stay, and nothing shows them."""
    if not isinstance(value, dict):
        raise TypeError(f"no measures: {str(value)[:40]!r}")
    return {name: _measure(name, number) for name, number in value.items()}


def _measure(name: str, value: Any) -> float:
    measure = MEASURES.get(name)
    if measure is not None and measure.is_count:
        return _whole(value)
    number = float(value)
    if measure is not None and not measure.allows(number):
        kind = "score" if measure.needs_true_labels else measure.label.lower()
        raise ValueError(f"no {kind}: {number}")
    return number


def _sizes(value: Any) -> tuple[int, ...]:
    return tuple(map(_whole, value))


def _row_sums(value: Any) -> tuple[float, float]:
    """The smallest and the largest."""
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"no two row sums: {str(value)[:40]}")
    return float(value[0]), float(value[1])


def _judgement(value: Any) -> Judgement:
    verdict = value["verdict"]
    return Judgement(
        Condition(value["condition"]),
        None if verdict is None else Verdict(verdict),
        _text(value["sentence"]),
    )


def _seconds(value: Any) -> float:
    if _finite(value) < 0:
        raise ValueError(f"no length of time: {value}")
    return float(value)


def _seconds_by_phase(value: Any) -> dict[Phase, float]:
    return {Phase(phase): _seconds(seconds) for phase, seconds in value.items()}


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "config": Config.from_dict,
    "class_names": lambda value: None if value is None else tuple(map(_text, value)),
    "cluster_sizes": _sizes,
    "path": _live_parameter,
    "measures": _measures,
    "is_finite": _yes_or_no,
    "judgement": _judgement,
    "stop_reason": StopReason,
    "seconds": _seconds,
    "loss": float,
    **dict.fromkeys("update iteration iterations epochs".split(), _whole),
    **dict.fromkeys("epoch n_samples n_sampled n_features".split(), partial(_whole, least=1)),
    **dict.fromkeys(("old", "new"), _finite),
    **dict.fromkeys(("message", "details"), _lines),
    "dataset_name": _text,
    "has_true_labels": _yes_or_no,
}
