"""How often the verdict is right: ``python -m tests.benchmarks.verdict [--json]``.

A grid of 96 runs: target rule x clustering rate x update interval x network x data x seed. What
became of a run by its true labels, which the verdict does not see, is "collapsed" where it has
lost a third or more of the ACC or the NMI of its k-means start, "healthy" where it has kept 95 %
of both, otherwise "degraded". The thresholds of ``dec_core.analysis.signs`` and ``forecast`` were
chosen on runs of the seeds 0 and 1; those of seed 2 tell how good they are.

The bars, on either half: no collapsed run is called converged, no healthy one collapsed, and at
least 95 % of the collapses that take three updates or more until one cluster has 90 % of the
samples are warned of at least one update before.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dec_core.analysis.forecast import OF_TARGET, forecast
from dec_core.analysis.measures import MEASURES
from dec_core.analysis.signs import History, Start
from dec_core.analysis.verdict import Condition, Verdict, assess, conclude
from dec_core.config import Config
from dec_core.data import load
from dec_core.errors import DECLabError
from dec_core.events.view import View, fold
from dec_core.training.checkpoint import Pretrained
from dec_core.training.trainer import Trainer

_SHARED: Mapping[str, Any] = {
    "pretraining.epochs": 40,
    "pretraining.optimizer": "adam",
    "pretraining.learning_rate": 0.001,
    "clustering.kmeans_restarts": 5,
    "clustering.max_iterations": 600,
    "clustering.tol": 0.001,
}
_DATA: Sequence[Mapping[str, Any]] = (
    {"data.name": "digits"},
    {"data.name": "fashion-mnist", "data.n_samples": 2000},
)
_NETWORKS = ("64,32,10", "256,128,10")
SEEDS = (0, 2)
_CHOICES = {
    "clustering.target": ("paper", "r-recycled"),
    "clustering.learning_rate": (1.0, 0.1, 0.01),
    "clustering.update_interval": (10, 140),
}
_LOST, _KEPT = 2 / 3, 0.95
_TAKEN, _SLOW, _WARNED = 0.9, 3, 0.95
_FATES = ("collapsed", "degraded", "healthy")


class Judged(NamedTuple):
    """A run: its seed, what became of it, the verdict, and by how many updates the first warning
    came before the largest share passed 0.9; ``lead`` is None where that took less than three, and
    -1 where no warning came before."""

    seed: int
    fate: str
    verdict: Verdict
    is_warned: bool
    lead: int | None


def main(arguments: list[str] | None = None) -> int:
    """Train and judge all runs; 1 if a bar is missed or the data cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        judged = list(_judged_runs())
    except DECLabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    results = {seed: _result([one for one in judged if one.seed == seed]) for seed in SEEDS}
    if options.json:
        print(json.dumps(results))
    else:
        print("\n\n".join(_report(seed, result) for seed, result in results.items()))
    return 0 if all(result["is_met"] for result in results.values()) else 1


def _judged_runs() -> Iterator[Judged]:
    for data, units, seed in itertools.product(_DATA, _NETWORKS, SEEDS):
        pretrained: Pretrained | None = None
        for values in itertools.product(*_CHOICES.values()):
            chosen = dict(zip(_CHOICES, values, strict=True))
            config = Config().with_values(
                {**_SHARED, **data, "autoencoder.units": units, "seed": seed, **chosen}
            )
            trainer = Trainer(config, load(config.data, seed), pretrained=pretrained)
            view = View()
            for event in trainer.events():
                view = fold(view, event)
            pretrained = trainer.pretrained
            yield judge(seed, view)


def judge(seed: int, view: View) -> Judged:
    """Fate and verdict of a run that has ended."""
    assert view.start is not None and view.finished is not None
    start = replace(view.start, measures=_without_labels(view.start.measures))
    history = [
        replace(update, measures=_without_labels(update.measures)) for update in view.updates
    ]
    judgement = conclude(start, history, view.finished.stop_reason)
    assert judgement.verdict is not None
    taken = next((at for at, u in enumerate(history) if u.measures["largest_share"] > _TAKEN), None)
    warned = next((at for at in range(len(history)) if _warns(start, history[: at + 1])), None)
    lead = None
    if taken is not None and taken >= _SLOW:
        lead = -1 if warned is None else max(taken - warned, -1)
    return Judged(seed, fate(view), judgement.verdict, warned is not None, lead)


def fate(view: View) -> str:
    """What became of a run by its true labels: the worse of what it kept of ACC and of NMI."""
    assert view.start is not None
    began, ended = view.start.measures, view.updates[-1].measures
    kept = min(ended[score] / began[score] for score in ("acc", "nmi"))
    return _FATES[0] if kept < _LOST else _FATES[2] if kept >= _KEPT else _FATES[1]


def _without_labels(measures: Mapping[str, float]) -> dict[str, float]:
    scores = {name for name, one in MEASURES.items() if one.needs_true_labels}
    return {name: value for name, value in measures.items() if name not in scores}


def _warns(start: Start, history: History) -> bool:
    """Whether a person is warned; of a wrong P it is said from the first update on."""
    is_broken = assess(start, history).condition is Condition.BROKEN
    return is_broken or any(sign.kind not in OF_TARGET for sign in forecast(start, history))


def _result(judged: Sequence[Judged]) -> dict[str, Any]:
    table = Counter((one.fate, one.verdict.value) for one in judged)
    alarms = Counter(one.fate for one in judged if one.is_warned)
    leads = [one.lead for one in judged if one.lead is not None]
    in_time = sum(lead >= 1 for lead in leads) / len(leads) if leads else 1.0
    collapsed = sum(one.fate == "collapsed" for one in judged)
    return {
        "runs": len(judged),
        "verdicts": {fate: {v: n for (f, v), n in table.items() if f == fate} for fate in _FATES},
        "recall": table["collapsed", "collapsed"] / collapsed if collapsed else 1.0,
        "warned": {fate: alarms[fate] for fate in _FATES},
        "leads": leads,
        "warned_in_time": in_time,
        "is_met": not table["collapsed", "converged"]
        and not table["healthy", "collapsed"]
        and in_time >= _WARNED,
    }


def _report(seed: int, result: Mapping[str, Any]) -> str:
    verdicts = sorted({name for row in result["verdicts"].values() for name in row})
    lines = [
        f"Seed {seed}: {result['runs']} runs, {'bars met' if result['is_met'] else 'BARS MISSED'}",
        "",
        f"| by the true labels | {' | '.join(verdicts)} | warned while it trained |",
        "|---" * (len(verdicts) + 2) + "|",
    ]
    for fate_, row in result["verdicts"].items():
        numbers = " | ".join(str(row.get(name, 0)) for name in verdicts)
        lines.append(f"| {fate_} | {numbers} | {result['warned'][fate_]} |")
    lines += [
        "",
        f"Recall of collapses {result['recall']:.0%}; warned in time: "
        f"{result['warned_in_time']:.0%} of {len(result['leads'])}, by {result['leads']} updates.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
