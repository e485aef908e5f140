"""Clustering quality over seeds beside published results: ``python -m tests.benchmarks.quality``.

Runs a preset with the seeds 0 to N - 1 (``--seeds N``), one stored run each, all with one tag, and
prints a table in Markdown, then every value. Runs that are stored already are read and
interrupted ones go on, so that it can be broken off and started again at any time; ``--stored``
only reads.

The short form takes 10,000 images, pretrains for 30 epochs with Adam at 0.001 and clusters for at
most 4,000 iterations: a few minutes per seed on two cores. ``--long`` takes the preset as it is on
all 70,000: a quarter of an hour per seed of ``idec``, an hour of ``dec-keras``. Published results
are those of the long form, so beside the short one the table says in what the two differ.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dec_core.analysis.published import Reference, references
from dec_core.config import PRESETS, Config, get_preset
from dec_core.runs.execution import train_recorded
from dec_core.store.record import RunRecord, RunState
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore

SHORT: Mapping[str, Any] = {
    "data.n_samples": 10_000,
    "pretraining.epochs": 30,
    "pretraining.optimizer": "adam",
    "pretraining.learning_rate": 0.001,
    "clustering.max_iterations": 4_000,
}
MEASURES = ("kmeans_acc", "kmeans_nmi", "acc", "nmi")


def config_of(preset: str, dataset: str, seed: int, *, is_long: bool) -> Config:
    """The settings of one run."""
    chosen = {} if is_long else SHORT
    return get_preset(preset).on(dataset).with_values({**chosen, "seed": seed})


def finished(store: RunStore, config: Config) -> RunRecord | None:
    """The run with these settings that is over; None where there is none."""
    over = _stored(store, config, RunState.FINISHED)
    return over[0] if over else None


def trained(store: RunStore, config: Config, preset: str, tag: str) -> RunRecord:
    """The run with these settings: gone on with where it was interrupted, otherwise made."""
    waiting = _stored(store, config, RunState.INTERRUPTED)
    run_id = waiting[0].run_id if waiting else store.create(config, preset)
    train_recorded(Recorder(store, run_id))
    store.annotate(run_id, tags=(tag,))
    return store.record(run_id)


def _stored(store: RunStore, config: Config, state: RunState) -> list[RunRecord]:
    known = (one for one in store.records() if one.config == config and one.lineage is None)
    return [one for one in known if one.state is state]


def figures(records: Sequence[RunRecord]) -> dict[str, Any]:
    """Mean, standard deviation and every value of each measure, by its name."""
    found: dict[str, Any] = {}
    for name in MEASURES:
        values = [_score(record, name) for record in records]
        found[name] = {
            "mean": round(mean(values), 4),
            "standard_deviation": round(stdev(values), 4) if len(values) > 1 else None,
            "values": [round(value, 4) for value in values],
        }
    return found


def _score(record: RunRecord, name: str) -> float:
    summary: Mapping[str, Any] = record.summary or {}
    value = summary.get(name)
    return math.nan if value is None else float(value)


HEAD = (
    "| data | preset | seeds | start ACC / NMI | end ACC / NMI | published |\n"
    "|---|---|---|---|---|---|"
)


def row(result: Mapping[str, Any], config: Config) -> str:
    """The line of the table."""
    data = config.data
    size = "" if data.n_samples is None else f", {data.n_samples:,} samples"
    start, end = (
        " / ".join(_spread(result["figures"][name]) for name in names)
        for names in (MEASURES[:2], MEASURES[2:])
    )
    published = "; ".join(map(_published, references(config))) or "nothing"
    cells = (f"{data.name}{size}", result["preset"], len(result["runs"]), start, end, published)
    return f"| {' | '.join(map(str, cells))} |"


def _spread(figure: Mapping[str, Any]) -> str:
    deviation = figure["standard_deviation"]
    return f"{figure['mean']:.3f}" + (
        "" if deviation is None else f" \N{PLUS-MINUS SIGN} {deviation:.3f}"
    )


def _published(reference: Reference) -> str:
    """One result, and in what its setting differs from the runs'."""
    one = reference.published
    start, end = (
        " / ".join(scores[name].text for name in ("acc", "nmi") if name in scores)
        for scores in (one.start, one.end)
    )
    begun = f", from {start}" if start else ""
    return f"{one.name} {end}{begun} ({reference.setting})"


def report(result: Mapping[str, Any], config: Config) -> None:
    """The table, every value and the sources."""
    print(f"{HEAD}\n{row(result, config)}\n")
    for name, figure in result["figures"].items():
        values = ", ".join(f"{value:.3f}" for value in figure["values"])
        print(f"{name:11} {_spread(figure):15} {values}")
    print(f"verdicts    {', '.join(result['verdicts'])}")
    for one in references(config):
        ranges = ", ".join(
            f"{name} {spread.range_text}" for name, spread in one.published.end.items()
        )
        print(f"published   {one.published.name}: {ranges} ({one.published.source})")


def main() -> int:
    """Run the seeds that are missing and print all of them; 1 if a run ended without labels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", choices=("mnist", "fashion-mnist"), default="mnist")
    parser.add_argument("--preset", choices=tuple(PRESETS), default="dec-keras")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--long", action="store_true", help="all images, the preset as it is")
    parser.add_argument("--stored", action="store_true", help="train nothing, read what is stored")
    parser.add_argument("--runs-dir", type=Path, help="where the runs are stored")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    form = "long" if options.long else "short"
    tag = f"quality of {options.preset} on {options.dataset}, {form}"
    store, records = RunStore(options.runs_dir), []
    configs = [
        config_of(options.preset, options.dataset, seed, is_long=options.long)
        for seed in range(options.seeds)
    ]
    for config in configs:
        record = finished(store, config)
        if record is None and not options.stored:
            record = trained(store, config, options.preset, tag)
        if record is not None:
            records.append(record)
            sentence = (record.summary or {}).get("sentence")
            print(f"seed {config.seed}: {sentence}", file=sys.stderr)
    if not records:
        print("error: none of these runs is stored. Leave --stored out to train them.")
        return 1
    result = {
        "preset": options.preset,
        "dataset": options.dataset,
        "form": form,
        "runs": [record.run_id for record in records],
        "verdicts": [str((record.summary or {}).get("verdict")) for record in records],
        "figures": figures(records),
        "published": [_published(one) for one in references(configs[0])],
    }
    if options.json:
        print(json.dumps(result))
    else:
        report(result, configs[0])
    return int(any("acc" not in (record.summary or {}) for record in records))


if __name__ == "__main__":
    sys.exit(main())
