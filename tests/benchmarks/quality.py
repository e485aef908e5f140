"""Clustering quality over seeds beside published figures: ``python -m tests.benchmarks.quality``.

Runs a preset with several seeds, one stored run each, all with one tag, and prints mean, standard
deviation and every value of ACC and NMI at the k-means start and at the end. Runs that are stored
already are read, interrupted ones go on, so that it can be broken off at any time.

The short form takes 10,000 images and pretrains for 30 epochs with Adam at 0.001, a few minutes per
seed on two cores; ``--long`` takes the preset as it is on all 70,000, an hour or more per seed.
The published figures are those of the long form.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

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


class Published(NamedTuple):
    """Figures of others: ACC and NMI at the end, of the start where they say it, and the source."""

    acc: str
    nmi: str
    source: str
    start: str = ""


PUBLISHED: Mapping[tuple[str, str], tuple[Published, ...]] = {
    ("dec-keras", "mnist"): (
        Published(".912 +- .047", ".869 +- .031", "DEC-keras, ten trials", ".879 / .807"),
    ),
    ("dec-keras", "fashion-mnist"): (
        Published(".618 +- .036", ".651 +- .012", "DEC-keras, ten trials", ".606 / .637"),
    ),
    ("idec", "mnist"): (Published(".8806", ".8672", "Guo et al., IJCAI 2017, table 2"),),
    ("convdec", "mnist"): (
        Published(".985", ".960", "Guo et al., ACML 2018, ConvDEC-DA with augmentation"),
    ),
    ("convdec", "fashion-mnist"): (
        Published(".586", ".636", "Guo et al., ACML 2018, ConvDEC-DA with augmentation"),
    ),
}


def config_of(preset: str, dataset: str, seed: int, *, is_long: bool) -> Config:
    """The settings of one run."""
    chosen = {} if is_long else SHORT
    return get_preset(preset).on(dataset).with_values({**chosen, "seed": seed})


def trained(store: RunStore, config: Config, preset: str, tag: str) -> RunRecord:
    """The run with these settings: found, gone on with, or made."""
    known = [one for one in store.records() if one.config == config and one.lineage is None]
    over = [one for one in known if one.state is RunState.FINISHED]
    if over:
        return over[0]
    waiting = [one for one in known if one.state is RunState.INTERRUPTED]
    run_id = waiting[0].run_id if waiting else store.create(config, preset)
    train_recorded(Recorder(store, run_id))
    store.annotate(run_id, tags=(tag,))
    return store.record(run_id)


def figures(records: Sequence[RunRecord]) -> dict[str, Any]:
    """Mean, standard deviation and every value of each measure, by its name."""
    found: dict[str, Any] = {}
    for name in MEASURES:
        values = np.array([(record.summary or {}).get(name, np.nan) for record in records])
        found[name] = {
            "mean": round(float(values.mean()), 4),
            "standard_deviation": round(float(values.std(ddof=1)), 4) if len(values) > 1 else None,
            "values": [round(float(value), 4) for value in values],
        }
    return found


def report(result: Mapping[str, Any], published: Sequence[Published]) -> None:
    """The figures as text."""
    print(f"{result['preset']} on {result['dataset']}, {result['form']} form")
    for name, row in result["figures"].items():
        spread = row["standard_deviation"]
        values = ", ".join(f"{value:.3f}" for value in row["values"])
        spread_text = "" if spread is None else f" +- {spread:.3f}"
        print(f"  {name:11} {row['mean']:.3f}{spread_text}   {values}")
    print(f"  verdicts    {', '.join(result['verdicts'])}")
    for one in published:
        start = f", start {one.start}" if one.start else ""
        print(f"  published   ACC {one.acc}, NMI {one.nmi}{start} ({one.source})")


def main() -> int:
    """Run the seeds that are missing and print all of them; 1 if a run ended without labels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", choices=("mnist", "fashion-mnist"), default="mnist")
    parser.add_argument("--preset", choices=tuple(PRESETS), default="dec-keras")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--long", action="store_true", help="all images, the preset as it is")
    parser.add_argument("--runs-dir", type=Path, help="where the runs are stored")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    form = "long" if options.long else "short"
    tag = f"quality of {options.preset} on {options.dataset}, {form}"
    store, records = RunStore(options.runs_dir), []
    for seed in range(options.seeds):
        config = config_of(options.preset, options.dataset, seed, is_long=options.long)
        records.append(trained(store, config, options.preset, tag))
        print(f"seed {seed}: {(records[-1].summary or {}).get('sentence')}", file=sys.stderr)
    published = PUBLISHED.get((options.preset, options.dataset), ())
    result = {
        "preset": options.preset,
        "dataset": options.dataset,
        "form": form,
        "runs": [record.run_id for record in records],
        "verdicts": [str((record.summary or {}).get("verdict")) for record in records],
        "figures": figures(records),
        "published": [one._asdict() for one in published],
    }
    if options.json:
        print(json.dumps(result))
    else:
        report(result, published)
    return int(any("acc" not in (record.summary or {}) for record in records))


if __name__ == "__main__":
    sys.exit(main())
