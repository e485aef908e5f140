"""Training side by side with plain Keras and with the floor that the arithmetic sets.

    python -m tests.benchmarks.training [--quick | --convolutional] [--json]

For both networks (``seed`` 784-32-32-256-10, ``reference`` 784-500-500-2000-10) on the 70,000
images of Fashion-MNIST: the loop that a user of Keras writes (``plain_keras``), this project's
loops (``contenders``) and the matrix products alone (``floor``), in turns, compile time left
out, medians. A ratio is plain time by our time. An iteration is a gradient step with its share
of the evaluation and the target that precede every 140 steps. Then growth with the number of
samples, the cost of scores and health (``growth``) and peak memory (``memory``).

``--convolutional`` measures nothing but the network of the preset ``convdec``, on 7,000 images.
``--quick`` measures less, for every contender alike, and says what. With ``--json`` the last
line is one JSON object, and all else goes to standard error. The exit status is 0 whenever
everything was measured, 1 where the data cannot be had; a missed target is no failure.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dec_core.config import DataSettings
from dec_core.data import Dataset, load
from dec_core.data.subset import stratified_subset
from dec_core.errors import DECLabError
from tests.benchmarks.machine import OtherWork, describe_machine
from tests.benchmarks.memory import measure_memory
from tests.benchmarks.report import report

# Of the load; all images are used, so it changes nothing.
SEED = 0
STARTED = perf_counter()


@dataclass(frozen=True)
class Effort:
    """How much is measured; the same for every contender.

    ``images`` and ``steps`` are, per network, the images of a pretraining epoch (None: all) and
    the gradient steps from which the time of a step is taken.
    """

    repetitions: int
    images: dict[str, int | None]
    steps: dict[str, int]
    growth_steps: int
    shortcuts: tuple[str, ...] = ()


FULL = Effort(5, {"seed": None, "reference": None}, {"seed": 140, "reference": 140}, 140)
QUICK = Effort(
    3,
    {"seed": None, "reference": 14_000},
    {"seed": 140, "reference": 40},
    70,
    (
        "reference network: an epoch is timed on 14,000 images for every contender and "
        "reported times 5",
        "reference network: a step is timed over 40 steps for every contender; an iteration is "
        "one whole update by 140 plus one such step",
    ),
)


CONVOLUTIONAL = Effort(3, {"convolutional": None}, {"convolutional": 28}, 0)
CONVOLUTIONAL_SAMPLES = 7_000


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.training", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="less of everything, 3 minutes")
    parser.add_argument("--convolutional", action="store_true", help="that network only")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    arguments = parser.parse_args()
    try:
        dataset = load(DataSettings(name="fashion-mnist"), SEED)
    except DECLabError as error:
        print(f"The benchmark needs Fashion-MNIST. {error}", file=sys.stderr)
        return 1
    if arguments.convolutional:
        result = measure_convolutional(dataset)
        said = "\n".join(f"{name}: {value:.3f}" for name, value in result.items())
    else:
        result = measure(dataset, QUICK if arguments.quick else FULL)
        said = report(result)
    print(said, file=sys.stderr if arguments.json else sys.stdout)
    if arguments.json:
        print(json.dumps(result))
    return 0


def measure(dataset: Dataset, effort: Effort) -> dict[str, Any]:
    """Everything, as the JSON object."""
    result: dict[str, Any] = {}
    others = OtherWork()
    tell("peak memory of a run")
    memory = measure_memory()

    from tests.benchmarks.growth import measure_growth

    for name in effort.steps:
        result[name] = measure_network(name, dataset, effort)
    tell("growth with the number of samples")
    growth = list(measure_growth(dataset, effort.repetitions, effort.growth_steps))
    return result | {
        "growth": growth,
        "memory": memory,
        "machine": describe_machine(others),
        "repetitions": effort.repetitions,
        "shortcuts": list(effort.shortcuts),
    }


def measure_convolutional(dataset: Dataset) -> dict[str, Any]:
    """Times and ratios of the convolutional network, and what other programs took meanwhile."""
    others = OtherWork()
    few = stratified_subset(dataset, CONVOLUTIONAL_SAMPLES, SEED)
    result: dict[str, Any] = measure_network("convolutional", few, CONVOLUTIONAL)
    share = describe_machine(others)["other_work"]
    return result if share is None else {**result, "other_work": share}


def measure_network(name: str, dataset: Dataset, effort: Effort) -> dict[str, float]:
    """Times and ratios of one network."""
    import numpy as np
    import tensorflow as tf

    from dec_core.training.resident import ResidentSamples
    from tests.benchmarks.contenders import NETWORKS, OurClustering, OurPretraining
    from tests.benchmarks.floor import FloorClustering, FloorPretraining
    from tests.benchmarks.plain_keras import PlainClustering, PlainPretraining

    # Every contender has graphs of its own, which TensorFlow takes for needless retracing.
    tf.get_logger().setLevel("ERROR")
    settings, steps = NETWORKS[name], effort.steps[name]
    images = effort.images[name] or dataset.n_samples
    # Whole numbers are a part of ours: the others get them as float32 at no cost.
    stored, epoch_stored = dataset.samples, dataset.samples.take(np.arange(images))
    x, epoch_x = stored[:], epoch_stored[:]
    resident, epoch_resident = tf.constant(x), tf.constant(epoch_x)

    tell(f"{name} network: pretraining")
    plain_epoch, epoch, floor_epoch = (
        seconds * dataset.n_samples / images
        for seconds in medians(
            effort.repetitions,
            PlainPretraining(settings, epoch_x),
            OurPretraining(settings, ResidentSamples.of(epoch_stored)),
            FloorPretraining(settings, epoch_resident),
        )
    )
    tell(f"{name} network: clustering")
    clustering = (
        PlainClustering(settings, x),
        OurClustering(settings, ResidentSamples.of(stored)),
        FloorClustering(settings, resident),
    )
    plain_iteration, iteration, floor_iteration = medians(
        effort.repetitions, *(lambda c=c: c(steps).per_iteration for c in clustering)
    )
    return {
        "clustering_ratio": plain_iteration / iteration,
        "pretraining_ratio": plain_epoch / epoch,
        "clustering_over_floor": iteration / floor_iteration,
        "pretraining_over_floor": epoch / floor_epoch,
        "ms_per_iteration": 1e3 * iteration,
        "s_per_epoch": epoch,
        "plain_ms_per_iteration": 1e3 * plain_iteration,
        "plain_s_per_epoch": plain_epoch,
        "floor_ms_per_iteration": 1e3 * floor_iteration,
        "floor_s_per_epoch": floor_epoch,
    }


def medians(repetitions: int, *contenders: Callable[[], float]) -> list[float]:
    """The median of each contender's repetitions, taken in turns."""
    rounds = [[contender() for contender in contenders] for _ in range(repetitions)]
    return [median(values) for values in zip(*rounds, strict=True)]


def tell(what: str) -> None:
    """What is measured now and the seconds so far, on standard error."""
    print(f"{perf_counter() - STARTED:6.1f} s  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
