"""Which of the R port's three settings ruins its run: ``python -m tests.benchmarks.factorial``.

Every run starts from the same data, the same seed and so the same pretrained network and the
same k-means start; only target rule, clustering rate and update interval change. Prints the
README's table in Markdown, with ``--json`` one object per run instead.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dec_core.cli.training import summary
from dec_core.config import Config, get_preset
from dec_core.data import load
from dec_core.errors import DECLabError
from dec_core.events.events import KMEANS, FrameTaken
from dec_core.events.view import View, fold
from dec_core.training.trainer import train

_CHOICES = {
    "clustering.target": ("r-recycled", "paper"),
    "clustering.learning_rate": (1.0, 0.01),
    "clustering.update_interval": (10, 140),
}


def main(arguments: list[str] | None = None) -> int:
    """Run all eight combinations; 1 if the data cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="fashion-mnist")
    parser.add_argument("--seed", default=0, type=int)
    parser.add_argument("--max-iterations", default=2_000, type=int)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    options = parser.parse_args(arguments)
    shared = {
        "data.name": options.dataset,
        "seed": options.seed,
        "clustering.max_iterations": options.max_iterations,
    }
    if not options.json:
        print("| target rule | rate | interval | verdict | what was left |")
        print("|---|---|---|---|---|")
    try:
        for values in itertools.product(*_CHOICES.values()):
            chosen = dict(zip(_CHOICES, values, strict=True))
            config = get_preset("r-port").config.with_values(shared | chosen)
            result = _run(config)
            print(json.dumps(chosen | result) if options.json else _row(values, result), flush=True)
    except DECLabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _run(config: Config) -> dict[str, Any]:
    view, labels = View(), None
    for event in train(config, load(config.data, config.seed)):
        view = fold(view, event)
        if isinstance(event, FrameTaken) and event.update != KMEANS:
            labels = event.labels
    return summary("r-port", view, labels)


def _row(values: tuple[Any, ...], result: dict[str, Any]) -> str:
    left = (
        f"{result['occupied_clusters']} clusters, largest share {result['largest_share']:.2f}, "
        f"NMI {result['nmi']:.3f} (start {result['kmeans_nmi']:.3f}) "
        f"after {result['iterations']:,} iterations"
    )
    rule, rate, interval = values
    return f"| {rule} | {rate:g} | {interval} | {result['verdict']} | {left} |"


if __name__ == "__main__":
    sys.exit(main())
